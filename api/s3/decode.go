package s3

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
)

// Bounds of a request document.
const (
	maxDocument = 8 << 20 // 1,000 keys of 1,024 escaped bytes fit
	maxDepth    = 10
)

// DecodeXML reads a verified body to its end and decodes it into v. An empty
// body leaves v as it is and returns false.
func DecodeXML(body io.Reader, v any) (bool, error) {
	b, err := io.ReadAll(io.LimitReader(body, maxDocument+1))
	switch {
	case err != nil:
		return false, err
	case len(b) > maxDocument:
		return false, Errorf(MalformedXML, "The document is larger than %d bytes.", maxDocument)
	case len(b) == 0:
		return false, nil
	}
	g := &guard{d: xml.NewDecoder(bytes.NewReader(b))}
	d := xml.NewTokenDecoder(g)
	if err := d.Decode(v); err != nil {
		return false, Errorf(MalformedXML, "")
	}
	if _, err := d.Token(); err != io.EOF {
		return false, Errorf(MalformedXML, "")
	}
	return true, nil
}

// guard refuses document types (and with them entities) and deep nesting
// before the decoder sees them.
type guard struct {
	d     *xml.Decoder
	depth int
}

var errGuard = errors.New("not in a document of S3")

func (g *guard) Token() (xml.Token, error) {
	t, err := g.d.Token()
	switch t.(type) {
	case xml.Directive:
		return nil, errGuard
	case xml.StartElement:
		g.depth++
	case xml.EndElement:
		g.depth--
	case xml.CharData:
		if g.depth == 0 && len(bytes.TrimSpace(t.(xml.CharData))) == 0 && err == nil {
			return g.Token() // white space around the document
		}
	}
	if g.depth > maxDepth {
		return nil, errGuard
	}
	return t, err
}
