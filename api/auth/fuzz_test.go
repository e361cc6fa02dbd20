package auth

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
)

// FuzzParseAuthorization: what is read from a header can be written down and
// read again, and names a scope that nothing can be smuggled into.
func FuzzParseAuthorization(f *testing.F) {
	f.Add("Credential=A/20260304/us-east-1/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=" + emptyHash)
	f.Add("Credential=A/20260304/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=" + emptyHash)
	f.Add("Credential=,SignedHeaders=,Signature=")
	f.Add("Credential=A/B/20260304/us-east-1/s3/aws4_request,SignedHeaders=host;host,Signature=" + emptyHash)
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := parseAuthorization(s)
		if !ok {
			return
		}
		if strings.Count(c.scope(), "/") != 3 || len(c.signature) != 64 || len(c.signed) > maxSignedHeaders {
			t.Errorf("%q is read as %+v", s, c)
		}
		again := fmt.Sprintf("Credential=%s/%s,SignedHeaders=%s,Signature=%s", c.key, c.scope(), strings.Join(c.signed, ";"), c.signature)
		if d, ok := parseAuthorization(again); !ok || d.scope() != c.scope() || d.key != c.key {
			t.Errorf("%q reads back as %+v", again, d)
		}
	})
}

// FuzzChunkReader: whatever comes, the reader ends, never hands out more than
// was declared, ends well only after exactly that, and hands out the same
// however the bytes arrive.
func FuzzChunkReader(f *testing.F) {
	c := chunks{}
	c.add("hello ")
	f.Add([]byte(c.end(crc)), int64(6), false)
	f.Add([]byte("0\r\n\r\n"), int64(0), true)
	f.Add([]byte("6;chunk-signature="+emptyHash+"\r\nhello \r\n0;chunk-signature="+emptyHash+"\r\n\r\n"), int64(6), true)
	f.Add([]byte("3\r\nabc\r\n3\r\ndef\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"), int64(6), false)
	f.Fuzz(func(t *testing.T, data []byte, length int64, signed bool) {
		if length < 0 {
			return
		}
		read := func(src io.Reader) ([]byte, error) {
			r := newChunkReader(s3, src, length, []string{"x-amz-checksum-crc32"}, http.Header{})
			if signed {
				r.chain = &chain{key: []byte("k"), stamp: signedAt.Format(stampLayout)}
			}
			return io.ReadAll(r)
		}
		whole, err := read(bytes.NewReader(data))
		if n := int64(len(whole)); n > length || (err == nil && n != length) {
			t.Errorf("%d of %d bytes, %v", n, length, err)
		}
		if err != nil && !errors.Is(err, cloud.BadCredentials) {
			t.Errorf("not a refusal: %v", err)
		}
		slowly, again := read(oneByte{bytes.NewReader(data)})
		if !bytes.Equal(whole, slowly) || (err == nil) != (again == nil) {
			t.Errorf("%q, %v at once; %q, %v byte by byte", whole, err, slowly, again)
		}
	})
}

type oneByte struct{ r io.Reader }

func (o oneByte) Read(p []byte) (int, error) { return o.r.Read(p[:min(1, len(p))]) }

// FuzzCanonicalRequest holds the canonical request against a second
// implementation, written from the description and not for speed.
func FuzzCanonicalRequest(f *testing.F) {
	f.Add("GET", "/b/a%20b", "list-type=2&prefix=a%2Fb&prefix=", "host;x-amz-date", "  two   words ", false)
	f.Add("PUT", "/b/%E2%82%AC//..%2f", "X-Amz-Signature=00&acl", "host", "", true)
	f.Add("GET", "/b/a+b~(!)", "a=%2B&A=+&a%00=1;2", "host;range;x-amz-date", "\t", false)
	f.Fuzz(func(t *testing.T, method, path, rawQuery, signed, value string, presigned bool) {
		u, err := url.ParseRequestURI(path)
		query, err2 := parseQuery(rawQuery)
		c := &claim{presigned: presigned}
		if err != nil || err2 != nil || u.Path == "" || !c.setSigned(signed) {
			return
		}
		h := http.Header{"X-Amz-Date": {value, "second"}, "Range": {value}}
		r := &http.Request{Method: method, URL: u, Host: "h:80", Header: h, ContentLength: 7}
		got := canonicalRequest(r, canonicalPaths(u, true)[0], query, c, "HASH")
		if want := plainCanonical(r, rawQuery, signed, presigned); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	})
}

