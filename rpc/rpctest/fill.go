package rpctest

import (
	"fmt"
	"net/netip"
	"reflect"
	"time"

	"ecc/cloud"
)

// Caller is the node that the suites' filled requests speak for.
const Caller cloud.NodeID = "h1"

// known are values of types that cannot be filled field by field.
var known = map[reflect.Type]any{
	reflect.TypeFor[time.Time]():    time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC),
	reflect.TypeFor[netip.Addr]():   netip.MustParseAddr("172.31.0.10"),
	reflect.TypeFor[netip.Prefix](): netip.MustParsePrefix("172.31.0.0/20"),
	reflect.TypeFor[cloud.NodeID](): Caller,
}

// fill sets everything in v to something that is not zero, so that a field
// that does not cross an edge shows.
func fill(v reflect.Value) {
	if k, ok := known[v.Type()]; ok {
		v.Set(reflect.ValueOf(k))
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString("a \"text\" <&> ü 语")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1<<31 + 7)
	case reflect.Uint8:
		v.SetUint(0xe9)
	case reflect.Uint64:
		v.SetUint(1<<63 + 7)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0))
		fill(v.Index(1))
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, elem := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key)
		fill(elem)
		v.SetMapIndex(key, elem)
	default:
		panic(fmt.Sprintf("rpctest: an edge has a value of the type %s: teach fill to make one", v.Type()))
	}
}
