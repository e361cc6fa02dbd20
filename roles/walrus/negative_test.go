package walrus_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/xml"
	"fmt"
	"hash"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/minio/minio-go/v7/pkg/signer"

	"ecc/roles/walrus"
)

// The tests named Negative are the list of what must be refused of requests
// whose signature, framing or addressing is not what it seems. Each begins with
// an object "old" that must be there, unchanged, at the end.

func negative(t *testing.T) *server {
	t.Helper()
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "bucket")
	s.mustBucket(t, blue, "other")
	s.mustPut(t, "bucket", "k", []byte("old"))
	t.Cleanup(func() {
		out, err := s.sdk(blue).GetObject(context.Background(), &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: aws.String("k")})
		if err != nil {
			t.Errorf("the object from before: %v", err)
			return
		}
		defer out.Body.Close()
		if body, err := io.ReadAll(out.Body); string(body) != "old" || err != nil {
			t.Errorf("the object from before is now %q, %v", body, err)
		}
	})
	return s
}

func putRequest(edit func(*request)) request {
	q := request{method: "PUT", path: "/bucket/k", body: []byte("new")}
	edit(&q)
	return q
}

var unsignedStream = map[string]string{
	"X-Amz-Content-Sha256":         "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
	"X-Amz-Decoded-Content-Length": "3", "X-Amz-Trailer": "x-amz-checksum-crc32",
}

func TestNegative01WrongSecret(t *testing.T) {
	s := negative(t)
	s.wantError(t, "wrong secret", putRequest(func(q *request) { q.secret = "wrong" }), 403, "SignatureDoesNotMatch")
}

func TestNegative02WrongSecretUnsignedTrailer(t *testing.T) {
	s := negative(t)
	s.wantError(t, "wrong secret", putRequest(func(q *request) {
		q.secret, q.header, q.body = "wrong", unsignedStream, []byte("3\r\nnew\r\n0\r\nx-amz-checksum-crc32:l0vRPA==\r\n\r\n")
	}), 403, "SignatureDoesNotMatch")
}

func TestNegative03KeyInQueryWithoutSignature(t *testing.T) {
	s := negative(t)
	credential := "X-Amz-Credential=" + blue + "%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"
	for _, query := range []string{credential, credential + "&X-Amz-Algorithm=AWS4-HMAC-SHA256", "AWSAccessKeyId=" + blue} {
		s.wantError(t, query, putRequest(func(q *request) {
			q.unsigned, q.path, q.header, q.body = true, "/bucket/k?"+query, unsignedStream, []byte("3\r\nnew\r\n0\r\n\r\n")
		}), 403, "AccessDenied")
	}
}

func TestNegative04TwoMechanisms(t *testing.T) {
	s := negative(t)
	for _, query := range []string{
		"X-Amz-Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a", "X-Amz-Algorithm=AWS4-HMAC-SHA256", "AWSAccessKeyId=a&Signature=b&Expires=1",
	} {
		s.wantError(t, query, putRequest(func(q *request) { q.path += "?" + query }), 400, "InvalidArgument")
	}
	r := s.build(t, putRequest(func(*request) {}))
	r.Header["authorization"] = r.Header["Authorization"] // a second line
	s.wantRefused(t, "sent twice", r, 400, "")
}

