package auth

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/signer"
)

// TestVersion2 takes URLs presigned by minio-go and changes one thing each
// time.
func TestVersion2(t *testing.T) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) {
			q := r.URL.Query()
			q.Set(name, value)
			r.URL.RawQuery = q.Encode()
		}
	}
	for _, tc := range []struct {
		name, target string
		after        time.Duration
		edit         func(*http.Request)
		want         string
	}{
		{"good", "/bucket/a%20key", 0, nil, ""},
		{"signed parameter", "/bucket/key?response-content-type=text%2Fplain", 0, nil, ""},
		{"expired", "/bucket/key", 61 * time.Second, nil, "AccessDenied"},
		{"longer life", "/bucket/key", 0, set("Expires", strconv.FormatInt(time.Now().Add(time.Hour).Unix(), 10)), "SignatureDoesNotMatch"},
		{"no date", "/bucket/key", 0, set("Expires", "soon"), "AccessDenied"},
		{"path", "/bucket/key", 0, func(r *http.Request) { r.URL.Path = "/bucket/other" }, "SignatureDoesNotMatch"},
		{"method", "/bucket/key", 0, func(r *http.Request) { r.Method = "PUT" }, "SignatureDoesNotMatch"},
		{"added signed parameter", "/bucket/key", 0, set("acl", ""), "SignatureDoesNotMatch"},
		{"added parameter", "/bucket/key", 0, set("prefix", "x"), "AccessDenied"},
		{"added header", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("X-Amz-Copy-Source", "a/b") }, "SignatureDoesNotMatch"},
		{"another key", "/bucket/key", 0, set("AWSAccessKeyId", "AKIANOBODY"), "InvalidAccessKeyId"},
		{"signed chunks", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", signedMode) }, "InvalidArgument"},
		{"with Version 4 beside it", "/bucket/key", 0, set("X-Amz-Signature", "00"), "AuthorizationQueryParametersError"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := signer.PreSignV2(*s3Draft("GET", tc.target, "").request(t), testID, testSecret, 60, false)
			r = received(t, r)
			if tc.edit != nil {
				tc.edit(r)
			}
			if _, got := outcome(newAuth(time.Now().Add(tc.after)), r, "s3"); got != tc.want {
				t.Errorf("code %q, want %q", got, tc.want)
			}
		})
	}
}

// TestVersion2Host: a signature for a bucket in the host is one for that
// bucket only where hosts name buckets.
func TestVersion2Host(t *testing.T) {
	draft := s3Draft("GET", "/key", "")
	draft.url = "http://bucket.s3.test/key"
	r := received(t, signer.PreSignV2(*draft.request(t), testID, testSecret, 60, true))
	if _, got := outcome(New(Config{Region: testRegion, Domain: "s3.test", Now: time.Now}, keys), r, "s3"); got != "" {
		t.Errorf("below the domain: code %q", got)
	}
	if _, got := outcome(New(Config{Region: testRegion, Now: time.Now}, keys), r, "s3"); got != "SignatureDoesNotMatch" {
		t.Errorf("without a domain: code %q", got)
	}
	if got := HostBucket("bucket.", ""); got != "" {
		t.Errorf("bucket of a host without a domain: %q", got)
	}
}
