package auth

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/minio/minio-go/v7/pkg/signer"
)

func newBufio(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }

// chunks writes an aws-chunked body with signatures of our own making; the
// SDKs' streams are checked against the server in TestStreamedByMinio and in
// walrus.
type chunks struct {
	bytes.Buffer
	chain *chain
}

func (c *chunks) add(data string) {
	sig := ""
	if c.chain != nil {
		signed := sign(c.chain.key, "AWS4-HMAC-SHA256-PAYLOAD\n"+c.chain.stamp+"\n"+c.chain.scope+"\n"+c.chain.previous+"\n"+emptyHash+"\n"+hexHash([]byte(data)))
		c.chain.previous = fmt.Sprintf("%x", signed)
		sig = ";chunk-signature=" + c.chain.previous
	}
	fmt.Fprintf(c, "%x%s\r\n%s", len(data), sig, data)
	if data != "" {
		c.WriteString("\r\n")
	}
}

// trailer ends the body with one header, which may be empty.
func (c *chunks) end(trailer string) string {
	c.add("")
	if trailer != "" {
		c.WriteString(trailer + "\r\n")
		if c.chain != nil {
			signed := sign(c.chain.key, "AWS4-HMAC-SHA256-TRAILER\n"+c.chain.stamp+"\n"+c.chain.scope+"\n"+c.chain.previous+"\n"+hexHash([]byte(trailer+"\n")))
			fmt.Fprintf(c, "x-amz-trailer-signature:%x\r\n", signed)
		}
	}
	c.WriteString("\r\n")
	return c.String()
}

// streamed signs a PUT whose body make writes once the seed signature is
// known.
func streamed(t *testing.T, mode, length, trailer string, body func(*chain) string) *http.Request {
	t.Helper()
	d := s3Draft("PUT", "/bucket/key", "")
	d.header = map[string]string{"X-Amz-Content-Sha256": mode, "X-Amz-Decoded-Content-Length": length, "Content-Encoding": "aws-chunked"}
	if trailer != "" {
		d.header["X-Amz-Trailer"] = trailer
	}
	r := d.sign(t)
	_, rest, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	c, ok := parseAuthorization(rest)
	if !ok || !c.setStamp(r.Header.Get("X-Amz-Date")) {
		t.Fatal("the signer wrote a header we cannot read")
	}
	r.Body = io.NopCloser(strings.NewReader(body(&chain{key: signingKey(testSecret, c), stamp: c.stamp, scope: c.scope(), previous: c.signature})))
	return r
}

const (
	signedMode   = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
	trailerMode  = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
	unsignedMode = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
	crc          = "x-amz-checksum-crc32:NhCmhg=="
)

