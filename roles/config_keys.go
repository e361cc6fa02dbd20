package roles

import (
	"encoding"
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// setting is one key of a Config.
type setting struct {
	path  string // "edge.listen"
	value reflect.Value
}

// settings lists the keys of cfg in the order of the struct. The values point
// into cfg. The table of instance types is one setting.
func settings(cfg *Config) []setting { return settingsOf("", reflect.ValueOf(cfg).Elem()) }

func settingsOf(prefix string, v reflect.Value) []setting {
	var list []setting
	for i := range v.NumField() {
		path, f := prefix+v.Type().Field(i).Tag.Get("toml"), v.Field(i)
		_, isText := f.Addr().Interface().(encoding.TextUnmarshaler)
		if f.Kind() == reflect.Struct && !isText {
			list = append(list, settingsOf(path+".", f)...)
		} else {
			list = append(list, setting{path, f})
		}
	}
	return list
}

// set gives a key the value that a flag or a variable spells. Lists are
// separated by commas.
func set(cfg *Config, path, text string) error {
	for _, k := range settings(cfg) {
		if k.path == path {
			return setValue(k.value, text)
		}
	}
	return fmt.Errorf("there is no setting %q%s", path, suggest(path))
}

func setValue(v reflect.Value, text string) error {
	if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
		return u.UnmarshalText([]byte(text))
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Bool:
		b, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q is not true or false", text)
		}
		v.SetBool(b)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, v.Type().Bits())
		if err != nil {
			return fmt.Errorf("%q is not a whole number", text)
		}
		v.SetInt(n)
	case reflect.Uint64:
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a whole number of 0 or more", text)
		}
		v.SetUint(n)
	case reflect.Float64:
		n, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		v.SetFloat(n)
	case reflect.Slice:
		return setList(v, text)
	default:
		return fmt.Errorf("a %s cannot be set here, only in the file", v.Type())
	}
	return nil
}

func setList(v reflect.Value, text string) error {
	if v.Type().Elem().Kind() == reflect.Struct && !reflect.PointerTo(v.Type().Elem()).Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) {
		return fmt.Errorf("a table cannot be set here, only in the file")
	}
	list := reflect.MakeSlice(v.Type(), 0, 0)
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		elem := reflect.New(v.Type().Elem()).Elem()
		if err := setValue(elem, part); err != nil {
			return err
		}
		list = reflect.Append(list, elem)
	}
	v.Set(list)
	return nil
}
