// Package sdkmirror checks generated shapes against an AWS SDK for Go: a test
// fills a shape with a value in every member, carries it over to the SDK's type
// of the same action, sends that, and compares what arrived. A member that is
// misspelled or in the wrong place does not survive the way. It also reads real
// answers, which tests keep on tapes, by an SDK, and tells what that misses.
//
// Only tests import it: of the packages api/… and of those with actions.
package sdkmirror

import (
	"context"
	"reflect"
	"sort"
	"time"
)

var timeType = reflect.TypeFor[time.Time]()

// Call invokes the method of an SDK's client that has an action's name.
func Call(ctx context.Context, client any, action string, input reflect.Value) (any, error) {
	out := reflect.ValueOf(client).MethodByName(action).Call([]reflect.Value{reflect.ValueOf(ctx), input})
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// InputOf is the SDK's type of an action's request.
func InputOf(client any, action string) reflect.Type {
	return reflect.ValueOf(client).MethodByName(action).Type().In(1).Elem()
}

// OutputOf is the SDK's type of an action's result.
func OutputOf(client any, action string) reflect.Type {
	return reflect.ValueOf(client).MethodByName(action).Type().Out(0).Elem()
}

// Copy copies src into dst by the members' names, across the differences
// between our types and the SDK's: pointers, 32-bit numbers, named strings, and
// maps, which we have as lists of Key and Value in the order of the keys.
func Copy(dst, src reflect.Value) {
	switch {
	case src.Kind() == reflect.Pointer:
		if !src.IsNil() {
			Copy(dst, src.Elem())
		}
	case dst.Kind() == reflect.Pointer:
		if src.Kind() == reflect.String && src.Type() != reflect.TypeFor[string]() && src.Len() == 0 {
			return // the SDK's enums have no nil
		}
		dst.Set(reflect.New(dst.Type().Elem()))
		Copy(dst.Elem(), src)
	case dst.Type() == timeType:
		dst.Set(src)
	case src.Kind() == reflect.Struct:
		copyMembers(dst, src)
	case src.Kind() == reflect.Map:
		copyMap(dst, src)
	case src.Kind() == reflect.Slice && src.Type().Elem().Kind() != reflect.Uint8:
		copyList(dst, src)
	default:
		dst.Set(src.Convert(dst.Type()))
	}
}

func copyMembers(dst, src reflect.Value) {
	for i := range src.NumField() {
		name := src.Type().Field(i).Name
		if to := dst.FieldByName(name); to.IsValid() && to.CanSet() {
			Copy(to, src.Field(i))
		}
	}
}

func copyList(dst, src reflect.Value) {
	if src.IsNil() {
		return
	}
	dst.Set(reflect.MakeSlice(dst.Type(), src.Len(), src.Len()))
	for i := range src.Len() {
		Copy(dst.Index(i), src.Index(i))
	}
}

// copyMap copies a map of the SDK into a list. Keys are ordered as the filler
// counts: shorter ones are smaller.
func copyMap(dst, src reflect.Value) {
	if src.Len() == 0 {
		return
	}
	keys := src.MapKeys()
	sort.Slice(keys, func(i, j int) bool {
		a, b := keys[i].String(), keys[j].String()
		return len(a) < len(b) || len(a) == len(b) && a < b
	})
	dst.Set(reflect.MakeSlice(dst.Type(), len(keys), len(keys)))
	for i, k := range keys {
		Copy(dst.Index(i).FieldByName("Key"), k)
		Copy(dst.Index(i).FieldByName("Value"), src.MapIndex(k))
	}
}