// plainCanonical is the description of Signature Version 4, word by word.
func plainCanonical(r *http.Request, rawQuery, signed string, presigned bool) string {
	var params []string
	for _, part := range strings.Split(rawQuery, "&") {
		name, value, _ := strings.Cut(part, "=")
		n, _ := url.QueryUnescape(name)
		v, _ := url.QueryUnescape(value)
		if part != "" && !(presigned && n == "X-Amz-Signature") {
			// A byte below every other keeps "a=b" before "a-=b" in the order of names.
			params = append(params, plainEscape(n)+"\x00"+plainEscape(v))
		}
	}
	sort.Strings(params)
	query := strings.ReplaceAll(strings.Join(params, "&"), "\x00", "=")
	segments := strings.Split(r.URL.Path, "/")
	for i := range segments {
		segments[i] = plainEscape(segments[i])
	}
	out := r.Method + "\n" + strings.Join(segments, "/") + "\n" + query + "\n"
	for _, name := range strings.Split(signed, ";") {
		values := r.Header[http.CanonicalHeaderKey(name)]
		switch name {
		case "host":
			values = []string{r.Host}
		case "content-length":
			values = []string{fmt.Sprint(r.ContentLength)}
		}
		var trimmed []string
		for _, v := range values {
			trimmed = append(trimmed, strings.Join(strings.Fields(v), " "))
		}
		out += name + ":" + strings.Join(trimmed, ",") + "\n"
	}
	return out + "\n" + signed + "\nHASH"
}

func plainEscape(s string) string {
	out := ""
	for _, b := range []byte(s) {
		if strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~", b) >= 0 {
			out += string(b)
		} else {
			out += fmt.Sprintf("%%%02X", b)
		}
	}
	return out
}

// FuzzAuthenticate: no request that was not signed with the secret is ever
// taken for its owner's.
func FuzzAuthenticate(f *testing.F) {
	const scope = testID + "/20260304/us-east-1/s3/aws4_request"
	f.Add(algorithm+" Credential="+scope+",SignedHeaders=host,Signature="+emptyHash, "", "UNSIGNED-PAYLOAD")
	f.Add("AWS "+testID+":c2lnbmF0dXJl", "", "")
	f.Add("", "X-Amz-Algorithm="+algorithm+"&X-Amz-Credential="+url.QueryEscape(scope)+"&X-Amz-Signature="+emptyHash+
		"&X-Amz-Date=20260304T050607Z&X-Amz-SignedHeaders=host&X-Amz-Expires=60", "")
	f.Add("", "AWSAccessKeyId="+testID+"&Signature=AAAA&Expires=4102444800", "")
	a := New(Config{Region: testRegion, Now: func() time.Time { return signedAt }}, keys)
	f.Fuzz(func(t *testing.T, authorization, query, sum string) {
		r := &http.Request{Method: "GET", URL: &url.URL{Path: "/b/k", RawQuery: query}, Host: "h", Header: http.Header{}}
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		if sum != "" {
			r.Header.Set("X-Amz-Content-Sha256", sum)
		}
		req, err := a.Authenticate(r, "s3")
		if err == nil && (!req.Anonymous || req.Caller.Account != "" || authorization != "") {
			t.Errorf("%q %q: %+v", authorization, query, req)
		}
	})
}