func TestStreams(t *testing.T) {
	plain := func(ch *chain) string { c := chunks{chain: ch}; c.add("hello "); c.add("world"); return c.end("") }
	withCRC := func(ch *chain) string { c := chunks{chain: ch}; c.add("hello "); c.add("world"); return c.end(crc) }
	unsigned := func(*chain) string { c := chunks{}; c.add("hello "); c.add("world"); return c.end(crc) }
	edit := func(body func(*chain) string, old, with string) func(*chain) string {
		return func(ch *chain) string { return strings.Replace(body(ch), old, with, 1) }
	}
	for _, tc := range []struct {
		name, mode, length, trailer string
		body                        func(*chain) string
		want                        string
	}{
		{"signed", signedMode, "11", "", plain, ""},
		{"signed, empty", signedMode, "0", "", func(ch *chain) string { c := chunks{chain: ch}; return c.end("") }, ""},
		{"signed with trailer", trailerMode, "11", "x-amz-checksum-crc32", withCRC, ""},
		{"unsigned with trailer", unsignedMode, "11", "x-amz-checksum-crc32", unsigned, ""},
		{"data changed", signedMode, "11", "", edit(plain, "world", "w0rld"), "SignatureDoesNotMatch"},
		{"second signature changed", signedMode, "11", "", edit(plain, "5;chunk-signature=", "5;chunk-signature=0"), "SignatureDoesNotMatch"},
		{"no chunk signatures", signedMode, "11", "", func(*chain) string { return plain(nil) }, "SignatureDoesNotMatch"},
		{"end cut off", signedMode, "11", "", edit(plain, "0;chunk", "1;chunk"), "IncompleteBody"},
		{"declared longer", signedMode, "12", "", plain, "IncompleteBody"},
		{"declared shorter", signedMode, "10", "", plain, "IncompleteBody"},
		{"length missing", signedMode, "", "", plain, "MissingContentLength"},
		{"length negative", signedMode, "-1", "", plain, "MissingContentLength"},
		{"trailer changed", trailerMode, "11", "x-amz-checksum-crc32", edit(withCRC, "NhCm", "XhCm"), "SignatureDoesNotMatch"},
		{"trailer signature missing", trailerMode, "11", "x-amz-checksum-crc32", edit(withCRC, "x-amz-trailer-signature", "x-amz-trailer-signatur"), "MalformedTrailerError"},
		{"trailer undeclared", unsignedMode, "11", "", unsigned, "MalformedTrailerError"},
		{"trailer missing", unsignedMode, "11", "x-amz-checksum-crc32", edit(unsigned, crc+"\r\n", ""), "MalformedTrailerError"},
		{"another trailer", unsignedMode, "11", "x-amz-checksum-sha1", unsigned, "MalformedTrailerError"},
		{"trailer twice", unsignedMode, "11", "x-amz-checksum-crc32", edit(unsigned, crc, crc+"\r\n"+crc), "MalformedTrailerError"},
		{"trailer in a stream without", signedMode, "11", "x-amz-checksum-crc32", withCRC, "InvalidRequest"},
		{"more after the end", unsignedMode, "11", "x-amz-checksum-crc32", func(ch *chain) string { return unsigned(ch) + "x" }, "InvalidRequest"},
		{"trailer nobody checks", unsignedMode, "11", "x-amz-meta-a", edit(unsigned, "x-amz-checksum-crc32", "x-amz-meta-a"), "InvalidRequest"},
		{"trailer of another checksum", unsignedMode, "11", "x-amz-checksum-md5", edit(unsigned, "x-amz-checksum-crc32", "x-amz-checksum-md5"), "InvalidRequest"},
		{"two trailers", unsignedMode, "11", "x-amz-checksum-crc32,x-amz-checksum-sha1", edit(unsigned, crc, crc+"\r\nx-amz-checksum-sha1:x"), "InvalidRequest"},
		{"length with a sign", unsignedMode, "+11", "x-amz-checksum-crc32", unsigned, "MissingContentLength"},
		{"size not hex", unsignedMode, "11", "x-amz-checksum-crc32", edit(unsigned, "6\r\n", "zz\r\n"), "InvalidRequest"},
		{"size with a sign", unsignedMode, "11", "x-amz-checksum-crc32", edit(unsigned, "6\r\n", "+6\r\n"), "InvalidRequest"},
		{"no CRLF after data", unsignedMode, "11", "x-amz-checksum-crc32", edit(unsigned, "world\r\n", "worldxx"), "InvalidRequest"},
		{"endless head", unsignedMode, "11", "x-amz-checksum-crc32", func(*chain) string { return strings.Repeat("0", 200<<10) }, "InvalidRequest"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			body, got := outcome(newAuth(signedAt), streamed(t, tc.mode, tc.length, tc.trailer, tc.body), "s3")
			if got != tc.want {
				t.Fatalf("code %q, want %q", got, tc.want)
			}
			if want := strings.Repeat("hello world", len(body)/11); got == "" && body != want {
				t.Errorf("body %q", body)
			}
		})
	}
}

func TestTrailerIsHandedOver(t *testing.T) {
	r := streamed(t, unsignedMode, "11", "x-amz-checksum-crc32", func(*chain) string { c := chunks{}; c.add("hello world"); return c.end(crc) })
	req, err := newAuth(signedAt).Authenticate(r, "s3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, req.Body); err != nil || req.Length != 11 {
		t.Fatalf("length %d, %v", req.Length, err)
	}
	if got := req.Trailer().Get("x-amz-checksum-crc32"); got != "NhCmhg==" {
		t.Errorf("trailer %q", got)
	}
}

// hasher is what minio-go wants to be given.
type hasher struct{ hash.Hash }

func (hasher) Close() {}

func TestStreamedByMinio(t *testing.T) {
	data := strings.Repeat("0123456789abcdef", 20<<10) // several chunks
	r := s3Draft("PUT", "/bucket/key", data).request(t)
	r = signer.StreamingSignV4(r, testID, testSecret, "", testRegion, int64(len(data)), signedAt, hasher{sha256.New()})
	if body, got := outcome(newAuth(signedAt), received(t, r), "s3"); got != "" || body != data {
		t.Errorf("code %q, %d bytes", got, len(body))
	}
}

// TestErrorsStay: a reader that failed goes on failing.
func TestErrorsStay(t *testing.T) {
	r := streamed(t, signedMode, "5", "", func(*chain) string { return "5;chunk-signature=" + emptyHash + "\r\nhello\r\n" })
	req, err := newAuth(signedAt).Authenticate(r, "s3")
	if err != nil {
		t.Fatal(err)
	}
	_, first := io.ReadAll(req.Body)
	_, second := io.ReadAll(req.Body)
	if code(first) != "SignatureDoesNotMatch" || !errors.Is(second, first) {
		t.Errorf("%v, then %v", first, second)
	}
}

// TestCutOffBody: a client that dies is an error, never a short body.
func TestCutOffBody(t *testing.T) {
	d := s3Draft("PUT", "/bucket/key", "hello world")
	d.header = map[string]string{"X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD"}
	var wire bytes.Buffer
	if err := d.sign(t).Write(&wire); err != nil {
		t.Fatal(err)
	}
	r := receivedBytes(t, wire.Bytes()[:wire.Len()-3])
	if _, got := outcome(newAuth(signedAt), r, "s3"); got != "IncompleteBody" {
		t.Errorf("code %q, want IncompleteBody", got)
	}
}