// TestNegative05ChunkAltered spoils one byte behind a good first chunk.
func TestNegative05ChunkAltered(t *testing.T) {
	s := negative(t)
	data := strings.Repeat("0123456789abcdef", 8<<10) // 128 KiB, in chunks of 64 KiB
	for _, tc := range []struct{ name, key, old, with string }{
		{"signature of chunk 2", "k", "\r\n10000;chunk-signature=", "\r\n10000;chunk-signature=0"},
		{"data of chunk 2", "new", "abcdef\r\n0;", "abcdeF\r\n0;"},
		{"last chunk", "k", "\r\n0;chunk-signature=", "\r\n0;chunk-signature=f"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", s.url+"/bucket/"+tc.key, strings.NewReader(data))
		if err != nil {
			t.Fatal(err)
		}
		r = signer.StreamingSignV4(r, blue, secret, "", region, int64(len(data)), time.Now().UTC(), newSHA())
		wire, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		i := strings.LastIndex(string(wire), tc.old)
		if i < 0 {
			t.Fatalf("%s: the signer writes other chunks than this test knows", tc.name)
		}
		spoilt := string(wire[:i]) + (tc.with + string(wire[i+len(tc.old):]))[:len(wire)-i]
		r.Body = io.NopCloser(strings.NewReader(spoilt))
		s.wantRefused(t, tc.name, r, 403, "SignatureDoesNotMatch")
	}
	s.wantError(t, "the object of the second", request{method: "GET", path: "/bucket/new"}, 404, "NoSuchKey")
}

func TestNegative06Trailer(t *testing.T) {
	s := negative(t)
	for name, tc := range map[string]struct{ trailer, body, code string }{
		"wrong":        {"x-amz-checksum-crc32", "3\r\nnew\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n", "BadDigest"},
		"missing":      {"x-amz-checksum-crc32", "3\r\nnew\r\n0\r\n\r\n", "MalformedTrailerError"},
		"undeclared":   {"", "3\r\nnew\r\n0\r\nx-amz-checksum-crc32:l0vRPA==\r\n\r\n", "MalformedTrailerError"},
		"another":      {"x-amz-checksum-crc32", "3\r\nnew\r\n0\r\nx-amz-checksum-sha1:l0vRPA==\r\n\r\n", "MalformedTrailerError"},
		"of any name":  {"x-amz-meta-a", "3\r\nnew\r\n0\r\nx-amz-meta-a:b\r\n\r\n", "InvalidRequest"},
		"not a header": {"x-amz-checksum-crc32", "3\r\nnew\r\n0\r\nx-amz-checksum-crc32\r\n\r\n", "MalformedTrailerError"},
	} {
		h := map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Decoded-Content-Length": "3"}
		if tc.trailer != "" {
			h["X-Amz-Trailer"] = tc.trailer
		}
		s.wantError(t, name, putRequest(func(q *request) { q.header, q.body = h, []byte(tc.body) }), 400, tc.code)
	}
}

func TestNegative07Length(t *testing.T) {
	s := negative(t)
	body := []byte("3\r\nnew\r\n0\r\nx-amz-checksum-crc32:l0vRPA==\r\n\r\n")
	for length, want := range map[string]struct {
		status int
		code   string
	}{
		"2": {400, "IncompleteBody"}, "4": {400, "IncompleteBody"}, "+3": {411, "MissingContentLength"}, "-3": {411, "MissingContentLength"},
		"": {411, "MissingContentLength"}, "5368709121": {400, "EntityTooLarge"}, "99999999999999999999": {411, "MissingContentLength"},
	} {
		h := map[string]string{"X-Amz-Content-Sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "X-Amz-Trailer": "x-amz-checksum-crc32"}
		if length != "" {
			h["X-Amz-Decoded-Content-Length"] = length
		}
		s.wantError(t, "length "+length, putRequest(func(q *request) { q.header, q.body = h, body }), want.status, want.code)
	}
	// An upload without any length is not an empty one.
	r := s.build(t, putRequest(func(q *request) { q.body = nil }))
	var head strings.Builder
	if err := r.Header.Write(&head); err != nil {
		t.Fatal(err)
	}
	wire := fmt.Sprintf("PUT /bucket/k HTTP/1.1\r\nHost: %s\r\n%s\r\n", r.Host, head.String())
	if status, code := s.raw(t, wire); status != 411 || code != "MissingContentLength" {
		t.Errorf("no length: %d %s", status, code)
	}
}

// TestNegative08PresignedWithMore adds each header of S3's model to a presigned
// upload, as a header and in the query.
func TestNegative08PresignedWithMore(t *testing.T) {
	s := negative(t)
	names, err := os.ReadFile("testdata/amzheaders.txt")
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(names))
	if len(fields) < 60 {
		t.Fatalf("only %d headers", len(fields))
	}
	for _, name := range fields {
		r := s.presign(t, "PUT", "/bucket/k", 60, time.Now())
		r.Header.Set(name, "bucket/k")
		s.wantRefused(t, name, r, 403, "AccessDenied")
		r = s.presign(t, "PUT", "/bucket/k", 60, time.Now())
		r.URL.RawQuery += "&" + name + "=bucket%2Fk"
		s.wantRefused(t, name+" in the query", r, 403, "SignatureDoesNotMatch")
	}
}

func TestNegative09PresignExpires(t *testing.T) {
	s := negative(t)
	for _, expires := range []string{"0", "604801", "-1", "1e30", "+5", "", "5.0", "0x10", "99999999999999999999"} {
		r := s.presign(t, "GET", "/bucket/k", 60, time.Now())
		q := r.URL.Query()
		q.Set("X-Amz-Expires", expires)
		r.URL.RawQuery = q.Encode()
		s.wantRefused(t, "expires "+expires, r, 400, "AuthorizationQueryParametersError")
	}
}

func TestNegative10Expired(t *testing.T) {
	now := time.Now().Truncate(time.Second)
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Now = func() time.Time { return now } })
	s.wantRefused(t, "a second late", s.presign(t, "GET", "/bucket/k", 60, now.Add(-61*time.Second)), 403, "AccessDenied")
	s.wantRefused(t, "just in time", s.presign(t, "GET", "/bucket/k", 60, now.Add(-60*time.Second)), 404, "NoSuchBucket")
}

