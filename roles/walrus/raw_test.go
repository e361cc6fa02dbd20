package walrus_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecc/api/s3"
	"ecc/roles/walrus"
)

// request is one HTTP request, signed as blue unless edit spoils it.
type request struct {
	method, path, host string
	header             map[string]string
	body               []byte
	secret             string // "" for the right one
	unsigned           bool
	edit               func(*http.Request) // after signing
}

func (s *server) build(tb testing.TB, q request) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), q.method, s.url+q.path, bytes.NewReader(q.body))
	if err != nil {
		tb.Fatal(err)
	}
	if q.host != "" {
		r.Host = q.host
	}
	sum := sha256.Sum256(q.body)
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	if strings.HasSuffix(q.path, "?delete") { // S3 demands it
		sum := md5.Sum(q.body)
		r.Header.Set("Content-Md5", base64.StdEncoding.EncodeToString(sum[:]))
	}
	for k, v := range q.header {
		r.Header.Set(k, v)
	}
	if !q.unsigned {
		creds := aws.Credentials{AccessKeyID: blue, SecretAccessKey: secret}
		if q.secret != "" {
			creds.SecretAccessKey = q.secret
		}
		signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
		if err := signer.SignHTTP(tb.Context(), creds, r, r.Header.Get("X-Amz-Content-Sha256"), "s3", region, time.Now()); err != nil {
			tb.Fatal(err)
		}
	}
	if q.edit != nil {
		q.edit(r)
	}
	return r
}

