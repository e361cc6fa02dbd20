package walrus_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestConditionKeys allows all to green under one condition after the other,
// and sends a request that meets it and one that does not.
func TestConditionKeys(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.must(t, "PUT", "/matrix?publicAccessBlock", openBlock)
	s.must(t, "PUT", "/matrix?versioning", `<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>`)
	s.must(t, "PUT", "/matrix/k", "x", "X-Amz-Tagging", "Project=ecc")
	s.must(t, "PUT", "/matrix/other", "x", "X-Amz-Tagging", "project=ecc&Project=other")
	get := func(path string, header ...string) request {
		q := request{method: "GET", path: path, header: map[string]string{}}
		for i := 0; i < len(header); i += 2 {
			q.header[header[i]] = header[i+1]
		}
		return q
	}
	put := func(header ...string) request {
		q := get("/matrix/new", header...)
		q.method, q.body = "PUT", []byte("x")
		return q
	}
	retag := func(key, value string) request {
		return request{method: "PUT", path: "/matrix/k?tagging", body: []byte("<Tagging><TagSet><Tag><Key>" + key + "</Key><Value>" + value + "</Value></Tag></TagSet></Tagging>")}
	}
	const far = "203.0.113.0/24"
	for _, tc := range []struct {
		condition string
		meets     request
		not       request
	}{
		{`"IpAddress": {"aws:SourceIp": ["127.0.0.0/8", "::1/128"]}`, get("/matrix/k"), request{}},
		{`"IpAddress": {"aws:SourceIp": "` + far + `"}`, request{}, get("/matrix/k", "X-Forwarded-For", "203.0.113.5", "X-Real-Ip", "203.0.113.5", "Forwarded", "for=203.0.113.5", "Aws-Sourceip", "203.0.113.5", "X-Amz-Sourceip", "203.0.113.5")},
		{`"Bool": {"aws:SecureTransport": "false"}`, get("/matrix/k"), request{}},
		{`"Bool": {"aws:SecureTransport": "true"}`, request{}, get("/matrix/k", "X-Forwarded-Proto", "https", "Aws-Securetransport", "true")},
		{`"StringLike": {"aws:Referer": "http://www.example.com/*"}`, get("/matrix/k", "Referer", "http://www.example.com/page"), get("/matrix/k", "Referer", "http://evil.example.com/www.example.com/")},
		{`"StringLike": {"aws:UserAgent": "curl/*"}`, get("/matrix/k", "User-Agent", "curl/8"), get("/matrix/k", "User-Agent", "wget")},
		{`"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::222222222222:root"}`, get("/matrix/k"), request{}},
		{`"StringEquals": {"aws:PrincipalAccount": "111111111111"}`, request{}, get("/matrix/k", "Aws-Principalaccount", "111111111111")},
		{`"StringEquals": {"aws:PrincipalType": "Account", "aws:userid": "222222222222"}`, get("/matrix/k"), request{}},
		{`"StringEquals": {"aws:userid": "111111111111"}`, request{}, get("/matrix/k?x-id=111111111111", "Aws-Userid", "111111111111")},
		{`"Null": {"aws:username": "true"}`, get("/matrix/k"), request{}},
		{`"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}, "NumericLessThan": {"aws:EpochTime": "99999999999"}`, get("/matrix/k"), request{}},
		{`"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}`, request{}, get("/matrix/k")},
		{`"StringEquals": {"s3:ResourceAccount": "111111111111", "aws:ResourceAccount": "111111111111"}`, get("/matrix/k"), request{}},
		{`"StringEquals": {"s3:prefix": "home/", "s3:delimiter": "/"}`, get("/matrix?prefix=home%2F&delimiter=%2F"), get("/matrix?prefix=home&delimiter=%2F")},
		{`"StringEquals": {"s3:prefix": ""}`, get("/matrix?prefix="), get("/matrix")},
		{`"NumericLessThanEquals": {"s3:max-keys": "10"}`, get("/matrix?list-type=2&max-keys=10"), get("/matrix?list-type=2&max-keys=11")},
		{`"StringEquals": {"s3:prefix": "home/"}`, request{}, get("/matrix/k?prefix=home%2F")},
		{`"StringEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256", "s3:authType": "REST-HEADER"}`, get("/matrix/k"), request{}},
		{`"StringEquals": {"s3:authType": "REST-QUERY-STRING"}`, request{}, get("/matrix/k")},
		{`"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}`, put("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD"), put()},
		{`"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}`, put("X-Amz-Acl", "bucket-owner-full-control"), put()},
		{`"StringEquals": {"s3:x-amz-server-side-encryption": "AES256"}`, put("X-Amz-Server-Side-Encryption", "AES256"), put()},
		{`"Null": {"s3:x-amz-server-side-encryption": "true"}`, put(), put("X-Amz-Server-Side-Encryption", "AES256")},
		{`"StringEquals": {"s3:x-amz-storage-class": "STANDARD_IA"}`, put("X-Amz-Storage-Class", "STANDARD_IA"), put()},
		{`"StringEquals": {"s3:x-amz-metadata-directive": "REPLACE"}`, put("X-Amz-Copy-Source", "/green-own/k", "X-Amz-Metadata-Directive", "REPLACE"), put("X-Amz-Copy-Source", "/green-own/k")},
		{`"StringLike": {"s3:x-amz-copy-source": "green-own/*"}`, put("X-Amz-Copy-Source", "/green-own/k"), put()},
		{`"StringLike": {"s3:x-amz-copy-source": "other/*"}`, request{}, put("X-Amz-Copy-Source", "/green-own/k?versionId=other/")},
		{`"StringEquals": {"s3:RequestObjectTag/Project": "ecc"}`, put("X-Amz-Tagging", "Project=ecc"), put("X-Amz-Tagging", "project=ecc")},
		{`"StringEquals": {"s3:RequestObjectTag/Project": "ecc"}`, retag("Project", "ecc"), retag("Project", "other")},
		{`"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["Project", "Owner"]}`, put("X-Amz-Tagging", "Project=a&Owner=b"), put("X-Amz-Tagging", "Project=a&Cost=b")},
		{`"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["Project"]}`, retag("Project", "ecc"), retag("Cost", "ecc")},
		{`"StringEquals": {"s3:ExistingObjectTag/Project": "ecc"}`, get("/matrix/k"), get("/matrix/other")},
		{`"StringEquals": {"s3:ExistingObjectTag/project": "ecc"}`, get("/matrix/other?acl"), get("/matrix/k?acl")},
		{`"StringEquals": {"s3:ExistingObjectTag/Project": "ecc"}`, request{}, get("/matrix/missing?tagging", "X-Amz-Tagging", "Project=ecc")},
		{`"StringEquals": {"s3:VersionId": "00000000000000ff"}`, get("/matrix/k?versionId=00000000000000ff"), get("/matrix/k?versionId=00000000000000fe")},
		{`"StringEquals": {"s3:VersionId": "null"}`, request{}, get("/matrix/k", "X-Amz-Version-Id", "null", "S3-Versionid", "null")},
		{`"StringEquals": {"s3:VersionId": "00000000000000ff"}`, put("X-Amz-Copy-Source", "/matrix/k?versionId=00000000000000ff"), put("X-Amz-Copy-Source", "/matrix/k?versionId=00000000000000fe")},
		{`"NumericLessThanEquals": {"s3:object-lock-remaining-retention-days": "10"}`, put("X-Amz-Object-Lock-Mode", "GOVERNANCE", "X-Amz-Object-Lock-Retain-Until-Date", later(9)), put("X-Amz-Object-Lock-Mode", "GOVERNANCE", "X-Amz-Object-Lock-Retain-Until-Date", later(12))},
		{`"StringEquals": {"s3:object-lock-mode": "GOVERNANCE"}`, put("X-Amz-Object-Lock-Mode", "GOVERNANCE", "X-Amz-Object-Lock-Retain-Until-Date", later(9)), put("X-Amz-Object-Lock-Mode", "COMPLIANCE", "X-Amz-Object-Lock-Retain-Until-Date", later(9))},
		{`"StringEquals": {"s3:object-lock-legal-hold": "ON"}`, put("X-Amz-Object-Lock-Legal-Hold", "ON"), put("X-Amz-Object-Lock-Legal-Hold", "OFF")},
		{`"StringEquals": {"s3:x-amz-website-redirect-location": "/x"}`, put("X-Amz-Website-Redirect-Location", "/x"), put()},
		{`"StringLike": {"s3:x-amz-grant-full-control": "id=*"}`, put("X-Amz-Grant-Full-Control", "id="+accounts[0].Canonical), put()},
		{`"StringEquals": {"aws:RequestedRegion": "us-east-1", "aws:ViaAWSService": "false", "aws:PrincipalIsAWSService": "false"}`, get("/matrix/k"), request{}},
		{`"StringEquals": {"aws:PrincipalOrgID": "o-1"}`, request{}, get("/matrix/k", "Aws-Principalorgid", "o-1")},
		{`"StringEquals": {"s3:if-none-match": "*"}`, put("If-None-Match", "*"), put()},
	} {
		// Who may list is told that a version is not there.
		list := []string{allowed(tc.condition)}
		if strings.Contains(tc.condition, "s3:VersionId") {
			list = append(list, statement("Allow", toGreen, "s3:ListBucket", onName), statement("Allow", toGreen, "s3:PutObject", onKeys))
		}
		s.must(t, "PUT", "/matrix?policy", policyOf(list...))
		for _, probe := range []struct {
			request
			want bool
		}{{tc.meets, true}, {tc.not, false}} {
			if probe.method == "" {
				continue
			}
			status, code := s.sendAs(t, green, probe.request)
			if denied := status == http.StatusForbidden; denied == probe.want {
				t.Errorf("%s: %s %s %v: %d %s, want it allowed: %v", tc.condition, probe.method, probe.path, probe.header, status, code, probe.want)
			}
		}
	}
}

