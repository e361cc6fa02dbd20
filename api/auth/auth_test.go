package auth

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/minio/minio-go/v7/pkg/signer"

	"ecc/cloud"
)

const (
	testID     = "AKIAIOSFODNN7EXAMPLE"
	testSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	testRegion = "us-east-1"
)

// keyring is a KeyFinder with one account.
type keyring map[string]cloud.AccessKey

func (k keyring) Credential(_ context.Context, id, token string) (cloud.Credential, error) {
	if id == "AKIABROKEN" {
		return cloud.Credential{}, errors.New("the line is cut")
	}
	key, ok := k[id]
	switch {
	case !ok:
		return cloud.Credential{}, cloud.Errorf(cloud.NotFound, cloud.AnyResource, id, "no such key")
	case token != "":
		return cloud.Credential{}, cloud.Errorf(cloud.Malformed, cloud.ResSession, "", "not of this key")
	}
	return cloud.RootCredential(key, cloud.Account{ID: key.Account, Name: "blue"}), nil
}

var keys = keyring{
	testID:        {ID: testID, Secret: testSecret, Account: "111122223333", Active: true},
	"AKIARETIRED": {ID: "AKIARETIRED", Secret: testSecret, Account: "111122223333"},
}

// signedAt is when the tests' requests are signed; the clock stands there.
var signedAt = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

func newAuth(now time.Time) *Authenticator {
	return New(Config{Region: testRegion, Now: func() time.Time { return now }}, keys)
}

var creds = aws.Credentials{AccessKeyID: testID, SecretAccessKey: testSecret}

// draft is a request before it is signed.
type draft struct {
	method, url, body string
	header            map[string]string
	service, region   string
	creds             aws.Credentials
	at                time.Time
}

func s3Draft(method, target, body string) draft {
	return draft{method: method, url: "http://s3.test:8773" + target, body: body,
		service: "s3", region: testRegion, creds: creds, at: signedAt}
}

func (d draft) request(tb testing.TB) *http.Request {
	tb.Helper()
	r, err := http.NewRequestWithContext(tb.Context(), d.method, d.url, strings.NewReader(d.body))
	if err != nil {
		tb.Fatal(err)
	}
	for k, v := range d.header {
		r.Header.Set(k, v)
	}
	return r
}

// sign signs with the AWS SDK's signer and returns the request as a server
// receives it.
func (d draft) sign(tb testing.TB) *http.Request {
	tb.Helper()
	r := d.request(tb)
	sum := r.Header.Get("X-Amz-Content-Sha256")
	if sum == "" {
		raw := sha256.Sum256([]byte(d.body))
		sum = hex.EncodeToString(raw[:])
		if d.service == "s3" {
			r.Header.Set("X-Amz-Content-Sha256", sum)
		}
	}
	s := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = d.service == "s3" })
	if err := s.SignHTTP(tb.Context(), d.creds, r, sum, d.service, d.region, d.at); err != nil {
		tb.Fatal(err)
	}
	return received(tb, r)
}

// received sends a request through the wire format, so that tests see what
// net/http makes of it.
func received(tb testing.TB, r *http.Request) *http.Request {
	tb.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		tb.Fatal(err)
	}
	return receivedBytes(tb, wire.Bytes())
}

func receivedBytes(tb testing.TB, wire []byte) *http.Request {
	tb.Helper()
	got, err := http.ReadRequest(newBufio(wire))
	if err != nil {
		tb.Fatal(err)
	}
	return got.WithContext(tb.Context())
}

// code returns the AWS code of a refusal, "" for none, or the error's text if
// it is not a refusal.
func code(err error) string {
	if err == nil {
		return ""
	}
	var e *cloud.Error
	if !errors.As(err, &e) || e.Kind != cloud.BadCredentials {
		return err.Error()
	}
	return e.ID
}

// outcome authenticates and reads the body; it returns the bytes and the code.
func outcome(a *Authenticator, r *http.Request, service string) (string, string) {
	req, err := a.Authenticate(r, service)
	if err != nil {
		return "", code(err)
	}
	body, err := io.ReadAll(req.Body)
	return string(body), code(err)
}

