package walrus_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

// mustLockBucket makes a bucket whose versions can be locked.
func (s *server) mustLockBucket(tb testing.TB, name string) {
	tb.Helper()
	if _, err := s.sdk(blue).CreateBucket(tb.Context(), &s3.CreateBucketInput{Bucket: &name, ObjectLockEnabledForBucket: aws.Bool(true)}); err != nil {
		tb.Fatal(err)
	}
}

const (
	protected = "Access Denied because object protected by object lock."
	unlocked  = "Bucket is missing Object Lock Configuration"
	md5Of0    = "1B2M2Y8AsgTpgAmY7PhCfg=="
)

func TestObjectLock(t *testing.T) {
	now := new(clock)
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Now = now.now })
	s.mustLockBucket(t, "vault")
	s.mustBucket(t, blue, "open")
	soon := time.Now().Add(5 * time.Minute).UTC().Format(time.RFC3339)
	later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
	past := "2020-01-01T00:00:00Z"
	lock := func(mode, until string, more ...string) map[string]string {
		h := map[string]string{"X-Amz-Object-Lock-Mode": mode, "X-Amz-Object-Lock-Retain-Until-Date": until, "Content-Md5": md5Of0}
		for i := 0; i < len(more); i += 2 {
			h[more[i]] = more[i+1]
		}
		return h
	}
	bypass := map[string]string{"X-Amz-Bypass-Governance-Retention": "true"}
	retention := func(mode, until string) string {
		return "<Retention><Mode>" + mode + "</Mode><RetainUntilDate>" + until + "</RetainUntilDate></Retention>"
	}
	denied := func(resource string) string { return refusal("403", "AccessDenied", protected, "", resource) }
	argument := func(name, value, message, resource string) string {
		return refusal("400", "InvalidArgument", message, "<ArgumentName>"+name+"</ArgumentName><ArgumentValue>"+value+"</ArgumentValue>", resource)
	}
	const untilHeader = "x-amz-object-lock-retain-until-date"
	n := names{}
	s.play(t, n, []step{
		{do: "PUT /open/k", header: lock("GOVERNANCE", soon), want: refusal("400", "InvalidRequest", unlocked, "", "/open/k")},
		{do: "PUT /open/k", want: "200"},
		{do: "GET /open/k?retention", want: refusal("400", "InvalidRequest", unlocked, "", "/open/k")},
		{do: "PUT /open/k?legal-hold", body: "<LegalHold><Status>ON</Status></LegalHold>", want: refusal("400", "InvalidRequest", unlocked, "", "/open/k")},

		{do: "PUT /vault/k", header: map[string]string{"X-Amz-Object-Lock-Mode": "GOVERNANCE"}, want: argument("x-amz-object-lock-mode", "GOVERNANCE", "x-amz-object-lock-retain-until-date and x-amz-object-lock-mode must both be supplied", "/vault/k")},
		{do: "PUT /vault/k", header: lock("FOREVER", soon), want: argument("x-amz-object-lock-mode", "FOREVER", "Unknown wormMode directive.", "/vault/k")},
		{do: "PUT /vault/k", header: lock("GOVERNANCE", past), want: argument(untilHeader, "TIME", "The retain until date must be in the future!", "/vault/k")},
		{do: "PUT /vault/k", header: lock("GOVERNANCE", "tomorrow"), want: argument(untilHeader, "tomorrow", "The retain until date must be provided in ISO 8601 format", "/vault/k")},
		{do: "PUT /vault/k", header: lock("GOVERNANCE", soon, "X-Amz-Object-Lock-Legal-Hold", "MAYBE"), want: argument("x-amz-object-lock-legal-hold", "MAYBE", "Legal Hold must be either of &#39;ON&#39; or &#39;OFF&#39;", "/vault/k")},
		{do: "PUT /vault/k", header: map[string]string{"X-Amz-Object-Lock-Legal-Hold": "ON"}, want: refusal("400", "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters", "", "/vault/k")},

		{do: "PUT /vault/k", header: lock("GOVERNANCE", soon), want: "200 version-id=v1"},
		{do: "HEAD /vault/k", want: "200 object-lock-mode=GOVERNANCE object-lock-retain-until-date=TIME version-id=v1"},
		{do: "GET /vault/k?retention", want: "200 version-id=v1 " + retention("GOVERNANCE", "TIME")},
		{do: "GET /vault/k?legal-hold", want: "404 version-id=v1 " + refusal("", "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", "", "/vault/k")[1:]},
		{do: "DELETE /vault/k?versionId={v1}", want: denied("/vault/k")},
		{do: "DELETE /vault/k", want: "204 delete-marker=true version-id=v2"},
		{do: "DELETE /vault/k?versionId={v2}", want: "204 delete-marker=true version-id=v2"},
		{do: "PUT /vault/k?retention", body: retention("GOVERNANCE", later), want: "200 version-id=v1"},
		{do: "PUT /vault/k?retention", body: retention("GOVERNANCE", soon), want: denied("/vault/k")},
		{do: "PUT /vault/k?retention", body: retention("COMPLIANCE", later), want: denied("/vault/k")},
		{do: "PUT /vault/k?retention", body: "<Retention/>", want: denied("/vault/k")},
		{do: "PUT /vault/k?retention", body: retention("GOVERNANCE", past), want: argument(untilHeader, "TIME", "The retain until date must be in the future!", "/vault/k")},
		{do: "PUT /vault/k?retention", body: "<Retention><Mode>GOVERNANCE</Mode></Retention>", want: refusal("400", "MalformedXML", malformed, "", "/vault/k")},
		{do: "PUT /vault/k?retention", body: retention("NEVER", later), want: refusal("400", "MalformedXML", malformed, "", "/vault/k")},
		{do: "PUT /vault/k?retention", header: bypass, body: retention("GOVERNANCE", soon), want: "200 version-id=v1"},
		{do: "PUT /vault/k?retention", header: bypass, body: "<Retention/>", want: "200 version-id=v1"},
		{do: "GET /vault/k?retention", want: "404 version-id=v1 " + refusal("", "NoSuchObjectLockConfiguration", "The specified object does not have a ObjectLock configuration", "", "/vault/k")[1:]},
		{do: "PUT /vault/k?legal-hold", body: "<LegalHold><Status>ON</Status></LegalHold>", want: "200 version-id=v1"},
		{do: "GET /vault/k?legal-hold", want: "200 version-id=v1 <LegalHold><Status>ON</Status></LegalHold>"},
		{do: "DELETE /vault/k?versionId={v1}", header: bypass, want: denied("/vault/k")},
		{do: "PUT /vault/k?legal-hold", body: "<LegalHold><Status>MAYBE</Status></LegalHold>", want: refusal("400", "MalformedXML", malformed, "", "/vault/k")},
		{do: "PUT /vault/k?legal-hold", body: "<LegalHold><Status>OFF</Status></LegalHold>", want: "200 version-id=v1"},
		{do: "HEAD /vault/k", want: "200 object-lock-legal-hold=OFF version-id=v1"},
		{do: "PUT /vault/k?retention", body: retention("GOVERNANCE", later), want: "200 version-id=v1"},
		{do: "DELETE /vault/k?versionId={v1}", header: bypass, want: "204 version-id=v1"},

		{do: "PUT /vault/c", header: lock("COMPLIANCE", soon, "X-Amz-Object-Lock-Legal-Hold", "OFF"), want: "200 version-id=v3"},
		{do: "PUT /vault/c?retention", header: bypass, body: retention("GOVERNANCE", later), want: denied("/vault/c")},
		{do: "PUT /vault/c?retention", header: bypass, body: "<Retention/>", want: denied("/vault/c")},
		{do: "DELETE /vault/c?versionId={v3}", header: bypass, want: denied("/vault/c")},
	})
	now.ahead.Add(int64(6 * time.Minute))
	s.play(t, n, []step{
		{do: "DELETE /vault/c?versionId={v3}", want: "204 version-id=v3"}, // it was for five minutes
	})
}

