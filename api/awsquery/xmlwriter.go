package awsquery

import (
	"bytes"
	"encoding/xml"
	"strings"
)

// xmlWriter writes elements into memory. encoding/xml's encoder is not used:
// it cannot write <x/>, and a page of a thousand instances should be cheap.
type xmlWriter struct {
	buf bytes.Buffer
}

// document writes the prolog and the root element.
func (x *xmlWriter) document(root, namespace string, inside func()) {
	x.buf.WriteString(`<?xml version="1.0" encoding="UTF-8"?>` + "\n")
	open := root
	if namespace != "" {
		open += ` xmlns="` + namespace + `"`
	}
	x.tagged(open, root, inside)
	x.buf.WriteByte('\n')
}

// element writes an element; one with nothing inside becomes <name/>.
func (x *xmlWriter) element(name string, inside func()) { x.tagged(name, name, inside) }

func (x *xmlWriter) tagged(open, name string, inside func()) {
	x.buf.WriteByte('<')
	x.buf.WriteString(open)
	x.buf.WriteByte('>')
	start := x.buf.Len()
	inside()
	if x.buf.Len() == start {
		x.buf.Truncate(start - 1)
		x.buf.WriteString("/>")
		return
	}
	x.buf.WriteString("</")
	x.buf.WriteString(name)
	x.buf.WriteByte('>')
}

// text writes an element with text in it. What XML cannot say becomes U+FFFD.
func (x *xmlWriter) text(name, s string) {
	x.tagged(name, name, func() {
		if plain(s) {
			x.buf.WriteString(s)
			return
		}
		// A bytes.Buffer does not fail.
		_ = xml.EscapeText(&x.buf, []byte(s))
	})
}

// plain reports whether s needs no escaping.
func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r < ' ' || r > '~' || r == '<' || r == '>' || r == '&' || r == '"' || r == '\''
	})
}