func TestSignedBySDK(t *testing.T) {
	ec2Form := draft{method: "POST", url: "http://ec2.test:8773/", body: "Action=DescribeInstances&Version=2016-11-15",
		header:  map[string]string{"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
		service: "ec2", region: testRegion, creds: creds, at: signedAt}
	sts := ec2Form
	sts.service = "sts"
	cases := map[string]struct {
		d       draft
		service string
	}{
		"get object":    {s3Draft("GET", "/bucket/key", ""), "s3"},
		"odd key":       {s3Draft("GET", "/bucket/a+b%20c%2Fd//%E2%82%AC~(%21).%2e/..", ""), "s3"},
		"sub-resource":  {s3Draft("GET", "/bucket?location", ""), "s3"},
		"sorted query":  {s3Draft("GET", "/bucket?prefix=a%2Bb&list-type=2&delimiter=%2F&prefix=%20", ""), "s3"},
		"semicolon":     {s3Draft("GET", "/bucket?prefix=a%3Bb", ""), "s3"},
		"put with body": {s3Draft("PUT", "/bucket/key", "hello"), "s3"},
		"ec2 form":      {ec2Form, "ec2"},
		"sts form":      {sts, "sts"},
		"ec2 odd path":  {draft{method: "GET", url: "http://ec2.test/a%20b/?Action=X", service: "ec2", region: testRegion, creds: creds, at: signedAt}, "ec2"},
	}
	for name, tc := range cases {
		t.Run(name, func(t *testing.T) {
			body, got := outcome(newAuth(signedAt), tc.d.sign(t), tc.service)
			if got != "" || body != tc.d.body {
				t.Fatalf("code %q, body %q; want none and %q", got, body, tc.d.body)
			}
		})
	}
}

func TestSignedByMinio(t *testing.T) {
	r := s3Draft("GET", "/bucket/a+b%20c%21?list-type=2&prefix=x%2Fy", "").request(t)
	r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
	r = received(t, signer.SignV4(*r, testID, testSecret, "", testRegion))
	if _, got := outcome(newAuth(time.Now()), r, "s3"); got != "" {
		t.Errorf("header: code %q", got)
	}
	r = s3Draft("GET", "/bucket/a+b%20c%21?response-content-type=text%2Fplain", "").request(t)
	r = received(t, signer.PreSignV4(*r, testID, testSecret, "", testRegion, 60))
	if _, got := outcome(newAuth(time.Now()), r, "s3"); got != "" {
		t.Errorf("presigned: code %q", got)
	}
}

func TestCaller(t *testing.T) {
	req, err := newAuth(signedAt).Authenticate(s3Draft("GET", "/", "").sign(t), "s3")
	if err != nil {
		t.Fatal(err)
	}
	want := cloud.Caller{Account: "111122223333", AccessKey: testID, ARN: "arn:aws:iam::111122223333:root", UserID: "111122223333", Kind: cloud.PrincipalRoot}
	if !reflect.DeepEqual(req.Caller, want) || req.Account.Name != "blue" || req.Anonymous || req.Presigned {
		t.Errorf("got %+v, want %+v", req, want)
	}
}

// TestTampered changes one thing of a good request each time.
func TestTampered(t *testing.T) {
	cases := []struct {
		name    string
		edit    func(r *http.Request)
		s3, ec2 string
	}{
		{"nothing", func(*http.Request) {}, "", ""},
		{"method", func(r *http.Request) { r.Method = "DELETE" }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"path", func(r *http.Request) { r.URL.Path = "/other/key" }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"query", func(r *http.Request) { r.URL.RawQuery = "acl" }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"bad query", func(r *http.Request) { r.URL.RawQuery = "a=%zz" }, "InvalidURI", "MalformedQueryString"},
		{"host", func(r *http.Request) { r.Host = "evil.test" }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"port", func(r *http.Request) { r.Host = "s3.test" }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"body", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("hellO")) }, "XAmzContentSHA256Mismatch", "SignatureDoesNotMatch"},
		{"hash of body", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", hexHash(nil)) }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"unsigned payload", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD") }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"bad hash", func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "x") }, "InvalidArgument", "SignatureDoesNotMatch"},
		{"extra header", func(r *http.Request) { r.Header.Set("X-Amz-Copy-Source", "a/b") }, "AccessDenied", "SignatureDoesNotMatch"},
		{"date", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20260304T050608Z") }, "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"no date", func(r *http.Request) { r.Header.Del("X-Amz-Date") }, "AccessDenied", "IncompleteSignature"},
		{"signature", swap("Signature=", "Signature=0"), "AuthorizationHeaderMalformed", "IncompleteSignature"},
		{"upper-case signature", swap("Signature=", "Signature=A"), "AuthorizationHeaderMalformed", "IncompleteSignature"},
		{"another key", swap(testID, "AKIANOBODY"), "InvalidAccessKeyId", "AuthFailure"},
		{"inactive key", swap(testID, "AKIARETIRED"), "InvalidAccessKeyId", "AuthFailure"},
		{"keys out of reach", swap(testID, "AKIABROKEN"), "look up access key: the line is cut", "look up access key: the line is cut"},
		{"region of scope", swap("/us-east-1/", "/eu-west-1/"), "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"day of scope", swap("/20260304/", "/20260303/"), "SignatureDoesNotMatch", "SignatureDoesNotMatch"},
		{"end of scope", swap("aws4_request", "aws5_request"), "AuthorizationHeaderMalformed", "IncompleteSignature"},
		{"host not signed", swap("host;", ""), "AccessDenied", "SignatureDoesNotMatch"},
		{"order of signed headers", swap("host;", "zz;host;"), "AuthorizationHeaderMalformed", "IncompleteSignature"},
		{"algorithm", swap("AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "InvalidRequest", "IncompleteSignature"},
		{"no algorithm", swap("AWS4-HMAC-SHA256 ", ""), "InvalidRequest", "IncompleteSignature"},
		{"signature version 2", func(r *http.Request) { r.Header.Set("Authorization", "AWS AKIA:abc=") }, "InvalidRequest", "IncompleteSignature"},
		{"twice", func(r *http.Request) { r.Header.Add("Authorization", r.Header.Get("Authorization")) }, "AuthorizationHeaderMalformed", "IncompleteSignature"},
		{"also in the query", func(r *http.Request) { r.URL.RawQuery = "X-Amz-Credential=a" }, "InvalidArgument", "IncompleteSignature"},
		{"also in the old query", func(r *http.Request) { r.URL.RawQuery = "AWSAccessKeyId=a&Signature=b" }, "InvalidArgument", "IncompleteSignature"},
		{"only the old query", oldQuery, "AccessDenied", "IncompleteSignature"},
		{"session token", nil, "InvalidToken", "AuthFailure"},
	}
	for _, tc := range cases {
		for service, want := range map[string]string{"s3": tc.s3, "ec2": tc.ec2} {
			t.Run(tc.name+" "+service, func(t *testing.T) {
				d := s3Draft("PUT", "/bucket/key", "hello")
				d.service = service
				if tc.edit == nil {
					d.creds.SessionToken = "token"
				}
				r := d.sign(t)
				if tc.edit != nil {
					tc.edit(r)
				}
				if _, got := outcome(newAuth(signedAt), r, service); got != want {
					t.Errorf("code %q, want %q", got, want)
				}
			})
		}
	}
}

func swap(old, with string) func(*http.Request) {
	return func(r *http.Request) {
		h := r.Header.Get("Authorization")
		r.Header.Set("Authorization", strings.Replace(h, old, with, 1))
	}
}

func oldQuery(r *http.Request) {
	r.Header.Del("Authorization")
	r.URL.RawQuery = "AWSAccessKeyId=a&Signature=b&Expires=1"
}

// TestElsewhere replays signatures that are right, but for another place.
func TestElsewhere(t *testing.T) {
	otherRegion, otherService := s3Draft("GET", "/b/k", ""), s3Draft("GET", "/b/k", "")
	otherRegion.region = "eu-west-1"
	otherService.service = "ec2"
	otherService.header = map[string]string{"X-Amz-Content-Sha256": hexHash(nil)}
	for name, tc := range map[string]struct {
		d        draft
		at, want string
	}{
		"region":      {otherRegion, "s3", "AuthorizationHeaderMalformed"},
		"service ec2": {otherService, "s3", "SignatureDoesNotMatch"},
		"service s3":  {s3Draft("GET", "/", ""), "ec2", "SignatureDoesNotMatch"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, got := outcome(newAuth(signedAt), tc.d.sign(t), tc.at); got != tc.want {
				t.Errorf("code %q, want %q", got, tc.want)
			}
		})
	}
}

