package walrus_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// TestReveal: who may read an object is not told of its tags and locks, and
// cannot copy the tags, without permission for those; who signs nothing cannot
// choose the headers of the answer.
func TestReveal(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustLockBucket(t, "open")
	s.mustBucket(t, green, "mine")
	ctx, bucket, key := t.Context(), aws.String("open"), aws.String("k")
	_, err := s.sdk(blue).PutObject(ctx, &s3.PutObjectInput{Bucket: bucket, Key: key, Tagging: aws.String("a=1"),
		ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: aws.Time(time.Now().Add(time.Hour)), ObjectLockLegalHoldStatus: "ON"})
	if err != nil {
		t.Fatal(err)
	}
	const onKeys = `"arn:aws:s3:::open/*"`
	read := statement("Allow", toAll, "s3:GetObject", onKeys)
	s.must(t, http.MethodDelete, "/open?publicAccessBlock", "")
	told := func(want string) {
		t.Helper()
		out, err := s.sdk(green).HeadObject(ctx, &s3.HeadObjectInput{Bucket: bucket, Key: key})
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if aws.ToInt32(out.TagCount) == 1 {
			got += "tags "
		}
		if out.ObjectLockMode != "" && out.ObjectLockRetainUntilDate != nil {
			got += "retention "
		}
		if out.ObjectLockLegalHoldStatus != "" {
			got += "hold "
		}
		if got != want {
			t.Errorf("told of %q, want %q", got, want)
		}
	}
	copying := func() error {
		_, err := s.sdk(green).CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("mine"), Key: key, CopySource: aws.String("open/k")})
		return err
	}
	s.must(t, http.MethodPut, "/open?policy", policyOf(read))
	told("")
	wantCode(t, copying(), "AccessDenied")
	s.must(t, http.MethodPut, "/open?policy", policyOf(read, statement("Allow", toGreen, "s3:GetObjectTagging", onKeys), statement("Allow", toGreen, "s3:GetObjectRetention", onKeys)))
	told("tags retention ")
	wantCode(t, copying(), "")
	s.must(t, http.MethodPut, "/open?policy", policyOf(read, statement("Allow", toGreen, "s3:GetObjectLegalHold", onKeys)))
	told("hold ")

	s.wantError(t, "override", request{method: "GET", path: "/open/k?response-content-type=text/x", unsigned: true}, 400, "InvalidRequest")
	if status, _ := s.send(t, request{method: "GET", path: "/open/k", unsigned: true}); status != 200 {
		t.Errorf("anonymous GET: %d", status)
	}
}

// TestETagIsNotGuessed: If-Match would tell who may write an object, and not
// read it, whether it is some bytes they think of.
func TestETagIsNotGuessed(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "matrix")
	s.mustPut(t, "matrix", "k", []byte("x"))
	s.mustBucket(t, green, "mine")
	s.must(t, "PUT", "/matrix?policy", policyOf(statement("Allow", toGreen, "s3:PutObject", onKeys), statement("Allow", toGreen, "s3:DeleteObject", onKeys)))
	if status, code := s.sendAs(t, green, request{method: "PUT", path: "/mine/k"}); status != http.StatusOK {
		t.Fatal(status, code)
	}
	for _, etag := range []string{"9dd4e461268c8034f5c8564e155c67a6", "0123456789abcdef0123456789abcdef"} {
		for _, q := range []request{
			{method: "PUT", path: "/matrix/k", body: []byte("x")},
			{method: "PUT", path: "/matrix/none"},
			{method: "PUT", path: "/matrix/k", header: headers("X-Amz-Copy-Source", "/mine/k")},
			{method: "DELETE", path: "/matrix/k"},
		} {
			if q.header == nil {
				q.header = map[string]string{}
			}
			q.header["If-Match"] = etag
			if status, code := s.sendAs(t, green, q); status != http.StatusForbidden || code != "AccessDenied" {
				t.Errorf("%s %s with If-Match %s: %d %s", q.method, q.path, etag, status, code)
			}
		}
	}
	if status, code := s.sendAs(t, green, request{method: "PUT", path: "/matrix/k", body: []byte("x"), header: headers("If-None-Match", "*")}); code != "PreconditionFailed" {
		t.Errorf("If-None-Match: %d %s", status, code)
	}
}
