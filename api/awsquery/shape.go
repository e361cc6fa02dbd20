package awsquery

import (
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// kind is how a value is written on the wire.
type kind int

const (
	aString kind = iota
	aBool
	anInt
	aFloat
	aTime
	aBlob // base64
	aStruct
	aList
)

// value is the compiled form of a Go type of a shape's member.
type value struct {
	kind   kind
	goType reflect.Type // without the pointer
	fields *shape       // of a struct
	elem   *value       // of a list
}

// shape is the compiled form of a generated struct.
type shape struct {
	goType   reflect.Type
	fields   []field
	byQuery  map[string]int // parameter name → index in fields
	dryRun   int            // index of the struct's DryRun member, or −1
	unhashed []int          // indices of members that are no part of ParamsHash
}

// field is one member of a shape.
type field struct {
	index     int    // in the struct
	query     string // name in requests; "" when it occurs in none
	via       string // between name and list index: "member" in the query protocol
	xml, item string // names in responses of the element and of a list's elements
	pointer   bool
	value     *value
	checks    checks
}

var (
	timeType  = reflect.TypeFor[time.Time]()
	blobType  = reflect.TypeFor[[]byte]()
	boolType  = reflect.TypeFor[bool]()
	unhashing = map[string]bool{"ClientToken": true, "DryRun": true, "NextToken": true, "MaxResults": true, "Marker": true, "MaxItems": true}
)

// compiler compiles each type once.
type compiler struct {
	enums map[string][]string
	done  map[reflect.Type]*shape
}

func newCompiler(enums map[string][]string) *compiler {
	return &compiler{enums: enums, done: map[reflect.Type]*shape{}}
}

func (c *compiler) compile(t reflect.Type) (*shape, error) {
	if sh := c.done[t]; sh != nil {
		return sh, nil
	}
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("%v is not a struct", t)
	}
	sh := &shape{goType: t, byQuery: map[string]int{}, dryRun: -1}
	c.done[t] = sh // before its members: shapes may be recursive
	for i := range t.NumField() {
		f, err := c.field(i, t.Field(i))
		if err != nil {
			return nil, fmt.Errorf("%v.%s: %w", t, t.Field(i).Name, err)
		}
		if f.query != "" {
			if _, taken := sh.byQuery[f.query]; taken {
				return nil, fmt.Errorf("%v has two members for the parameter %s", t, f.query)
			}
			sh.byQuery[f.query] = len(sh.fields)
		}
		sh.note(i, t.Field(i), f)
		sh.fields = append(sh.fields, f)
	}
	return sh, nil
}

func (sh *shape) note(i int, sf reflect.StructField, f field) {
	if sf.Name == "DryRun" && f.value.goType == boolType {
		sh.dryRun = i
	}
	if unhashing[sf.Name] || f.checks.token {
		sh.unhashed = append(sh.unhashed, i)
	}
}

func (c *compiler) field(i int, sf reflect.StructField) (field, error) {
	f := field{index: i, xml: sf.Tag.Get("xml"), item: sf.Tag.Get("item"), pointer: sf.Type.Kind() == reflect.Pointer}
	f.query, f.via, _ = strings.Cut(sf.Tag.Get("query"), ".")
	t := sf.Type
	if f.pointer {
		t = t.Elem()
	}
	var err error
	if f.value, err = c.value(t); err != nil {
		return f, err
	}
	if f.checks, err = c.parseChecks(sf.Tag.Get("check")); err != nil {
		return f, err
	}
	if p := sf.Tag.Get("pattern"); p != "" {
		f.checks.pattern, err = regexp.Compile("^(?:" + p + ")$")
	}
	return f, err
}

func (c *compiler) value(t reflect.Type) (*value, error) {
	v := &value{goType: t}
	var err error
	switch {
	case t == timeType:
		v.kind = aTime
	case t == blobType:
		v.kind = aBlob
	case t.Kind() == reflect.Struct:
		v.kind = aStruct
		v.fields, err = c.compile(t)
	case t.Kind() == reflect.Slice:
		v.kind = aList
		v.elem, err = c.value(t.Elem())
	default:
		k, ok := scalarKinds[t.Kind()]
		if !ok {
			return nil, fmt.Errorf("type %v has no form on the wire", t)
		}
		v.kind = k
	}
	return v, err
}

var scalarKinds = map[reflect.Kind]kind{
	reflect.String: aString, reflect.Bool: aBool, reflect.Int64: anInt, reflect.Float64: aFloat,
}
