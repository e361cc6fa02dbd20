package s3

import (
	"bytes"
	"encoding"
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"strings"
)

// DecodeStrict is Decode for configurations. An empty body is a
// MissingRequestBodyError. An element that v does not have, or one twice that v
// has once, is MalformedXML: a rule of which one condition is not understood
// must not be applied to more than its author meant.
func (d Document) DecodeStrict(v any) error {
	raw, err := d.Read(maxConfiguration)
	if err != nil {
		return err
	}
	if len(raw) == 0 {
		return Errorf(MissingRequestBodyError, "")
	}
	if err := decodeXML(raw, v); err != nil {
		return err
	}
	return checkElements(raw, elementOf(reflect.TypeOf(v)))
}

// element is what a type knows of an element of its document.
type element struct {
	children map[string]*element // nil for a value
	many     bool
}

// checkElements walks a document that is known to be well-formed.
func checkElements(doc []byte, root *element) error {
	type open struct {
		*element
		seen map[string]bool
	}
	stack := []open{{&element{children: map[string]*element{"": root}}, nil}}
	for d := xml.NewDecoder(bytes.NewReader(doc)); ; {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return Errorf(MalformedXML, "")
		}
		switch t := t.(type) {
		case xml.StartElement:
			top := &stack[len(stack)-1]
			name := t.Name.Local
			if len(stack) == 1 {
				name = "" // its name was checked by decoding
			}
			e := top.children[name]
			if e == nil || top.seen[name] && !e.many {
				return Errorf(MalformedXML, "")
			}
			if top.seen == nil {
				top.seen = map[string]bool{}
			}
			top.seen[name] = true
			stack = append(stack, open{e, nil})
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		}
	}
}

var textType = reflect.TypeFor[encoding.TextUnmarshaler]()

// elementOf reads the tags of a type, as encoding/xml does.
func elementOf(t reflect.Type) *element {
	e := &element{}
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		e.many = e.many || t.Kind() == reflect.Slice
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || reflect.PointerTo(t).Implements(textType) {
		return e
	}
	e.children = map[string]*element{}
	for f := range fieldsOf(t) {
		name, flags, _ := strings.Cut(f.Tag.Get("xml"), ",")
		if name == "-" || f.Name == "XMLName" || strings.Contains(flags, "attr") || strings.Contains(flags, "chardata") {
			continue
		}
		if name == "" {
			name = f.Name
		}
		e.add(strings.Split(name[strings.LastIndexByte(name, ' ')+1:], ">"), elementOf(f.Type))
	}
	return e
}

// fieldsOf gives the exported fields of a struct, those of embedded structs
// among them.
func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for _, f := range reflect.VisibleFields(t) {
			if f.IsExported() && !f.Anonymous && !yield(f) {
				return
			}
		}
	}
}

// add puts a child at the end of a path of elements.
func (e *element) add(path []string, child *element) {
	if len(path) == 1 {
		e.children[path[0]] = child
		return
	}
	step := e.children[path[0]]
	if step == nil {
		step = &element{children: map[string]*element{}}
		e.children[path[0]] = step
	}
	step.add(path[1:], child)
}
