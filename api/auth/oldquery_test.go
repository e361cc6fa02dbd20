package auth

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7/pkg/signer"

	"ecc/cloud"
)

// oldAuth takes Version 2 of the keys in AWS's documentation, too.
func oldAuth(now time.Time) *Authenticator {
	const secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	all := keyring{"AKIAIOSFODNN7EXAMPLE": {ID: "AKIAIOSFODNN7EXAMPLE", Secret: secret, Account: "111122223333", Active: true}}
	for id, k := range keys {
		all[id] = k
	}
	return New(Config{Region: testRegion, Domain: "s3.amazonaws.com", Version2: true, Now: func() time.Time { return now }}, all)
}

// TestOldVectors checks the examples of AWS's own documentation.
func TestOldVectors(t *testing.T) {
	query := "http://elasticmapreduce.amazonaws.com/?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE&Action=DescribeJobFlows&SignatureMethod=HmacSHA256&" +
		"SignatureVersion=2&Timestamp=2011-10-03T15%3A19%3A30&Version=2009-03-31&Signature=i91nKc4PWAt0JJIdXwz9HxZCJDdiy6cf%2FMj6vPxyYIs%3D"
	r := received(t, must(t)(http.NewRequest("GET", query, nil)))
	req, err := oldAuth(time.Date(2011, 10, 3, 15, 20, 0, 0, time.UTC)).Authenticate(r, "ec2")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(req.Body)
	if string(body) != "Action=DescribeJobFlows&Version=2009-03-31" || len(req.Query) != 0 || req.Caller.Account != "111122223333" {
		t.Errorf("body %q, query %v, caller %+v", body, req.Query, req.Caller)
	}
	object := must(t)(http.NewRequest("GET", "http://johnsmith.s3.amazonaws.com/photos/puppy.jpg", nil))
	object.Header.Set("Date", "Tue, 27 Mar 2007 19:36:42 +0000")
	object.Header.Set("Authorization", "AWS AKIAIOSFODNN7EXAMPLE:bWq2s1WEIj+Ydj0vQ697zp+IXMU=")
	if _, got := outcome(oldAuth(time.Date(2007, 3, 27, 19, 40, 0, 0, time.UTC)), received(t, object), "s3"); got != "" {
		t.Errorf("S3's example: code %q", got)
	}
}

// must returns a request, or ends the test.
func must(t *testing.T) func(*http.Request, error) *http.Request {
	return func(r *http.Request, err error) *http.Request {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
}

// oldRequest signs parameters as the documentation of Version 2 says.
func oldRequest(t *testing.T, method string, edit func(url.Values)) *http.Request {
	t.Helper()
	v := url.Values{"Action": {"DescribeInstances"}, "Version": {"2016-11-15"}, "AWSAccessKeyId": {testID}, "SignatureVersion": {"2"},
		"SignatureMethod": {"HmacSHA256"}, "Timestamp": {signedAt.Format("2006-01-02T15:04:05.000Z")}, "Filter.1.Value.1": {"a *~b"}}
	if edit != nil {
		edit(v)
	}
	h := hmac.New(sha256.New, []byte(testSecret))
	if v.Get("SignatureMethod") == "HmacSHA1" {
		h = hmac.New(sha1.New, []byte(testSecret))
	}
	var names []string
	for n := range v {
		names = append(names, n)
	}
	slices.Sort(names)
	var pairs []string
	for _, n := range names {
		pairs = append(pairs, n+"="+strings.NewReplacer("+", "%20", "%7E", "~", "*", "%2A").Replace(url.QueryEscape(v.Get(n))))
	}
	io.WriteString(h, method+"\nec2.test:8773\n/services/compute\n"+strings.Join(pairs, "&"))
	v.Set("Signature", base64.StdEncoding.EncodeToString(h.Sum(nil)))
	target, body := "http://ec2.test:8773/services/compute", io.Reader(nil)
	if method == "GET" {
		target += "?" + v.Encode()
	} else {
		body = strings.NewReader(v.Encode())
	}
	r := must(t)(http.NewRequest(method, target, body))
	if method == "POST" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	}
	return r
}

