package ec2_test

import (
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"time"

	"ecc/api/ec2"
)

var timeType = reflect.TypeFor[time.Time]()

// filler makes values in which every member is set, each to another value.
type filler struct{ n int }

// fill sets every member of v that the SDK's type for the same shape has too,
// to something the model allows.
func (f *filler) fill(v reflect.Value, sdk reflect.Type) {
	for i := range v.NumField() {
		sf := v.Type().Field(i)
		twin, ok := sdk.FieldByName(sf.Name)
		if !ok || sf.Name == "DryRun" {
			continue
		}
		f.value(v.Field(i), twin.Type, sf.Tag)
	}
}

func (f *filler) value(v reflect.Value, sdk reflect.Type, rules reflect.StructTag) {
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
		f.fill(v, sdk)
	case v.Type() == reflect.TypeFor[[]byte]():
		v.SetBytes([]byte{0, 0xff, byte(f.n)})
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		f.value(v.Index(0), sdk.Elem(), rules)
		f.value(v.Index(1), sdk.Elem(), rules)
	default:
		f.scalar(v, rules)
	}
}

func (f *filler) scalar(v reflect.Value, rules reflect.StructTag) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(f.text(rules))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int64:
		v.SetInt(int64(10 + f.n%90)) // within the bounds of every MaxResults
	case reflect.Float64:
		v.SetFloat(float64(f.n) + 0.25)
	default:
		panic(fmt.Sprintf("cannot fill a %v", v.Type()))
	}
}

// text is one of the enum's values, or text that needs escaping everywhere
// unless the member's pattern forbids it; it is as long as the model wants.
func (f *filler) text(rules reflect.StructTag) string {
	odd, least, most := "é <&>\"'+%\n "+strconv.Itoa(f.n), 0, 1<<20
	for word := range strings.SplitSeq(rules.Get("check"), ",") {
		name, arg, _ := strings.Cut(word, "=")
		switch name {
		case "enum":
			values := ec2.EnumValues(arg)
			return values[f.n%len(values)]
		case "min":
			least, _ = strconv.Atoi(arg)
		case "max":
			most, _ = strconv.Atoi(arg)
		}
	}
	for _, s := range []string{odd, "(a/b)-_." + strconv.Itoa(f.n), "a" + strconv.Itoa(f.n), "/a" + strconv.Itoa(f.n) + "/", strconv.Itoa(f.n)} {
		r := []rune(s + strings.Repeat("1", max(0, least-len([]rune(s)))))
		s = string(r[:min(len(r), most)])
		if regexp.MustCompile("^(?:" + rules.Get("pattern") + ")$").MatchString(s) || rules.Get("pattern") == "" {
			return s
		}
	}
	panic("no text matches " + rules.Get("pattern"))
}

// mirror copies src into dst by the members' names, across the differences
// between our types and the SDK's: pointers, 32-bit numbers and named strings.
func mirror(dst, src reflect.Value) {
	switch {
	case src.Kind() == reflect.Pointer:
		if !src.IsNil() {
			mirror(dst, src.Elem())
		}
	case dst.Kind() == reflect.Pointer:
		if src.Kind() == reflect.String && src.Type() != reflect.TypeFor[string]() && src.Len() == 0 {
			return // the SDK's enums have no nil
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		mirror(dst.Elem(), src)
	case dst.Type() == timeType:
		dst.Set(src)
	case src.Kind() == reflect.Struct:
		for i := range src.NumField() {
			name := src.Type().Field(i).Name
			if to := dst.FieldByName(name); to.IsValid() && to.CanSet() {
				mirror(to, src.Field(i))
			}
		}
	case src.Kind() == reflect.Slice && src.Type().Elem().Kind() != reflect.Uint8:
		if src.IsNil() {
			return
		}
		dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			mirror(dst.Index(i), src.Index(i))
		}
	default:
		dst.Set(src.Convert(dst.Type()))
	}
}