// later is a time in so many days.
func later(days int) string {
	return time.Now().Add(time.Duration(days) * 24 * time.Hour).UTC().Format(time.RFC3339)
}

// allowed makes a statement that lets green do all under a condition.
func allowed(condition string) string {
	return fmt.Sprintf(`{"Effect": "Allow", "Principal": %s, "Action": "s3:*", "Resource": %s, "Condition": {%s}}`, toGreen, onBoth, condition)
}

// TestExtraActions: headers that ask for more need more.
func TestExtraActions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.must(t, "PUT", "/matrix", "", "X-Amz-Bucket-Object-Lock-Enabled", "true")
	s.must(t, "PUT", "/matrix?publicAccessBlock", openBlock)
	s.must(t, "PUT", "/matrix/k", "x")
	put := func(path string, header ...string) request {
		q := request{method: "PUT", path: path, body: []byte("x"), header: map[string]string{}}
		for i := 0; i < len(header); i += 2 {
			q.header[header[i]] = header[i+1]
		}
		return q
	}
	del := put("/matrix/new", "X-Amz-Bypass-Governance-Retention", "true")
	del.method, del.body = "DELETE", nil
	version := request{method: "GET", path: "/matrix/k?versionId=00000000000000ff"}
	for _, tc := range []struct {
		plain, extra string
		q            request
	}{
		{"s3:PutObject", "s3:PutObjectTagging", put("/matrix/new", "X-Amz-Tagging", "a=b")},
		{"s3:PutObject", "s3:PutObjectAcl", put("/matrix/new", "X-Amz-Acl", "bucket-owner-full-control")},
		{"s3:PutObject", "s3:PutObjectAcl", put("/matrix/new", "X-Amz-Grant-Full-Control", "id="+accounts[0].Canonical)},
		{"s3:PutObject", "s3:PutObjectRetention", put("/matrix/new", "X-Amz-Object-Lock-Mode", "GOVERNANCE", "X-Amz-Object-Lock-Retain-Until-Date", "2060-01-01T00:00:00Z", "Content-Md5", "nd1Pp0iCM/yZlwGjHjQwng==")},
		{"s3:PutObject", "s3:PutObjectLegalHold", put("/matrix/new", "X-Amz-Object-Lock-Legal-Hold", "ON", "Content-Md5", "nd1Pp0iCM/yZlwGjHjQwng==")},
		{"s3:PutObject", "s3:GetObject", put("/matrix/new", "X-Amz-Copy-Source", "/matrix/k")},
		{"s3:DeleteObject", "s3:BypassGovernanceRetention", del},
		{"s3:ListBucket", "s3:GetObjectVersion", version},
		{"s3:GetObject", "s3:GetObjectAttributes", request{method: "GET", path: "/matrix/k?attributes", header: map[string]string{"X-Amz-Object-Attributes": "ETag"}}},
		{"s3:GetObjectAttributes", "s3:GetObject", request{method: "GET", path: "/matrix/k?attributes", header: map[string]string{"X-Amz-Object-Attributes": "ETag"}}},
	} {
		for _, only := range []bool{true, false} {
			on := onKeys
			if tc.plain == "s3:ListBucket" {
				on = onName
			}
			list := []string{statement("Allow", toGreen, tc.plain, on)}
			if !only {
				list = append(list, statement("Allow", toGreen, tc.extra, onKeys))
			}
			s.must(t, "PUT", "/matrix?policy", policyOf(list...))
			if status, code := s.sendAs(t, green, tc.q); (status == http.StatusForbidden) != only {
				t.Errorf("%s, with %s alone: %v: %d %s", tc.extra, tc.plain, only, status, code)
			}
		}
	}
}