// TestOldQuery changes one thing of a good request each time.
func TestOldQuery(t *testing.T) {
	param := func(name, value string) func(url.Values) { return func(v url.Values) { v.Set(name, value) } }
	timeOf := func(d time.Duration) string { return signedAt.Add(d).Format("2006-01-02T15:04:05Z") }
	expires := func(d time.Duration) func(url.Values) {
		return func(v url.Values) { v.Del("Timestamp"); v.Set("Expires", timeOf(d)) }
	}
	for _, tc := range []struct {
		name   string
		before func(url.Values)    // it is signed
		after  func(*http.Request) // it was
		want   string
	}{
		{"good", nil, nil, ""},
		{"SHA-1", param("SignatureMethod", "HmacSHA1"), nil, ""},
		{"no zone", param("Timestamp", signedAt.Format("2006-01-02T15:04:05")), nil, ""},
		{"other method of signing", param("SignatureMethod", "HmacMD5"), nil, "IncompleteSignature"},
		{"version 1", param("SignatureVersion", "1"), nil, "IncompleteSignature"},
		{"version 0", param("SignatureVersion", "0"), nil, "IncompleteSignature"},
		{"15 minutes old", param("Timestamp", timeOf(-15*time.Minute)), nil, ""},
		{"too old", param("Timestamp", timeOf(-15*time.Minute-time.Second)), nil, "RequestExpired"},
		{"of the future", param("Timestamp", timeOf(16*time.Minute)), nil, "RequestExpired"},
		{"expires", expires(time.Hour), nil, ""},
		{"expired", expires(0), nil, "RequestExpired"},
		{"both times", param("Expires", timeOf(time.Hour)), nil, "IncompleteSignature"},
		{"no time", func(v url.Values) { v.Del("Timestamp") }, nil, "IncompleteSignature"},
		{"odd time", param("Timestamp", "yesterday"), nil, "IncompleteSignature"},
		{"unknown key", param("AWSAccessKeyId", "AKIANOBODY"), nil, "AuthFailure"},
		{"retired key", param("AWSAccessKeyId", "AKIARETIRED"), nil, "AuthFailure"},
		{"foreign token", param("SecurityToken", "x"), nil, "AuthFailure"},
		{"host", nil, func(r *http.Request) { r.Host = "iam.test" }, "SignatureDoesNotMatch"},
		{"path", nil, func(r *http.Request) { r.URL.Path = "/" }, "SignatureDoesNotMatch"},
		{"parameter", nil, func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Describe", "Terminate", 1) }, "SignatureDoesNotMatch"},
		{"added", nil, func(r *http.Request) { r.URL.RawQuery += "&DryRun=true" }, "SignatureDoesNotMatch"},
		{"twice", nil, func(r *http.Request) { r.URL.RawQuery += "&Action=x" }, "SignatureDoesNotMatch"},
		{"two signatures", nil, func(r *http.Request) { r.URL.RawQuery += "&Signature=x" }, "IncompleteSignature"},
		{"none", nil, func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Signature=", "X=", 1) }, "IncompleteSignature"},
		{"bytes", nil, func(r *http.Request) {
			r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Signature=", "Signature=%00", 1)
		}, "SignatureDoesNotMatch"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := received(t, oldRequest(t, "GET", tc.before))
			if tc.after != nil {
				tc.after(r)
			}
			if _, got := outcome(oldAuth(signedAt), r, "ec2"); got != tc.want {
				t.Errorf("code %q, want %q", got, tc.want)
			}
		})
	}
}

// TestOldQueryBody: parameters may be in the body, and then not in the URL, too.
func TestOldQueryBody(t *testing.T) {
	for _, service := range []string{"ec2", "iam", "sts"} {
		if _, got := outcome(oldAuth(signedAt), received(t, oldRequest(t, "POST", nil)), service); got != "" {
			t.Errorf("%s: code %q", service, got)
		}
	}
	r := received(t, oldRequest(t, "POST", nil))
	r.URL.RawQuery = "SignatureVersion=2&Action=TerminateInstances"
	if _, got := outcome(oldAuth(signedAt), r, "ec2"); got != "IncompleteSignature" {
		t.Errorf("parameters in both places: code %q", got)
	}
	r = received(t, oldRequest(t, "GET", nil))
	r.Method = "POST"
	if _, got := outcome(oldAuth(signedAt), r, "ec2"); got != "SignatureDoesNotMatch" {
		t.Errorf("another method: code %q", got)
	}
	bare := must(t)(http.NewRequest("POST", "http://ec2.test/", strings.NewReader("Action=DescribeInstances&Version=2016-11-15")))
	bare.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if _, got := outcome(oldAuth(signedAt), received(t, bare), "ec2"); got != "MissingAuthenticationToken" {
		t.Errorf("no signature: code %q", got)
	}
}

// TestOldOff: nothing of Version 2 but presigned URLs of s3 is taken unless it
// is configured.
func TestOldOff(t *testing.T) {
	for _, method := range []string{"GET", "POST"} {
		if _, got := outcome(newAuth(signedAt), received(t, oldRequest(t, method, nil)), "ec2"); got == "" {
			t.Errorf("%s is taken", method)
		}
	}
	r := received(t, signer.SignV2(*s3Draft("GET", "/bucket/key", "").request(t), testID, testSecret, false))
	if _, got := outcome(newAuth(time.Now()), r, "s3"); got != "InvalidRequest" {
		t.Errorf("s3: code %q", got)
	}
}

// TestOldHeader changes one thing of what minio-go signed each time.
func TestOldHeader(t *testing.T) {
	for _, tc := range []struct {
		name, target string
		after        time.Duration
		edit         func(*http.Request)
		want         string
	}{
		{"good", "/bucket/a%20key", 0, nil, ""},
		{"sub-resource", "/bucket?acl", 0, nil, ""},
		{"listing", "/bucket?prefix=a&max-keys=3", 0, nil, ""},
		{"late", "/bucket/key", 16 * time.Minute, nil, "RequestTimeTooSkewed"},
		{"early", "/bucket/key", -16 * time.Minute, nil, "RequestTimeTooSkewed"},
		{"no date", "/bucket/key", 0, func(r *http.Request) { r.Header.Del("Date") }, "AccessDenied"},
		{"path", "/bucket/key", 0, func(r *http.Request) { r.URL.Path = "/bucket/other" }, "SignatureDoesNotMatch"},
		{"method", "/bucket/key", 0, func(r *http.Request) { r.Method = "PUT" }, "SignatureDoesNotMatch"},
		{"added header", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("X-Amz-Copy-Source", "a/b") }, "SignatureDoesNotMatch"},
		{"content type", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("Content-Type", "text/html") }, "SignatureDoesNotMatch"},
		{"added sub-resource", "/bucket", 0, func(r *http.Request) { r.URL.RawQuery = "policy" }, "SignatureDoesNotMatch"},
		{"unknown parameter", "/bucket", 0, func(r *http.Request) { r.URL.RawQuery = "annotation" }, "AccessDenied"},
		{"signed in the query, too", "/bucket", 0, func(r *http.Request) { r.URL.RawQuery = "Signature=x&AWSAccessKeyId=y" }, "InvalidArgument"},
		{"no key", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("Authorization", "AWS x") }, "AuthorizationHeaderMalformed"},
		{"unknown key", "/bucket/key", 0, func(r *http.Request) { r.Header.Set("Authorization", "AWS AKIANOBODY:eA==") }, "InvalidAccessKeyId"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := received(t, signer.SignV2(*s3Draft("GET", tc.target, "").request(t), testID, testSecret, false))
			if tc.edit != nil {
				tc.edit(r)
			}
			if _, got := outcome(oldAuth(time.Now().Add(tc.after)), r, "s3"); got != tc.want {
				t.Errorf("code %q, want %q", got, tc.want)
			}
		})
	}
}