func TestNegative11Skew(t *testing.T) {
	s := negative(t)
	for _, off := range []time.Duration{-16 * time.Minute, 16 * time.Minute} {
		r := s.build(t, request{method: "GET", path: "/bucket/k", unsigned: true})
		s.sign(t, r, "s3", region, time.Now().Add(off))
		s.wantRefused(t, off.String(), r, 403, "RequestTimeTooSkewed")
	}
}

func TestNegative12Replay(t *testing.T) {
	s := negative(t)
	for name, tc := range map[string]struct {
		edit   func(*http.Request)
		status int
		code   string
	}{
		"as PUT":       {func(r *http.Request) { r.Method = "PUT" }, 403, "SignatureDoesNotMatch"},
		"as DELETE":    {func(r *http.Request) { r.Method = "DELETE" }, 403, "SignatureDoesNotMatch"},
		"other bucket": {func(r *http.Request) { r.URL.Path = "/other/k" }, 403, "SignatureDoesNotMatch"},
		"other key":    {func(r *http.Request) { r.URL.Path = "/bucket/k2" }, 403, "SignatureDoesNotMatch"},
		"other host":   {func(r *http.Request) { r.Host = "s3.example" }, 403, "SignatureDoesNotMatch"},
		"sub-resource": {func(r *http.Request) { r.URL.RawQuery = "acl" }, 403, "SignatureDoesNotMatch"},
	} {
		s.wantError(t, name, request{method: "GET", path: "/bucket/k", edit: tc.edit}, tc.status, tc.code)
		r := s.presign(t, "GET", "/bucket/k", 60, time.Now())
		query := r.URL.RawQuery
		if tc.edit(r); r.URL.RawQuery != query {
			r.URL.RawQuery = query + "&acl="
		}
		s.wantRefused(t, name+", presigned", r, tc.status, tc.code)
	}
	for name, scope := range map[string][2]string{"other region": {"s3", "eu-west-1"}, "service ec2": {"ec2", region}} {
		r := s.build(t, request{method: "GET", path: "/bucket/k", unsigned: true})
		s.sign(t, r, scope[0], scope[1], time.Now())
		want := map[string]string{"other region": "AuthorizationHeaderMalformed", "service ec2": "SignatureDoesNotMatch"}[name]
		status := map[string]int{"other region": 400, "service ec2": 403}[name]
		s.wantRefused(t, name, r, status, want)
	}
}

