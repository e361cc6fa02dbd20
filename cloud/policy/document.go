package policy

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"unicode/utf8"
)

// node is a value of a JSON document. Unlike a map it knows whether a name was
// there twice, which must not be left to chance in a policy.
type node struct {
	kind    nodeKind
	text    string   // of a string; a number or boolean as it was written
	members []member // of an object, in order
	items   []node   // of an array
}

type member struct {
	name  string
	value node
}

type nodeKind uint8

const (
	null nodeKind = iota
	text
	scalar // a number or a boolean
	object
	array
)

var (
	errJSON   = &Malformed{Msg: "Policies must be valid JSON and the first byte must be '{'"}
	errSyntax = &Malformed{Msg: "Invalid policy syntax."}
)

// readDocument reads a JSON object and nothing behind it.
func readDocument(doc []byte, most int) (node, error) {
	switch {
	case len(doc) > most:
		return node{}, malformed("Policy exceeds the maximum allowed document size.")
	case len(doc) == 0 || doc[0] != '{' || !utf8.Valid(doc):
		return node{}, errJSON
	}
	d := json.NewDecoder(bytes.NewReader(doc))
	d.UseNumber()
	n, err := readNode(d, 0)
	if err != nil {
		return n, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return n, errJSON
	}
	return n, nil
}

func readNode(d *json.Decoder, depth int) (node, error) {
	t, err := d.Token()
	if err != nil {
		return node{}, errJSON
	}
	switch t := t.(type) {
	case string:
		return node{kind: text, text: t}, nil
	case json.Number:
		return node{kind: scalar, text: t.String()}, nil
	case bool:
		return node{kind: scalar, text: map[bool]string{true: "true", false: "false"}[t]}, nil
	case json.Delim:
		if depth == maxDepth {
			return node{}, errSyntax
		}
		if t == '{' {
			return readObject(d, depth+1)
		}
		return readArray(d, depth+1)
	}
	return node{}, nil
}

func readObject(d *json.Decoder, depth int) (node, error) {
	n := node{kind: object}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return n, errJSON
		}
		if seen[name] {
			return n, malformed("Duplicate field %q.", name)
		}
		seen[name] = true
		value, err := readNode(d, depth)
		if err != nil {
			return n, err
		}
		n.members = append(n.members, member{name, value})
	}
	return n, closing(d)
}

func readArray(d *json.Decoder, depth int) (node, error) {
	n := node{kind: array}
	for d.More() {
		item, err := readNode(d, depth)
		if err != nil {
			return n, err
		}
		n.items = append(n.items, item)
	}
	return n, closing(d)
}

func closing(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errJSON
	}
	return nil
}

// texts reads a string or a list of strings, which must not be empty.
func (n node) texts(field string) ([]string, error) {
	list := n.items
	if n.kind != array {
		list = []node{n}
	}
	var out []string
	for _, item := range list {
		if item.kind != text {
			return nil, malformed("The field %s must be a string or a list of strings.", field)
		}
		out = append(out, item.text)
	}
	if len(out) == 0 {
		return nil, empty(field)
	}
	return out, nil
}
