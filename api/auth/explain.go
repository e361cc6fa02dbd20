package auth

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Detail is one more thing a refusal says, for whoever looks for the reason.
// Error documents of S3 have an element for each.
type Detail struct{ Name, Value string }

// explained is a refusal with details.
type explained struct {
	error
	details []Detail
}

// Unwrap returns the refusal.
func (e *explained) Unwrap() error { return e.error }

// DetailsOf returns the details of a refusal. There is nothing secret in them:
// they are what the client sent and how it was read.
func DetailsOf(err error) []Detail {
	var e *explained
	if errors.As(err, &e) {
		return e.details
	}
	return nil
}

// explain adds details, as pairs of name and value.
func explain(err error, pairs ...string) error {
	e := &explained{error: err}
	for i := 0; i+1 < len(pairs); i += 2 {
		e.details = append(e.details, Detail{pairs[i], pairs[i+1]})
	}
	return e
}

// mismatch is the refusal of a signature. It shows what would have had to be
// signed, so that a client's author can find the difference.
func (w wording) mismatch(r *http.Request, req *Request, c *claim, p *payload) error {
	err := w.refuse(badSignature, "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
	if w != s3 {
		return err
	}
	canonical := canonicalRequest(r, canonicalPaths(r.URL, true)[0], req.Query, c, p.hash)
	text := stringToSign(c, canonical)
	if len(canonical) > maxExplained {
		return explain(err, "AWSAccessKeyId", c.key, "StringToSign", text, "SignatureProvided", c.signature)
	}
	return explain(err, "AWSAccessKeyId", c.key, "StringToSign", text, "SignatureProvided", c.signature,
		"StringToSignBytes", hexBytes(text), "CanonicalRequest", canonical, "CanonicalRequestBytes", hexBytes(canonical))
}

// maxExplained is the longest request, in bytes of its canonical form, that is
// shown: an answer should not be many times what a stranger sent.
const maxExplained = 8 << 10

// hexBytes writes each byte as S3 does in its documents.
func hexBytes(s string) string { return strings.ToLower(fmt.Sprintf("% x", s)) }

// moment is a time as S3 writes it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