// TestNegative13Framing sends heads that two parsers read in two ways. Each is
// the second request of a connection: what follows must not be answered.
func TestNegative13Framing(t *testing.T) {
	s := negative(t)
	r := s.build(t, request{method: "PUT", path: "/bucket/k", body: []byte("new")})
	var fields []string
	for name, values := range r.Header {
		fields = append(fields, name+": "+values[0])
	}
	good := "PUT /bucket/k HTTP/1.1\r\nHost: " + r.Host + "\r\nContent-Length: 3\r\n" + strings.Join(fields, "\r\n") + "\r\n\r\nnew"
	change := func(old, with string) string { return strings.Replace(good, old, with, 1) }
	auth := "Authorization: " + r.Header.Get("Authorization") + "\r\n"
	for name, wire := range map[string]string{
		"two hosts":          change("Host: ", "Host: evil.example\r\nHost: "),
		"two authorizations": change("Content-Length", auth+"Content-Length"),
		"length and chunks":  change("Content-Length: 3\r\n", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
		"chunks and length":  change("Content-Length: 3\r\n", "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n"),
		"two lengths":        change("Content-Length: 3\r\n", "Content-Length: 3\r\nContent-Length: 2\r\n"),
		"folded":             change("Content-Length: 3\r\n", "Content-Length: 3\r\nX-Fold: a\r\n b\r\n"),
		"bare line feed":     change("Content-Length: 3\r\n", "Content-Length: 3\n"),
		"bare line feeds":    change("\r\n\r\nnew", "\n\nnew"),
		"no host":            change("Host: "+r.Host+"\r\n", ""),
		"zero byte":          change("Content-Length: 3\r\n", "Content-Length: 3\r\nX-Zero: \x00\r\n"),
	} {
		const before = "GET /bucket HTTP/1.1\r\nHost: h\r\n\r\n"
		if got := s.statuses(t, before+wire+before); len(got) != 2 || got[1] != 400 {
			t.Errorf("%s: answered %v, want the second refused and no third", name, got)
		}
	}
}

// TestNegative15CopySourceDecodedOnce: "?" as %3F belongs to the key.
func TestNegative15CopySourceDecodedOnce(t *testing.T) {
	s := negative(t)
	s.mustPut(t, "bucket", "key?versionId=abc", []byte("odd"))
	s.mustPut(t, "bucket", "a%2Fb", []byte("escaped"))
	s.mustPut(t, "bucket", "a/b", []byte("plain"))
	for source, want := range map[string]string{"bucket/key%3FversionId=abc": "odd", "bucket/a%252Fb": "escaped", "/bucket/a%2Fb": "plain"} {
		status, body := s.send(t, request{method: "PUT", path: "/other/copy", header: map[string]string{"X-Amz-Copy-Source": source}})
		if status != 200 {
			t.Errorf("%s: %d %s", source, status, body)
			continue
		}
		s.wantObject(t, "other", "copy", []byte(want))
	}
	s.wantError(t, "a version nobody has", request{method: "PUT", path: "/other/copy", header: map[string]string{"X-Amz-Copy-Source": "bucket/key?versionId=abc"}}, 400, "InvalidArgument")
}

func TestNegative17OldAndEmptyAlgorithms(t *testing.T) {
	s := negative(t)
	r := s.build(t, putRequest(func(q *request) { q.unsigned = true }))
	r.Header.Del("X-Amz-Content-Sha256")
	s.wantRefused(t, "version 2", signer.SignV2(*r, blue, secret, false), 400, "InvalidRequest")
	for _, authorization := range []string{"AWS " + blue + ":AAAA", "AWS4-HMAC-SHA1 Credential=a", "Basic YTpi", "Bearer x", "AWS4-HMAC-SHA256", " ", "AWS4-ECDSA-P256-SHA256 Credential=a"} {
		r := s.build(t, putRequest(func(q *request) { q.unsigned = true }))
		r.Header.Set("Authorization", authorization)
		code := "InvalidRequest"
		if authorization == "AWS4-HMAC-SHA256" {
			code = "AuthorizationHeaderMalformed"
		}
		s.wantRefused(t, authorization, r, 400, code)
	}
	for _, algorithm := range []string{"", "AWS4-HMAC-SHA1", "none"} {
		r := s.presign(t, "GET", "/bucket/k", 60, time.Now())
		q := r.URL.Query()
		q.Set("X-Amz-Algorithm", algorithm)
		r.URL.RawQuery = q.Encode()
		s.wantRefused(t, "presigned with "+algorithm, r, 400, "AuthorizationQueryParametersError")
	}
}

// presign makes a presigned request of blue's.
func (s *server) presign(tb testing.TB, method, path string, seconds int, at time.Time) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), method, s.url+path, nil)
	if err != nil {
		tb.Fatal(err)
	}
	q := r.URL.Query()
	q.Set("X-Amz-Expires", strconv.Itoa(seconds))
	r.URL.RawQuery = q.Encode()
	sign := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	target, _, err := sign.PresignHTTP(tb.Context(), aws.Credentials{AccessKeyID: blue, SecretAccessKey: secret}, r, "UNSIGNED-PAYLOAD", "s3", region, at)
	if err != nil {
		tb.Fatal(err)
	}
	if r.URL, err = url.Parse(target); err != nil {
		tb.Fatal(err)
	}
	return r
}