// send sends a request and returns the status and the body.
func (s *server) send(tb testing.TB, q request) (int, string) {
	tb.Helper()
	resp, err := http.DefaultClient.Do(s.build(tb, q))
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		tb.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// wantError sends a request that must be refused.
func (s *server) wantError(tb testing.TB, name string, q request, status int, code string) {
	tb.Helper()
	got, body := s.send(tb, q)
	var doc struct {
		Code, Message string
		RequestID     string `xml:"RequestId"`
	}
	if err := xml.Unmarshal([]byte(body), &doc); err != nil && q.method != "HEAD" {
		tb.Errorf("%s: the answer %q is no error document", name, body)
	}
	if got != status || (doc.Code != code && q.method != "HEAD") {
		tb.Errorf("%s: %d %s, want %d %s", name, got, doc.Code, status, code)
	}
	if q.method != "HEAD" && (doc.Message == "" || doc.RequestID == "") {
		tb.Errorf("%s: message %q, request id %q", name, doc.Message, doc.RequestID)
	}
}

func TestRefusals(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	s.mustPut(t, "bucket", "k", []byte("old"))
	put := request{method: "PUT", path: "/bucket/k", body: []byte("new")}
	with := func(q request, edit func(*request)) request { edit(&q); return q }
	for _, tc := range []struct {
		name   string
		q      request
		status int
		code   string
	}{
		{"wrong secret", with(put, func(q *request) { q.secret = "no" }), 403, "SignatureDoesNotMatch"},
		{"anonymous", with(put, func(q *request) { q.unsigned = true }), 403, "AccessDenied"},
		{"unsigned trailer, wrong secret", with(put, func(q *request) {
			q.secret, q.header = "no", map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": "3"}
		}), 403, "SignatureDoesNotMatch"},
		{"key in query, unsigned trailer, no signature", request{method: "PUT", unsigned: true, body: []byte("3\r\nnew\r\n0\r\n\r\n"),
			path:   "/bucket/k?X-Amz-Credential=" + blue + "%2F20260101%2Fus-east-1%2Fs3%2Faws4_request",
			header: map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": "3"}}, 403, "AccessDenied"},
		{"body changed", with(put, func(q *request) {
			q.edit = func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("NEW")) }
		}), 400, "XAmzContentSHA256Mismatch"},
		{"bad Content-MD5", with(put, func(q *request) { q.header = map[string]string{"Content-Md5": "x"} }), 400, "InvalidDigest"},
		{"wrong Content-MD5", with(put, func(q *request) { q.header = map[string]string{"Content-Md5": "AAAAAAAAAAAAAAAAAAAAAA=="} }), 400, "BadDigest"},
		{"encryption", with(put, func(q *request) { q.header = map[string]string{"X-Amz-Server-Side-Encryption": "aws:kms:dsse"} }), 501, "NotImplemented"},
		{"public", with(put, func(q *request) { q.header = map[string]string{"X-Amz-Acl": "public-read"} }), 400, "AccessControlListNotSupported"},
		{"storage class", with(put, func(q *request) { q.header = map[string]string{"X-Amz-Storage-Class": "COLD"} }), 400, "InvalidStorageClass"},
		{"metadata too large", with(put, func(q *request) { q.header = map[string]string{"X-Amz-Meta-A": strings.Repeat("a", 2048)} }), 400, "MetadataTooLarge"},
		{"key too long", with(put, func(q *request) { q.path = "/bucket/" + strings.Repeat("k", 1025) }), 400, "KeyTooLongError"},
		{"key not UTF-8", with(put, func(q *request) { q.path = "/bucket/%ff%fe" }), 400, "InvalidURI"},
		{"query not parseable", request{method: "GET", path: "/bucket", edit: func(r *http.Request) { r.URL.RawQuery = "prefix=%zz" }}, 400, "InvalidURI"},
		{"two sub-resources", request{method: "GET", path: "/bucket?acl&policy"}, 400, "InvalidArgument"},
		{"method", request{method: "PUT", path: "/bucket?location"}, 405, "MethodNotAllowed"},
		{"unknown method", request{method: "BREW", path: "/bucket/k"}, 405, "MethodNotAllowed"},
		{"no such bucket", request{method: "GET", path: "/nobucket/k"}, 404, "NoSuchBucket"},
		{"no such bucket, HEAD", request{method: "HEAD", path: "/nobucket/k"}, 404, ""},
		{"no such version", request{method: "GET", path: "/bucket/k?versionId=0000010000000fff"}, 404, "NoSuchVersion"},
		{"not a version", request{method: "GET", path: "/bucket/k?versionId=abc"}, 400, "InvalidArgument"},
		{"empty version", request{method: "GET", path: "/bucket/k?versionId="}, 400, "InvalidArgument"},
		{"empty bucket name", request{method: "GET", path: "//k"}, 400, "InvalidBucketName"},
		{"encoding type", request{method: "GET", path: "/bucket?encoding-type=xml"}, 400, "InvalidArgument"},
		{"max-keys", request{method: "GET", path: "/bucket?max-keys=-1"}, 400, "InvalidArgument"},
		{"document type", request{method: "POST", path: "/bucket?delete", body: []byte(`<!DOCTYPE d [<!ENTITY e "x">]><Delete><Object><Key>&e;</Key></Object></Delete>`)}, 400, "MalformedXML"},
		{"not XML", request{method: "POST", path: "/bucket?delete", body: []byte("{}")}, 400, "MalformedXML"},
		{"deep XML", request{method: "POST", path: "/bucket?delete", body: []byte(strings.Repeat("<Delete>", 100000))}, 400, "MalformedXML"},
		{"two documents", request{method: "POST", path: "/bucket?delete", body: []byte("<Delete><Object><Key>k</Key></Object></Delete><Delete/>")}, 400, "MalformedXML"},
	} {
		s.wantError(t, tc.name, tc.q, tc.status, tc.code)
	}
	s.wantObject(t, "bucket", "k", []byte("old"))
}

// TestRegionIsTold: a client with the wrong region learns the right one.
func TestRegionIsTold(t *testing.T) {
	s := mustServe(t, t.TempDir())
	r := s.build(t, request{method: "GET", path: "/", unsigned: true})
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	creds := aws.Credentials{AccessKeyID: blue, SecretAccessKey: secret}
	if err := signer.SignHTTP(t.Context(), creds, r, r.Header.Get("X-Amz-Content-Sha256"), "s3", "eu-west-1", time.Now()); err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != 400 || !strings.Contains(string(body), "<Region>"+region+"</Region>") {
		t.Errorf("%d %s, %v", resp.StatusCode, body, err)
	}
}

// TestEveryRoute asks for every operation of S3, with credentials and
// without: none is open to the world, and those that are not there say so.
func TestEveryRoute(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "routes")
	s.mustPut(t, "routes", "k", []byte("x"))
	offered := walrus.Offered()
	for _, r := range s3.Routes {
		q := requestOf(r, "routes")
		if r.Action == "" {
			t.Errorf("%s needs no permission", r.Op)
		}
		if !offered[r.Op] {
			s.wantError(t, r.Op, q, 501, "NotImplemented")
		}
		q.unsigned = true
		s.wantError(t, r.Op+" anonymous", q, 403, "AccessDenied")
	}
	for _, sub := range []string{"frobnicate", "annotations"} {
		for _, path := range []string{"/", "/routes", "/routes/k"} {
			for _, method := range []string{"GET", "PUT", "DELETE", "POST"} {
				s.wantError(t, method+path+sub, request{method: method, path: path + "?" + sub}, 501, "NotImplemented")
			}
		}
	}
	s.wantObject(t, "routes", "k", []byte("x"))
}
