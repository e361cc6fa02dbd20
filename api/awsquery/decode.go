package awsquery

import (
	"net/url"
	"reflect"
	"strconv"

	"ecc/cloud"
)

// decode turns parameters into a new value of the shape and checks it.
func decode(sh *shape, params url.Values) (reflect.Value, error) {
	root, err := newTree(params)
	if err != nil {
		return reflect.Value{}, err
	}
	in := reflect.New(sh.goType)
	return in, sh.decode("", root, in.Elem(), 0)
}

func (sh *shape) decode(path string, n *node, into reflect.Value, depth int) error {
	if n.set && n.value != "" || depth > maxDepth {
		return unknown(path)
	}
	for _, name := range sortedNames(n.kids) {
		if _, ok := sh.byQuery[name]; !ok {
			return unknown(n.kids[name].leaf(join(path, name)))
		}
	}
	for i := range sh.fields {
		f := &sh.fields[i]
		if f.query == "" {
			continue
		}
		if err := f.decode(join(path, f.query), n.kids[f.query], into.Field(f.index), depth); err != nil {
			return err
		}
	}
	return nil
}

func (f *field) decode(path string, n *node, into reflect.Value, depth int) error {
	if n == nil {
		return f.checkRequired(path, into)
	}
	if f.pointer {
		into.Set(reflect.New(f.value.goType))
		into = into.Elem()
	}
	if err := f.decodeValue(path, n, into, depth); err != nil {
		return err
	}
	if err := f.checkRequired(path, into); err != nil {
		return err
	}
	return f.checks.whole(path, f.value, into)
}

func (f *field) decodeValue(path string, n *node, into reflect.Value, depth int) error {
	switch f.value.kind {
	case aStruct:
		return f.value.fields.decode(path, n, into, depth+1)
	case aList:
		return f.decodeList(path, n, into, depth)
	}
	return f.decodeScalar(path, n, f.value, into)
}

// checkRequired refuses what is absent or, of a string or a list, empty: an
// empty name names nothing. A text whose pattern allows "" may be empty.
func (f *field) checkRequired(path string, got reflect.Value) error {
	none := got.Kind() == reflect.Pointer && got.IsNil()
	empty := (got.Kind() == reflect.String || got.Kind() == reflect.Slice) && got.Len() == 0
	if empty && f.value.kind == aString && f.checks.pattern != nil && f.checks.pattern.MatchString("") {
		return nil
	}
	if !f.checks.required || !none && !empty {
		return nil
	}
	missing := &cloud.Error{Kind: cloud.Missing, Resource: cloud.ResParameter, ID: path}
	if none {
		missing.Err = &constraint{path: path, none: true, must: "Member must not be null"}
		return missing
	}
	return broken(missing, "", "Member must have length greater than or equal to 1")
}

func (f *field) decodeList(path string, n *node, into reflect.Value, depth int) error {
	if n.set && n.value != "" {
		return unknown(path)
	}
	if f.via != "" {
		for _, name := range sortedNames(n.kids) {
			if name != f.via {
				return unknown(n.kids[name].leaf(join(path, name)))
			}
		}
		path, n = join(path, f.via), n.kid(f.via)
	}
	indices, err := n.indices(path)
	if err != nil {
		return err
	}
	into.Set(reflect.MakeSlice(into.Type(), len(indices), len(indices)))
	for at, i := range indices {
		name := strconv.Itoa(i)
		if err := f.decodeElement(join(path, name), n.kids[name], into.Index(at), depth+1); err != nil {
			return err
		}
	}
	return nil
}

func (f *field) decodeElement(path string, n *node, into reflect.Value, depth int) error {
	elem := f.value.elem
	if elem.kind == aStruct {
		return elem.fields.decode(path, n, into, depth)
	}
	return f.decodeScalar(path, n, elem, into)
}

func (f *field) decodeScalar(path string, n *node, v *value, into reflect.Value) error {
	if len(n.kids) > 0 || v.kind == aList {
		return unknown((&node{kids: n.kids}).leaf(path))
	}
	if v.kind == aString {
		into.SetString(n.value)
		return f.checks.text(path, n.value)
	}
	return parseScalar(path, n.value, v.kind, into)
}