// TestMissing: only who may list learns what is not there.
func TestMissing(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.must(t, "PUT", "/matrix?publicAccessBlock", openBlock)
	s.must(t, "PUT", "/matrix/k", "x")
	get := statement("Allow", toAll, "s3:Get*", onBoth)
	list := statement("Allow", toGreen, "s3:ListBucket", onName)
	s.must(t, "PUT", "/matrix?policy", policyOf(get, list))
	for _, tc := range []struct {
		key, path string
		status    int
		code      string
	}{
		{blue, "/matrix/missing", 404, "NoSuchKey"},
		{green, "/matrix/missing", 404, "NoSuchKey"},
		{nobody, "/matrix/missing", 403, "AccessDenied"},
		{nobody, "/matrix/missing?tagging", 403, "AccessDenied"},
		{nobody, "/matrix/missing?acl", 403, "AccessDenied"},
		{nobody, "/matrix/missing?versionId=00000000000000ff", 403, "AccessDenied"},
		{green, "/matrix/missing?versionId=00000000000000ff", 404, "NoSuchVersion"},
		{nobody, "/matrix/k?versionId=00000000000000ff", 403, "AccessDenied"},
		{nobody, "/matrix/k", 200, ""},
		{nobody, "/nobucket/k", 404, "NoSuchBucket"},
		{nobody, "/nobucket", 404, "NoSuchBucket"},
	} {
		if status, code := s.sendAs(t, tc.key, request{method: "GET", path: tc.path}); status != tc.status || code != tc.code {
			t.Errorf("%q %s: %d %s, want %d %s", tc.key, tc.path, status, code, tc.status, tc.code)
		}
	}
	s.mustBucket(t, green, "green-own")
	s.must(t, "PUT", "/matrix?policy", policyOf(get))
	q := request{method: "PUT", path: "/green-own/copy", header: map[string]string{"X-Amz-Copy-Source": "/matrix/missing"}}
	if status, code := s.sendAs(t, green, q); status != 403 {
		t.Errorf("copy of what is not there: %d %s", status, code)
	}
}
