package sdkmirror

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Filler makes values in which every member is set, each to another value. Enum
// gives the values of an enum by its name.
type Filler struct {
	Enum func(name string) []string

	n int
}

// Fill sets every member of v that the SDK's type for the same shape has too,
// to something the model allows.
func (f *Filler) Fill(v reflect.Value, sdk reflect.Type) {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		twin, ok := sdk.FieldByName(sf.Name)
		if !ok || sf.Name == "DryRun" {
			continue
		}
		f.value(v.Field(i), twin.Type, sf.Tag)
	}
}

func (f *Filler) value(v reflect.Value, sdk reflect.Type, rules reflect.StructTag) {
	if sdk.Kind() == reflect.Pointer {
		sdk = sdk.Elem()
	}
	f.n++
	switch {
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.value(v.Elem(), sdk, rules)
	case v.Type() == timeType:
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 6_000_000, time.UTC).Add(time.Duration(f.n) * time.Hour)))
	case v.Kind() == reflect.Struct:
		f.Fill(v, sdk)
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte{0, 0xff, byte(f.n)})
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.element(v.Index(0), sdk, rules)
		f.element(v.Index(1), sdk, rules)
	default:
		f.scalar(v, rules)
	}
}

// element fills one element of a list, which the SDK may have as a map.
func (f *Filler) element(v reflect.Value, sdk reflect.Type, rules reflect.StructTag) {
	if sdk.Kind() != reflect.Map {
		f.value(v, sdk.Elem(), rules)
		return
	}
	key, _ := v.Type().FieldByName("Key")
	f.value(v.FieldByName("Key"), sdk.Key(), key.Tag)
	f.value(v.FieldByName("Value"), sdk.Elem(), "")
}

func (f *Filler) scalar(v reflect.Value, rules reflect.StructTag) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(rules))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(f.number(rules))
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.25)
	default:
		panic(fmt.Sprintf("cannot fill a %v", v.Type()))
	}
}

// number is within the bounds of every MaxResults, or within the member's own.
func (f *Filler) number(rules reflect.StructTag) int64 {
	n := int64(10 + f.n%90)
	least, most := bounds(rules)
	if most > 0 && n > int64(most) {
		n = int64(most)
	}
	return max(n, int64(least))
}

// bounds are the least and most of a member; most is 0 for none.
func bounds(rules reflect.StructTag) (least, most int) {
	for word := range strings.SplitSeq(rules.Get("check"), ",") {
		name, arg, _ := strings.Cut(word, "=")
		switch name {
		case "min":
			least, _ = strconv.Atoi(arg)
		case "max":
			most, _ = strconv.Atoi(arg)
		}
	}
	return least, most
}

// text is one of the enum's values, or text that needs escaping everywhere
// unless the member's pattern forbids it; it is as long as the model wants.
func (f *Filler) text(rules reflect.StructTag) string {
	for word := range strings.SplitSeq(rules.Get("check"), ",") {
		if name, ok := strings.CutPrefix(word, "enum="); ok {
			values := f.Enum(name)
			return values[f.n%len(values)]
		}
	}
	number := strconv.Itoa(f.n)
	for _, s := range []string{"é <&>\"'+%\n " + number, "(a/b)-_." + number, "a" + number, "/a" + number + "/", "v" + number, number} {
		if s = fit(s, rules); s != "" {
			return s
		}
	}
	panic("no text matches " + rules.Get("pattern"))
}

// fit makes a text as long as a member wants; "" if its pattern forbids it.
func fit(s string, rules reflect.StructTag) string {
	least, most := bounds(rules)
	r := []rune(s + strings.Repeat("1", max(0, least-len([]rune(s)))))
	if most > 0 {
		r = r[:min(len(r), most)]
	}
	if p := rules.Get("pattern"); p != "" && !regexp.MustCompile("^(?:"+p+")$").MatchString(string(r)) {
		return ""
	}
	return string(r)
}
