package walrus_test

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/xml"
	"strings"
	"testing"

	"ecc/cloud/policy"
)

// TestBucketPolicy: a policy is kept as it was written, and checked.
func TestBucketPolicy(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.must(t, "PUT", "/matrix/k", "x")
	private := "{ \"Version\":\"2012-10-17\",\n\"Statement\": [" + statement("Allow", toGreen, "s3:GetObject", onKeys) + "]}"
	public := policyOf(statement("Allow", toAll, "s3:GetObject", onKeys))
	long := policyOf(strings.Replace(statement("Allow", toGreen, "s3:GetObject", onKeys), "{", `{"Sid": "`+strings.Repeat("x", policy.MaxBucketPolicy)+`", `, 1))
	s.take(t, []turn{
		{blue, "GET", "/matrix?policy", "", "", 404, "NoSuchBucketPolicy"},
		{blue, "GET", "/matrix?policyStatus", "", "", 404, "NoSuchBucketPolicy"},
		{blue, "DELETE", "/matrix?policy", "", "", 204, ""},
		{blue, "PUT", "/matrix?policy", "", "", 400, "MalformedPolicy"},
		{blue, "PUT", "/matrix?policy", "", "{", 400, "MalformedPolicy"},
		{blue, "PUT", "/matrix?policy", "", long, 400, "MalformedPolicy"},
		{blue, "PUT", "/matrix?policy", "", long + strings.Repeat(" ", 1<<20), 400, "MalformedPolicy"},
		{blue, "PUT", "/matrix?policy", "Content-Md5: AAAAAAAAAAAAAAAAAAAAAA==", private, 400, "BadDigest"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", toGreen, "s3:GetObject", onName)), 400, "Action does not apply to any resource(s) in statement"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", toGreen, "s3:GetObject", `"arn:aws:s3:::other/*"`)), 400, "Policy has invalid resource"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", `{"AWS": "333333333333"}`, "s3:GetObject", onKeys)), 400, "Invalid principal in policy"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", `{"AWS": "arn:aws:iam::333333333333:user/ann"}`, "s3:GetObject", onKeys)), 400, "Invalid principal in policy"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", `{"CanonicalUser": "`+accounts[1].Canonical+`"}`, "s3:GetObject", onKeys)), 204, ""},
		{green, "GET", "/matrix/k", "", "", 200, "x"},

		{blue, "PUT", "/matrix?policy", "", private, 204, ""},
		{blue, "GET", "/matrix?policy", "", "", 200, private},
		{blue, "GET", "/matrix?policyStatus", "", "", 200, "<IsPublic>false</IsPublic>"},
		{green, "GET", "/matrix/k", "", "", 200, "x"},
		{green, "GET", "/matrix?policy", "", "", 403, "AccessDenied"},

		// Public ones.
		{blue, "PUT", "/matrix?policy", "", public, 403, "BlockPublicPolicy"},
		{blue, "GET", "/matrix?policy", "", "", 200, private},
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?policy", "", public, 204, ""},
		{blue, "GET", "/matrix?policyStatus", "", "", 200, "<IsPublic>true</IsPublic>"},
		{nobody, "GET", "/matrix/k", "", "", 200, "x"},
		{blue, "PUT", "/matrix?publicAccessBlock", "", restricting, 200, ""},
		{nobody, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
		{green, "GET", "/matrix/k", "", "", 403, "AccessDenied"},
		{blue, "GET", "/matrix/k", "", "", 200, "x"},

		// The policy is its owner's: others cannot touch it, and it cannot lock
		// the owner out.
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Allow", toGreen, "s3:*", onBoth)), 204, ""},
		{green, "GET", "/matrix?policy", "", "", 405, "MethodNotAllowed"},
		{green, "PUT", "/matrix?policy", "", public, 405, "MethodNotAllowed"},
		{green, "DELETE", "/matrix?policy", "", "", 405, "MethodNotAllowed"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Deny", toAll, "s3:*", onBoth)), 204, ""},
		{blue, "GET", "/matrix/k", "", "", 403, "User: arn:aws:iam::111111111111:root is not authorized to perform: s3:GetObject on resource: &#34;arn:aws:s3:::matrix/k&#34; with an explicit deny in a resource-based policy"},
		{green, "GET", "/matrix/k", "", "", 403, "<Message>Access Denied</Message>"},
		{blue, "GET", "/matrix?policyStatus", "", "", 403, "AccessDenied"},
		{blue, "PUT", "/matrix?policy", "", policyOf(statement("Deny", toAll, "s3:*", onBoth)), 204, ""},
		{blue, "DELETE", "/matrix?policy", "", "", 204, ""},
		{blue, "GET", "/matrix/k", "", "", 200, "x"},
	})
}