// sign signs a request for any scope and time.
func (s *server) sign(tb testing.TB, r *http.Request, service, region string, at time.Time) {
	tb.Helper()
	sign := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	creds := aws.Credentials{AccessKeyID: blue, SecretAccessKey: secret}
	if err := sign.SignHTTP(tb.Context(), creds, r, r.Header.Get("X-Amz-Content-Sha256"), service, region, at); err != nil {
		tb.Fatal(err)
	}
}

// wantRefused sends a request as it is.
func (s *server) wantRefused(tb testing.TB, name string, r *http.Request, status int, code string) {
	tb.Helper()
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	var doc struct{ Code string }
	_ = xml.NewDecoder(resp.Body).Decode(&doc)
	if resp.StatusCode != status || doc.Code != code {
		tb.Errorf("%s: %d %s, want %d %s", name, resp.StatusCode, doc.Code, status, code)
	}
}

func (s *server) dial(tb testing.TB) net.Conn {
	tb.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		tb.Fatal(err)
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	return c
}

// raw sends bytes and returns the first answer's status and code.
func (s *server) raw(tb testing.TB, wire string) (int, string) {
	tb.Helper()
	c := s.dial(tb)
	defer c.Close()
	if _, err := io.WriteString(c, wire); err != nil {
		tb.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		tb.Fatal(err)
	}
	defer resp.Body.Close()
	var doc struct{ Code string }
	_ = xml.NewDecoder(resp.Body).Decode(&doc)
	return resp.StatusCode, doc.Code
}

// statuses sends bytes and returns the statuses of all answers until the server
// closes or has nothing more to say.
func (s *server) statuses(tb testing.TB, wire string) (all []int) {
	tb.Helper()
	c := s.dial(tb)
	defer c.Close()
	if _, err := io.WriteString(c, wire); err != nil {
		tb.Fatal(err)
	}
	if err := c.(*net.TCPConn).CloseWrite(); err != nil {
		tb.Fatal(err)
	}
	br := bufio.NewReader(c)
	for {
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			return all
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		all = append(all, resp.StatusCode)
	}
}

// shaHash is what minio-go's signer wants to be given.
type shaHash struct{ hash.Hash }

func (shaHash) Close() {}

func newSHA() shaHash { return shaHash{sha256.New()} }