func TestSkew(t *testing.T) {
	for _, tc := range []struct {
		off  time.Duration
		want string
	}{
		{-15 * time.Minute, ""}, {15 * time.Minute, ""},
		{-16 * time.Minute, "RequestTimeTooSkewed"}, {16 * time.Minute, "RequestTimeTooSkewed"},
	} {
		r := s3Draft("GET", "/b/k", "").sign(t)
		if _, got := outcome(newAuth(signedAt.Add(tc.off)), r, "s3"); got != tc.want {
			t.Errorf("%v: code %q, want %q", tc.off, got, tc.want)
		}
	}
}

func TestAnonymous(t *testing.T) {
	r := received(t, s3Draft("GET", "/b/k", "").request(t))
	req, err := newAuth(signedAt).Authenticate(r, "s3")
	if err != nil || !req.Anonymous || req.Caller.Account != "" {
		t.Errorf("s3: %+v, %v; want an anonymous request", req, err)
	}
	for _, service := range []string{"ec2", "iam", "sts"} {
		if _, err := newAuth(signedAt).Authenticate(r, service); code(err) != "MissingAuthenticationToken" {
			t.Errorf("%s: %v, want MissingAuthenticationToken", service, err)
		}
	}
}

func TestFormBound(t *testing.T) {
	d := draft{method: "POST", url: "http://ec2.test/", body: strings.Repeat("a", maxForm+1), service: "ec2", region: testRegion, creds: creds, at: signedAt}
	if _, got := outcome(newAuth(signedAt), d.sign(t), "ec2"); got != "RequestEntityTooLarge" {
		t.Errorf("code %q, want RequestEntityTooLarge", got)
	}
	d.body = d.body[1:]
	if body, got := outcome(newAuth(signedAt), d.sign(t), "ec2"); got != "" || body != d.body {
		t.Errorf("code %q, %d bytes; want all of it", got, len(body))
	}
}

