package walrus_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// ask sends a request with some headers and no signature.
func (s *server) ask(tb testing.TB, method, path string, header ...string) (*http.Response, string) {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, s.url+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r) // follows no redirects
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp, string(body)
}

func TestCORS(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	s.mustPut(t, "bucket", "k", []byte("x"))
	c, b := s.sdk(blue), aws.String("bucket")
	_, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: b})
	wantCode(t, err, "NoSuchCORSConfiguration")
	preflight := func(path, origin, method, headers string) (int, string, http.Header) {
		t.Helper()
		resp, body := s.ask(t, "OPTIONS", path, "Origin", origin, "Access-Control-Request-Method", method, "Access-Control-Request-Headers", headers)
		return resp.StatusCode, body, resp.Header
	}
	if status, body, _ := preflight("/bucket/k", "http://a.test", "PUT", ""); status != 403 || !strings.Contains(body, "CORSResponse: CORS is not enabled for this bucket.") {
		t.Errorf("before: %d %s", status, body)
	}
	rules := []types.CORSRule{{AllowedMethods: []string{"PUT"}, AllowedOrigins: []string{"http://a.test"}, AllowedHeaders: []string{"*"}, ExposeHeaders: []string{"ETag"}, MaxAgeSeconds: aws.Int32(9)},
		{ID: aws.String("read"), AllowedMethods: []string{"GET", "HEAD"}, AllowedOrigins: []string{"*"}}}
	if _, err := c.PutBucketCors(t.Context(), &s3.PutBucketCorsInput{Bucket: b, CORSConfiguration: &types.CORSConfiguration{CORSRules: rules}}); err != nil {
		t.Fatal(err)
	}
	s.wantError(t, "without a digest", request{method: "PUT", path: "/bucket?cors", body: []byte("<CORSConfiguration/>")}, 400, "InvalidRequest")
	out, err := c.GetBucketCors(t.Context(), &s3.GetBucketCorsInput{Bucket: b})
	if err != nil || len(out.CORSRules) != 2 || aws.ToInt32(out.CORSRules[0].MaxAgeSeconds) != 9 || aws.ToString(out.CORSRules[1].ID) != "read" {
		t.Errorf("rules: %+v, %v", out, err)
	}

	status, body, h := preflight("/bucket/any/key", "http://a.test", "PUT", "X-Amz-Date,authorization")
	if status != 200 || body != "" || h.Get("Access-Control-Allow-Origin") != "http://a.test" || h.Get("Access-Control-Allow-Headers") != "x-amz-date, authorization" ||
		h.Get("Access-Control-Max-Age") != "9" || !strings.HasPrefix(h.Get("Vary"), "Origin") {
		t.Errorf("preflight: %d %s %v", status, body, h)
	}
	for _, bad := range [][3]string{{"/bucket/k", "http://b.test", "PUT"}, {"/bucket/k", "http://a.test", "DELETE"}, {"/nobucket/k", "http://a.test", "PUT"}, {"/", "http://a.test", "GET"}} {
		if status, body, h := preflight(bad[0], bad[1], bad[2], ""); status != 403 || !strings.Contains(body, "<Code>AccessForbidden</Code><Message>CORSResponse: ") || h.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%v: %d %s", bad, status, body)
		}
	}
	if resp, body := s.ask(t, "OPTIONS", "/bucket/k"); resp.StatusCode != 400 || !strings.Contains(body, "Origin request header needed") {
		t.Errorf("without an origin: %d %s", resp.StatusCode, body)
	}
	if resp, _ := s.ask(t, "OPTIONS", "/bucket/k", "Origin", "http://a.test"); resp.StatusCode != 400 {
		t.Errorf("without a method: %d", resp.StatusCode)
	}

	// A page sees that it was refused, where it may see anything.
	for origin, want := range map[string]string{"http://a.test": "http://a.test", "http://b.test": "", "": ""} {
		resp, _ := s.ask(t, "PUT", "/bucket/k", "Origin", origin, "Content-Length", "0")
		if resp.StatusCode != 403 || resp.Header.Get("Access-Control-Allow-Origin") != want || (resp.Header.Get("Vary") == "") != (origin == "") {
			t.Errorf("refused PUT from %q: %d %v", origin, resp.StatusCode, resp.Header)
		}
	}
	q := s.build(t, request{method: "GET", path: "/bucket/k", header: map[string]string{"Origin": "http://anywhere.test"}})
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 || resp.Header.Get("Access-Control-Allow-Origin") != "*" || resp.Header.Get("Access-Control-Allow-Methods") != "GET, HEAD" {
		t.Errorf("GET: %d %v", resp.StatusCode, resp.Header)
	}

	if _, err := c.DeleteBucketCors(t.Context(), &s3.DeleteBucketCorsInput{Bucket: b}); err != nil {
		t.Fatal(err)
	}
	if status, _, _ := preflight("/bucket/k", "http://a.test", "PUT", ""); status != 403 {
		t.Errorf("afterwards: %d", status)
	}
}
