package s3

import (
	"bytes"
	"crypto/md5"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"slices"
)

// Bounds of a request document.
const (
	maxDocument      = 8 << 20 // 1,000 keys of 1,024 escaped bytes fit
	maxConfiguration = 4 << 20 // 1,000 rules with long prefixes fit
	maxDepth         = 10
	maxTokens        = 500_000 // 10,000 parts with their checksums and white space fit
)

// Document is the body of a request, with what was said of it.
type Document struct {
	Body    io.Reader // verified
	Header  http.Header
	Trailer http.Header // complete when Body has ended
}

// Decode reads the body to its end, checks its digests and decodes it into v.
// An empty body leaves v as it is and returns false.
func (d Document) Decode(v any) (bool, error) {
	b, err := d.Read(maxDocument)
	if err != nil || len(b) == 0 {
		return false, err
	}
	return true, decodeXML(b, v)
}

// Read reads the body to its end, which must come within most bytes, and checks
// its digests.
func (d Document) Read(most int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(d.Body, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(b)) > most {
		return nil, Errorf(MalformedXML, "The document is larger than %d bytes.", most)
	}
	return b, d.check(b)
}

// check compares the digests a client sent along.
func (d Document) check(b []byte) error {
	sum, err := ReadContentMD5(d.Header)
	if err != nil {
		return err
	}
	if got := md5.Sum(b); sum != nil && !bytes.Equal(sum, got[:]) {
		return Errorf(BadDigest, "")
	}
	expected, err := ReadExpected(d.Header)
	if err != nil || expected.Algorithm == "" {
		return err
	}
	h := expected.Algorithm.New()
	h.Write(b)
	return expected.Check(h.Sum(nil), d.Trailer)
}

func decodeXML(b []byte, v any) error {
	d := xml.NewTokenDecoder(&guard{d: xml.NewDecoder(bytes.NewReader(b))})
	d.DefaultSpace = Namespace // many clients leave it out
	if err := d.Decode(v); err != nil {
		return Errorf(MalformedXML, "")
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Errorf(MalformedXML, "")
	}
	return nil
}

// guard refuses document types (and with them entities), deep nesting and
// heaps of tiny elements before the decoder sees them.
type guard struct {
	d      *xml.Decoder
	depth  int
	tokens int
}

var errGuard = errors.New("not in a document of S3")

func (g *guard) Token() (xml.Token, error) {
	t, err := g.d.Token()
	switch t := t.(type) {
	case xml.Directive:
		return nil, errGuard
	case xml.StartElement:
		g.depth++
	case xml.EndElement:
		g.depth--
	case xml.CharData:
		if g.depth == 0 && len(bytes.TrimSpace(t)) == 0 && err == nil {
			return g.Token() // white space around the document
		}
	}
	if g.tokens++; g.depth > maxDepth || g.tokens > maxTokens {
		return nil, errGuard
	}
	return t, err
}

// Digested reports whether a request says what its body's digest is, or that a
// trailer will: S3 does some things only then.
func Digested(h http.Header) bool {
	if h.Get("Content-Md5") != "" || h.Get("X-Amz-Trailer") != "" {
		return true
	}
	return slices.ContainsFunc(Algorithms, func(a Algorithm) bool { return h.Get(a.Header()) != "" })
}