// TestUnsignedAction: one action of sts needs no signature, and nothing can be
// smuggled in beside it.
func TestUnsignedAction(t *testing.T) {
	const action = "Action=AssumeRoleWithWebIdentity&Version=2011-06-15"
	for _, tc := range []struct{ service, query, body, want string }{
		{"sts", "", action, ""},
		{"sts", action, "", ""},
		{"sts", "", "Action=AssumeRole&Version=2011-06-15", "MissingAuthenticationToken"},
		{"sts", "Action=GetSessionToken", action, "MissingAuthenticationToken"},
		{"sts", "", action + "&Action=GetSessionToken", "MissingAuthenticationToken"},
		{"ec2", "", action, "MissingAuthenticationToken"},
		{"iam", "", action, "MissingAuthenticationToken"},
	} {
		for _, a := range []*Authenticator{newAuth(signedAt), oldAuth(signedAt)} {
			r := must(t)(http.NewRequest("POST", "http://sts.test/?"+tc.query, strings.NewReader(tc.body)))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req, err := a.Authenticate(received(t, r), tc.service)
			if got := code(err); got != tc.want {
				t.Errorf("%s %q %q: code %q, want %q", tc.service, tc.query, tc.body, got, tc.want)
			}
			if err == nil && (!req.Anonymous || req.Caller.Kind != cloud.PrincipalKind("")) {
				t.Errorf("caller %+v", req.Caller)
			}
		}
	}
}