// TestDeleteObjectsByKey: each key is asked for by itself, with its version.
func TestDeleteObjectsByKey(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.must(t, "PUT", "/matrix?publicAccessBlock", openBlock)
	for _, key := range []string{"a", "b", "public/a", "public/b"} {
		s.must(t, "PUT", "/matrix/"+key, "x")
	}
	const body = `<Delete><Object><Key>a</Key></Object><Object><Key>public/a</Key></Object><Object><Key>public/b</Key><VersionId>null</VersionId></Object><Object><Key>missing</Key></Object></Delete>`
	ask := request{method: "POST", path: "/matrix?delete", body: []byte(body)}
	for _, key := range []string{nobody, green} {
		if status, code := s.sendAs(t, key, ask); status != 403 || code != "AccessDenied" {
			t.Errorf("%q without a policy: %d %s", key, status, code)
		}
	}
	s.must(t, "PUT", "/matrix?policy", policyOf(statement("Allow", toAll, "s3:DeleteObject", `"arn:aws:s3:::matrix/public/*"`)))
	status, answer := s.answerAs(t, nobody, ask)
	var result struct {
		Deleted []struct{ Key string }
		Error   []struct{ Key, Code string }
	}
	if err := xml.Unmarshal([]byte(answer), &result); err != nil || status != 200 {
		t.Fatalf("%d %s: %v", status, answer, err)
	}
	var denied []string
	for _, e := range result.Error {
		denied = append(denied, e.Key+" "+e.Code)
	}
	if len(result.Deleted) != 1 || result.Deleted[0].Key != "public/a" || strings.Join(denied, ", ") != "a AccessDenied, public/b AccessDenied, missing AccessDenied" {
		t.Errorf("%s", answer)
	}
	s.wantObject(t, "matrix", "a", []byte("x"))
	s.wantObject(t, "matrix", "public/b", []byte("x"))
}

// TestDeleteObjectsOfOthers: who may write deletes what is theirs, and nothing
// else.
func TestDeleteObjectsOfOthers(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.take(t, []turn{
		{blue, "PUT", "/matrix?publicAccessBlock", "", openBlock, 200, ""},
		{blue, "PUT", "/matrix?ownershipControls", "", aclsOn, 200, ""},
		{blue, "PUT", "/matrix?acl", "X-Amz-Grant-Write: id=" + accounts[1].Canonical, "", 200, ""},
		{blue, "PUT", "/matrix/mine", "", "x", 200, ""},
		{green, "PUT", "/matrix/theirs", "", "x", 200, ""},
	})
	const body = `<Delete><Object><Key>mine</Key></Object><Object><Key>theirs</Key></Object><Object><Key>missing</Key></Object></Delete>`
	status, answer := s.answerAs(t, green, request{method: "POST", path: "/matrix?delete", body: []byte(body), header: map[string]string{"Content-Md5": md5Of(body)}})
	if status != 200 || strings.Count(answer, "<Deleted>") != 2 || !strings.Contains(answer, "<Error><Key>mine</Key><Code>AccessDenied</Code>") {
		t.Errorf("%d %s", status, answer)
	}
	s.wantObject(t, "matrix", "mine", []byte("x"))
}

// md5Of is what Content-MD5 says of a body.
func md5Of(body string) string {
	sum := md5.Sum([]byte(body))
	return base64.StdEncoding.EncodeToString(sum[:])
}
