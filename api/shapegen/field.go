package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// scalars are the model's scalar types and the Go type of a member of each.
var scalars = map[string]string{
	"string":    "string",
	"boolean":   "bool",
	"integer":   "int64",
	"long":      "int64",
	"float":     "float64",
	"double":    "float64",
	"timestamp": "time.Time",
	"blob":      "[]byte",
}

// openEnums are enums of the model whose values the operator of a cloud may
// extend, so that membership is for the action to judge.
//
// AccountAttributeName names two of the six attributes EC2 really answers.
var openEnums = map[string]bool{"InstanceType": true, "AccountAttributeName": true}

// goType returns the Go type of a value of the shape; element is true for the
// elements of a list, which are values and not pointers.
func (c *closure) goType(name string, element bool) string {
	s := c.model.Shapes[name]
	if s.Type == "list" {
		return "[]" + c.goType(s.Member.Shape, true)
	}
	t := name
	if s.Type != "structure" {
		t = scalars[s.Type]
	}
	if element || strings.HasPrefix(t, "[]") {
		return t
	}
	return "*" + t
}

// tags returns the struct tags of one member.
func (c *closure) tags(owner string, m member) string {
	u, s := c.use[owner], c.model.Shapes[m.Ref.Shape]
	var ts []string
	add := func(key, value string) {
		if value != "" {
			ts = append(ts, key+":"+strconv.Quote(value))
		}
	}
	if u.in {
		add("query", c.queryName(m, s))
	}
	if u.out {
		add("xml", xmlName(m))
	}
	if u.out && s.Type == "list" {
		add("item", elementName(s))
	}
	if u.in {
		add("check", strings.Join(c.checks(owner, m, s), ","))
		add("pattern", pattern(s))
	}
	return strings.Join(ts, " ")
}

// queryName is the name of a request parameter. EC2 capitalises the location
// name and writes every list flat, "Name.1"; the query protocol writes
// "Name.member.1".
func (c *closure) queryName(m member, s shape) string {
	if c.model.Metadata.Protocol == "ec2" {
		if m.Ref.QueryName != "" {
			return m.Ref.QueryName
		}
		return exported(xmlName(m))
	}
	if s.Type == "list" && !s.Flattened {
		return xmlName(m) + "." + elementName(s)
	}
	return xmlName(m)
}

func xmlName(m member) string {
	if m.Ref.LocationName != "" {
		return m.Ref.LocationName
	}
	return m.Name
}

func elementName(s shape) string {
	if s.Member.LocationName != "" {
		return s.Member.LocationName
	}
	return "member"
}

// checks lists what the dispatcher verifies of a parameter before the action
// sees it.
func (c *closure) checks(owner string, m member, s shape) []string {
	var cs []string
	if slices.Contains(c.model.Shapes[owner].Required, m.Name) {
		cs = append(cs, "required")
	}
	if m.Ref.Token {
		cs = append(cs, "token")
	}
	scalar, name := s, m.Ref.Shape
	if s.Type == "list" {
		name = s.Member.Shape
		scalar = c.model.Shapes[name]
	}
	if c.enums[name] != nil {
		cs = append(cs, "enum="+name)
	}
	if scalar.Type == "integer" {
		cs = append(cs, "int32")
	}
	return append(cs, bounds(s)...)
}

// bounds are of a number's value, a string's length or a list's length.
func bounds(s shape) []string {
	var cs []string
	if s.Min != nil && (*s.Min != 0 || s.Type != "string" && s.Type != "list") {
		cs = append(cs, "min="+strconv.FormatFloat(*s.Min, 'f', -1, 64))
	}
	if s.Max != nil {
		cs = append(cs, "max="+strconv.FormatFloat(*s.Max, 'f', -1, 64))
	}
	return cs
}

// pattern is the shape's pattern when Go's linear-time expressions can say
// it; the others are for the action to check.
func pattern(s shape) string {
	if s.Type != "string" {
		return ""
	}
	if _, err := regexp.Compile(s.Pattern); err != nil {
		return ""
	}
	return s.Pattern
}

// exported capitalises the first letter.
func exported(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[n:]
}

// field is one line of a generated struct.
func (c *closure) field(owner string, m member) string {
	return fmt.Sprintf("\t%s %s `%s`\n", exported(m.Name), c.goType(m.Ref.Shape, false), c.tags(owner, m))
}
