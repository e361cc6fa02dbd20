package auth

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
)

// maxForm bounds the body of a Query request.
const maxForm = 1 << 20

// payloadKind is how a request's body is vouched for.
type payloadKind int

const (
	unsignedBody payloadKind = iota // by nothing
	hashedBody                      // by its SHA-256 in the signature
	chunkedBody                     // chunk by chunk
)

// payload is what a request says of its body.
type payload struct {
	kind    payloadKind
	hash    string // the last line of the canonical request
	chained bool   // chunkedBody: each chunk is signed
	trailed bool   // chunkedBody: headers follow
	form    []byte // the whole body of a Query request
}

// payloadOf reads the declaration of the body and, for Query services, the
// body.
func (w wording) payloadOf(r *http.Request, c *claim, query url.Values) (*payload, error) {
	declared := r.Header.Get("X-Amz-Content-Sha256")
	if declared == "" {
		declared = query.Get("X-Amz-Content-Sha256")
	}
	if w != s3 {
		return w.formPayload(r, declared)
	}
	switch {
	case declared == "UNSIGNED-PAYLOAD", declared == "" && c.presigned:
		return &payload{kind: unsignedBody, hash: "UNSIGNED-PAYLOAD"}, nil
	case declared == "":
		return nil, w.refuse(noPayloadHash, "Missing required header for this request: x-amz-content-sha256")
	case declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD":
		return &payload{kind: chunkedBody, hash: declared, chained: true}, nil
	case declared == "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER":
		return &payload{kind: chunkedBody, hash: declared, chained: true, trailed: true}, nil
	case declared == "STREAMING-UNSIGNED-PAYLOAD-TRAILER":
		return &payload{kind: chunkedBody, hash: declared, trailed: true}, nil
	case isHash(declared):
		return &payload{kind: hashedBody, hash: declared}, nil
	}
	return nil, w.refuse(badPayloadHash, "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, STREAMING-UNSIGNED-PAYLOAD-TRAILER or a valid sha256 value.")
}

// formPayload reads a Query body. Its hash is always part of the signature;
// the header that repeats it may be missing.
func (w wording) formPayload(r *http.Request, declared string) (*payload, error) {
	form, err := io.ReadAll(io.LimitReader(&source{w: w, body: r.Body}, maxForm+1))
	if err != nil {
		return nil, err
	}
	if len(form) > maxForm {
		return nil, w.refuse(tooLarge, "The request body is larger than %d bytes.", maxForm)
	}
	sum := hexHash(form)
	if declared != "" && subtle.ConstantTimeCompare([]byte(declared), []byte(sum)) != 1 {
		return nil, w.refuse(payloadMismatch, "The request body does not match the x-amz-content-sha256 header.")
	}
	return &payload{kind: unsignedBody, hash: sum, form: form}, nil
}

// attachBody gives a request the reader of its verified body.
func (w wording) attachBody(r *http.Request, req *Request, c *claim, p *payload, signing []byte) error {
	src := &source{w: w, body: r.Body}
	switch {
	case p.form != nil || w != s3:
		req.Body, req.Length = bytes.NewReader(p.form), int64(len(p.form))
	case p.kind == hashedBody:
		req.Body = &hashReader{w: w, src: src, sum: sha256.New(), want: p.hash}
	case p.kind == chunkedBody:
		return w.attachChunks(src, req, c, p, signing)
	default:
		req.Body = src
	}
	return nil
}

// attachChunks prepares the decoding of an aws-chunked body.
func (w wording) attachChunks(src io.Reader, req *Request, c *claim, p *payload, signing []byte) error {
	length, ok := number(req.Header.Get("X-Amz-Decoded-Content-Length"))
	if !ok {
		return w.refuse(noLength, "You must provide the x-amz-decoded-content-length HTTP header.")
	}
	declared, err := w.declaredTrailer(req.Header.Values("X-Amz-Trailer"))
	if err != nil {
		return err
	}
	if !p.trailed && len(declared) > 0 {
		return w.refuse(badTrailer, "x-amz-trailer is not allowed with %s", p.hash)
	}
	req.Length = length
	chunks := newChunkReader(w, src, length, declared, req.trailer)
	if p.chained {
		chunks.chain = &chain{key: signing, stamp: c.stamp, scope: c.scope(), previous: c.signature}
	}
	req.Body = chunks
	return nil
}

// trailers are the headers that may follow a body.
var trailers = []string{
	"x-amz-checksum-crc32", "x-amz-checksum-crc32c", "x-amz-checksum-crc64nvme", "x-amz-checksum-sha1", "x-amz-checksum-sha256",
}

// declaredTrailer parses x-amz-trailer. One that nobody checks would be a
// promise to the client that its bytes were seen to be right.
func (w wording) declaredTrailer(values []string) ([]string, error) {
	if len(values) == 0 || (len(values) == 1 && values[0] == "") {
		return nil, nil
	}
	name := strings.ToLower(strings.TrimSpace(values[0]))
	if len(values) > 1 || !slices.Contains(trailers, name) {
		return nil, w.refuse(badTrailer, "The value specified in the x-amz-trailer header is not supported")
	}
	return []string{name}, nil
}

// source reads the raw body and words its failures.
type source struct {
	w    wording
	body io.Reader
}

func (s *source) Read(p []byte) (int, error) {
	if s.body == nil {
		return 0, io.EOF
	}
	n, err := s.body.Read(p)
	switch {
	case err == nil || err == io.EOF:
		return n, err
	case errors.Is(err, os.ErrDeadlineExceeded):
		return n, s.w.refuse(slowBody, "Your socket connection to the server was not read from or written to within the timeout period.")
	}
	return n, s.w.refuse(incompleteBody, "The request body terminated unexpectedly")
}

// hashReader ends well only if the body has the SHA-256 that was signed.
type hashReader struct {
	w    wording
	src  io.Reader
	sum  hash.Hash
	want string
	err  error
}

func (h *hashReader) Read(p []byte) (int, error) {
	if h.err != nil {
		return 0, h.err
	}
	n, err := h.src.Read(p)
	h.sum.Write(p[:n])
	if errors.Is(err, io.EOF) {
		if got := hex.EncodeToString(h.sum.Sum(nil)); got != h.want {
			err = explain(h.w.refuse(payloadMismatch, "The provided 'x-amz-content-sha256' header does not match what was computed."),
				"ClientComputedContentSHA256", h.want, "S3ComputedContentSHA256", got)
		}
	}
	h.err = err
	return n, err
}
