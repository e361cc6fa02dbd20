// Package leastparams makes for a request shape of the AWS Query APIs the least
// parameters it takes: the required members, with values that its checks allow.
//
// It is for tests that go over whole tables of actions. It knows the shapes by
// their tags only (package api/awsquery says what those mean).
package leastparams

import (
	"fmt"
	"net/url"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Maker makes parameters.
type Maker struct {
	Enums map[string][]string              // values by the names in the check tags
	Value func(member, path string) string // of a member, by its Go name; "" for anything that fits
	Want  func(member string) bool         // members to have besides the required ones; nil for none
}

// For returns the parameters of a shape.
func (m *Maker) For(shape reflect.Type) (url.Values, error) {
	out := url.Values{}
	return out, m.structure(shape, "", out)
}

func (m *Maker) structure(t reflect.Type, path string, out url.Values) error {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Tag.Get("query") == "" || (!required(f) && (m.Want == nil || path != "" || !m.Want(f.Name))) {
			continue
		}
		if err := m.member(f, path, out); err != nil {
			return err
		}
	}
	return nil
}

// nested is a structure inside of another. One that requires nothing is there
// only with something in it.
func (m *Maker) nested(t reflect.Type, path string, out url.Values) error {
	before := len(out)
	if err := m.structure(t, path, out); err != nil || len(out) > before {
		return err
	}
	for i := range t.NumField() {
		if f := t.Field(i); f.Tag.Get("query") != "" && f.Type == reflect.TypeFor[*string]() {
			return m.member(f, path, out)
		}
	}
	return nil
}

func required(f reflect.StructField) bool {
	return strings.HasPrefix(f.Tag.Get("check")+",", "required,")
}

func (m *Maker) member(f reflect.StructField, path string, out url.Values) error {
	path += f.Tag.Get("query")
	t := f.Type
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() == reflect.Slice && t.Elem().Kind() != reflect.Uint8 {
		path, t = path+".1", t.Elem()
	}
	if t.Kind() == reflect.Struct && t != reflect.TypeFor[time.Time]() {
		return m.nested(t, path+".", out)
	}
	v, err := m.value(f, t, path)
	out.Set(path, v)
	return err
}

func (m *Maker) value(f reflect.StructField, t reflect.Type, path string) (string, error) {
	if m.Value != nil {
		if v := m.Value(f.Name, path); v != "" {
			return v, nil
		}
	}
	switch {
	case t == reflect.TypeFor[time.Time]():
		return "2030-01-02T03:04:05Z", nil
	case t.Kind() == reflect.Bool:
		return "true", nil
	case t.Kind() == reflect.Int64, t.Kind() == reflect.Float64:
		if low := word(f, "min"); low != "" {
			return low, nil
		}
		return "1", nil
	case t.Kind() == reflect.Slice:
		return "YQ==", nil
	}
	return m.text(f)
}

// samples are texts of which one fits most members.
var samples = []string{"aaaa", "a", "aaaaaaaaaaaaaaaaaaaa", "111111", "111111111111", "https://idp.example.com", "AKIAAAAAAAAAAAAAAAAA", "v1",
	"arn:aws:iam::111111111111:policy/aaaa", "2026-01-02T03:04:05Z", strings.Repeat("a", 40)}

func (m *Maker) text(f reflect.StructField) (string, error) {
	if enum := word(f, "enum"); enum != "" {
		if len(m.Enums[enum]) == 0 {
			return "", fmt.Errorf("enum %s of %s is not known", enum, f.Name)
		}
		return m.Enums[enum][0], nil
	}
	low, _ := strconv.Atoi(word(f, "min"))
	high, err := strconv.Atoi(word(f, "max"))
	if err != nil {
		high = 1 << 20
	}
	form, err := regexp.Compile("^(?:" + f.Tag.Get("pattern") + ")$")
	if err != nil {
		return "", err
	}
	for _, s := range samples {
		if n := utf8.RuneCountInString(s); n >= low && n <= high && (f.Tag.Get("pattern") == "" || form.MatchString(s)) {
			return s, nil
		}
	}
	return "", fmt.Errorf("no sample fits %s: %s %s", f.Name, f.Tag.Get("check"), f.Tag.Get("pattern"))
}

// word is the argument of a word of the check tag.
func word(f reflect.StructField, name string) string {
	for w := range strings.SplitSeq(f.Tag.Get("check"), ",") {
		if key, arg, ok := strings.Cut(w, "="); ok && key == name {
			return arg
		}
	}
	return ""
}