func TestScopeService(t *testing.T) {
	for target, want := range map[string]string{
		"/": "", "/?X-Amz-Credential=a%2F20260101%2Fus-east-1%2Fs3%2Faws4_request": "s3", "/?X-Amz-Credential=%zz": "",
		"/b/k?AWSAccessKeyId=a&Signature=b&Expires=1": "s3", "/?AWSAccessKeyId=a&Signature=b&SignatureVersion=2": "",
	} {
		r := httptest.NewRequest("GET", target, nil)
		if got := ScopeService(r); got != want {
			t.Errorf("%s: %q, want %q", target, got, want)
		}
	}
	if got := ScopeService(s3Draft("GET", "/", "").sign(t)); got != "s3" {
		t.Errorf("header: %q, want s3", got)
	}
}

// TestDeclaredLength: an upload that says nothing of its length is not taken
// for an empty one.
func TestDeclaredLength(t *testing.T) {
	for name, tc := range map[string]struct {
		wire string
		want int64
	}{
		"none":         {"PUT /b/k HTTP/1.1\r\nHost: h\r\n\r\n", -1},
		"zero":         {"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 0},
		"some":         {"PUT /b/k HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", 1},
		"chunked":      {"PUT /b/k HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", -1},
		"a form":       {"POST /b HTTP/1.1\r\nHost: h\r\n\r\n", 0},
		"nothing sent": {"GET /b/k HTTP/1.1\r\nHost: h\r\n\r\n", 0},
	} {
		req, err := newAuth(signedAt).Authenticate(receivedBytes(t, []byte(tc.wire)), "s3")
		if err != nil || req.Length != tc.want {
			t.Errorf("%s: %+v, %v; want length %d", name, req, err, tc.want)
		}
	}
}

// presign makes a presigned request with the AWS SDK's signer.
func presign(tb testing.TB, d draft, expires string) *http.Request {
	tb.Helper()
	r := d.request(tb)
	q := r.URL.Query()
	q.Set("X-Amz-Expires", expires)
	r.URL.RawQuery = q.Encode()
	s := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	signed, header, err := s.PresignHTTP(tb.Context(), d.creds, r, "UNSIGNED-PAYLOAD", d.service, d.region, d.at)
	if err != nil {
		tb.Fatal(err)
	}
	u, err := url.Parse(signed)
	if err != nil {
		tb.Fatal(err)
	}
	r.URL = u
	for name, values := range header {
		if name != "Host" {
			r.Header[name] = values
		}
	}
	return received(tb, r)
}

func TestPresigned(t *testing.T) {
	for _, tc := range []struct {
		name, expires string
		after         time.Duration
		edit          func(r *http.Request)
		want          string
	}{
		{"good", "60", 0, nil, ""},
		{"just in time", "60", 60 * time.Second, nil, ""},
		{"expired by one second", "60", 61 * time.Second, nil, "AccessDenied"},
		{"a week", "604800", 604800 * time.Second, nil, ""},
		{"from the future", "60", -16 * time.Minute, nil, "AccessDenied"},
		{"zero", "0", 0, nil, "AuthorizationQueryParametersError"},
		{"negative", "-1", 0, nil, "AuthorizationQueryParametersError"},
		{"over a week", "604801", 0, nil, "AuthorizationQueryParametersError"},
		{"float", "1e30", 0, nil, "AuthorizationQueryParametersError"},
		{"signed number", "+5", 0, nil, "AuthorizationQueryParametersError"},
		{"underscore", "6_0", 0, nil, "AuthorizationQueryParametersError"},
		{"empty", "", 0, nil, "AuthorizationQueryParametersError"},
		{"method", "60", 0, func(r *http.Request) { r.Method = "PUT" }, "SignatureDoesNotMatch"},
		{"longer life", "60", 0, editQuery("X-Amz-Expires=60", "X-Amz-Expires=600"), "SignatureDoesNotMatch"},
		{"added parameter", "60", 0, func(r *http.Request) { r.URL.RawQuery += "&acl" }, "SignatureDoesNotMatch"},
		{"added copy source", "60", 0, func(r *http.Request) { r.Header.Set("X-Amz-Copy-Source", "b/k") }, "AccessDenied"},
		{"signature missing", "60", 0, editQuery("X-Amz-Signature", "X-Amz-Signatur"), "AccessDenied"},
		{"signature twice", "60", 0, func(r *http.Request) { r.URL.RawQuery += "&X-Amz-Signature=00" }, "AuthorizationQueryParametersError"},
		{"date missing", "60", 0, editQuery("X-Amz-Date", "X-Amz-Dat"), "AuthorizationQueryParametersError"},
		{"algorithm empty", "60", 0, editQuery("X-Amz-Algorithm=AWS4-HMAC-SHA256", "X-Amz-Algorithm="), "AuthorizationQueryParametersError"},
		{"scope", "60", 0, editQuery("us-east-1", "us-east-2"), "SignatureDoesNotMatch"},
		{"credential", "60", 0, editQuery("%2Faws4_request", ""), "AuthorizationQueryParametersError"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := presign(t, s3Draft("GET", "/bucket/key", ""), tc.expires)
			if tc.edit != nil {
				tc.edit(r)
			}
			if _, got := outcome(newAuth(signedAt.Add(tc.after)), r, "s3"); got != tc.want {
				t.Errorf("code %q, want %q", got, tc.want)
			}
		})
	}
}

