package auth

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestDetails: a refusal tells the client's author what was made of the request.
func TestDetails(t *testing.T) {
	late := s3Draft("GET", "/b/k", "").sign(t)
	stray := s3Draft("GET", "/b/k", "").sign(t)
	stray.Header.Set("X-Amz-Acl", "private")
	other := s3Draft("PUT", "/b/k", "hello").sign(t)
	other.Body = io.NopCloser(strings.NewReader("HELLO"))
	path := s3Draft("GET", "/b/k?x=y", "").sign(t)
	path.URL.Path = "/b/other"
	unknown := s3Draft("GET", "/b/k", "").sign(t)
	swap(testID, "AKIANOBODY")(unknown)
	for _, tc := range []struct {
		name       string
		r          *http.Request
		now        time.Time
		want, text string
	}{
		{"late", late, signedAt.Add(time.Hour), "RequestTime", "20260304T050607Z"},
		{"late, by our clock", late, signedAt.Add(time.Hour), "ServerTime", "2026-03-04T06:06:07Z"},
		{"expired", presign(t, s3Draft("GET", "/b/k", ""), "60"), signedAt.Add(time.Hour), "Expires", "2026-03-04T05:07:07Z"},
		{"not signed", stray, signedAt, "HeadersNotSigned", "x-amz-acl"},
		{"another body", other, signedAt, "ClientComputedContentSHA256", hexHash([]byte("hello"))},
		{"another body, as it came", other, signedAt, "S3ComputedContentSHA256", hexHash([]byte("HELLO"))},
		{"signature", path, signedAt, "CanonicalRequest", "GET\n/b/other\nx=y\nhost:s3.test:8773\n"},
		{"signature, string", path, signedAt, "StringToSign", "AWS4-HMAC-SHA256\n20260304T050607Z\n20260304/us-east-1/s3/aws4_request\n"},
		{"signature, bytes", path, signedAt, "StringToSignBytes", "41 57 53 34 "},
		{"unknown key", unknown, signedAt, "AWSAccessKeyId", "AKIANOBODY"},
	} {
		req, err := newAuth(tc.now).Authenticate(tc.r, "s3")
		if err == nil {
			tc.r.Body = io.NopCloser(strings.NewReader("HELLO"))
			_, err = io.ReadAll(req.Body)
		}
		found := ""
		for _, d := range DetailsOf(err) {
			if strings.Contains(d.Value, testSecret) {
				t.Errorf("%s: tells the secret", tc.name)
			}
			if d.Name == tc.want {
				found = d.Value
			}
		}
		if !strings.HasPrefix(found, tc.text) || found == "" {
			t.Errorf("%s: %s is %q, want %q; %v", tc.name, tc.want, found, tc.text, err)
		}
	}
}