// TestQuerySkew: the other services word it their own way.
func TestQuerySkew(t *testing.T) {
	for service, want := range map[string]string{"ec2": "RequestExpired", "iam": "SignatureDoesNotMatch", "sts": "SignatureDoesNotMatch"} {
		d := draft{method: "POST", url: "http://ec2.test/", body: "Action=X", service: service, region: testRegion, creds: creds, at: signedAt}
		for _, off := range []time.Duration{-16 * time.Minute, 16 * time.Minute} {
			if _, got := outcome(newAuth(signedAt.Add(off)), d.sign(t), service); got != want {
				t.Errorf("%s %v: code %q, want %q", service, off, got, want)
			}
		}
		if _, got := outcome(newAuth(signedAt.Add(15*time.Minute)), d.sign(t), service); got != "" {
			t.Errorf("%s: code %q within the time", service, got)
		}
	}
}

// FuzzOldQuery: parameters that nobody signed are nobody's, in the query or the
// body.
func FuzzOldQuery(f *testing.F) {
	f.Add("Action=X&AWSAccessKeyId="+testID+"&SignatureVersion=2&SignatureMethod=HmacSHA256&Timestamp=2026-03-04T05:06:07Z&Signature=eA%3D%3D", "")
	f.Add("", "Action=X&AWSAccessKeyId="+testID+"&SignatureVersion=2&SignatureMethod=HmacSHA1&Expires=2027-01-01T00:00:00&Signature=")
	f.Add("SignatureVersion=2;Signature=&Signature", "%zz")
	f.Fuzz(func(t *testing.T, query, body string) {
		for _, method := range []string{"GET", "POST"} {
			r := &http.Request{Method: method, Host: "ec2.test", URL: &url.URL{Path: "/", RawQuery: query}, ContentLength: int64(len(body)),
				Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: io.NopCloser(strings.NewReader(body))}
			if req, err := oldAuth(signedAt).Authenticate(r, "ec2"); err == nil {
				t.Errorf("%s %q %q is %+v", method, query, body, req.Caller)
			}
		}
	})
}