func editQuery(old, with string) func(*http.Request) {
	return func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, old, with, 1) }
}

// TestPresignedHeaders: x-amz-* headers that a presigner moved into the query
// are seen as headers, and the parameters of the signature are not.
func TestPresignedHeaders(t *testing.T) {
	r := presign(t, s3Draft("PUT", "/bucket/key?x-amz-acl=private&x-id=PutObject", "hello"), "60")
	req, err := newAuth(signedAt).Authenticate(r, "s3")
	if err != nil {
		t.Fatal(err)
	}
	if got := req.Header.Get("X-Amz-Acl"); got != "private" {
		t.Errorf("X-Amz-Acl %q, want private", got)
	}
	if got := req.Header.Get("X-Amz-Signature") + req.Header.Get("X-Id"); got != "" || !req.Presigned {
		t.Errorf("presigned %v, stray headers %q", req.Presigned, got)
	}
}

// TestCodes: every failure has a code for every service, every code a status.
func TestCodes(t *testing.T) {
	for f := range failuresEnd {
		for _, service := range []wording{s3, ec2, "iam"} {
			c := code(service.refuse(f, "x"))
			if c == "" || Status(c) < 400 || Status(c) > 499 {
				t.Errorf("failure %d of %s: code %q, status %d", f, service, c, Status(c))
			}
		}
	}
	for c, want := range map[string]int{"AuthFailure": 401, "SignatureDoesNotMatch": 403, "MissingContentLength": 411, "InvalidRequest": 400} {
		if got := Status(c); got != want {
			t.Errorf("%s: %d, want %d", c, got, want)
		}
	}
}