const malformed = "The XML you provided was not well-formed or did not validate against our published schema"

// TestDefaultRetention: what a bucket has for objects that ask for nothing is
// given to those of every kind of write, and to no others.
func TestDefaultRetention(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustLockBucket(t, "vault")
	ctx, c, bucket := t.Context(), s.sdk(blue), aws.String("vault")
	s.mustPut(t, "vault", "before", nil)
	_, err := c.PutObjectLockConfiguration(ctx, &s3.PutObjectLockConfigurationInput{Bucket: bucket, ObjectLockConfiguration: &types.ObjectLockConfiguration{
		ObjectLockEnabled: "Enabled", Rule: &types.ObjectLockRule{DefaultRetention: &types.DefaultRetention{Mode: "GOVERNANCE", Days: aws.Int32(2)}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	s.wantError(t, "no digest", request{method: "PUT", path: "/vault/none"}, 400, "InvalidRequest")
	s.mustPut(t, "vault", "put", nil)
	if _, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: bucket, Key: aws.String("copy"), CopySource: aws.String("vault/before")}); err != nil {
		t.Fatal(err)
	}
	u := s.mustUpload(t, "vault", "parts")
	u.mustPart(t, 1, random(1, 10))
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	u = s.mustUpload(t, "vault", "chosen", func(in *s3.CreateMultipartUploadInput) {
		in.ObjectLockMode, in.ObjectLockRetainUntilDate = "COMPLIANCE", aws.Time(time.Now().Add(time.Minute))
		in.ObjectLockLegalHoldStatus = "ON"
	})
	u.mustPart(t, 1, random(1, 10))
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]struct {
		mode types.ObjectLockMode
		hold types.ObjectLockLegalHoldStatus
		days time.Duration
	}{"before": {}, "put": {"GOVERNANCE", "", 2}, "copy": {"GOVERNANCE", "", 2}, "parts": {"GOVERNANCE", "", 2}, "chosen": {"COMPLIANCE", "ON", 0}} {
		out, err := c.HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: &key})
		if err != nil {
			t.Fatal(err)
		}
		left := time.Until(aws.ToTime(out.ObjectLockRetainUntilDate)).Round(24*time.Hour) / (24 * time.Hour)
		if out.ObjectLockMode != want.mode || out.ObjectLockLegalHoldStatus != want.hold || (want.mode != "" && left != want.days) {
			t.Errorf("%s: %s until %v, hold %q", key, out.ObjectLockMode, out.ObjectLockRetainUntilDate, out.ObjectLockLegalHoldStatus)
		}
	}
	out, err := c.DeleteObjects(ctx, &s3.DeleteObjectsInput{Bucket: bucket, Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("put"), VersionId: s.version(t, "vault", "put")}, {Key: aws.String("before"), VersionId: s.version(t, "vault", "before")},
	}}})
	if err != nil || len(out.Deleted) != 1 || len(out.Errors) != 1 || aws.ToString(out.Errors[0].Code) != "AccessDenied" {
		t.Errorf("%+v, %v", out, err)
	}
}

// version returns the id of an object's newest version.
func (s *server) version(tb testing.TB, bucket, key string) *string {
	tb.Helper()
	out, err := s.sdk(blue).HeadObject(tb.Context(), &s3.HeadObjectInput{Bucket: &bucket, Key: &key})
	if err != nil {
		tb.Fatal(err)
	}
	return out.VersionId
}
