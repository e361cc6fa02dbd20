package ledger

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Bounds of a request's parameters in an event.
const (
	maxText       = 2048     // bytes of one value
	maxItems      = 200      // of one list
	maxParameters = 16 << 10 // bytes of all
	maxDepth      = 12
)

// removed stands for a value that is nobody's business.
const removed = "<sensitiveDataRemoved>"

// secret are the names of members whose text is never told: passwords, tokens,
// key material, user data, signed and encoded messages. Names that only speak of
// such things (PasswordResetRequired) are not of text.
var secret = regexp.MustCompile(`(?i)(password|secret|userdata|material|privatekey|signature|assertion|webidentitytoken|sessiontoken|tokencode|authenticationcode|encodedmessage|uploadpolicy|additionalinfo|\btoken\b|^token$)`)

// parameters writes a request, a pointer to a struct or nil, as CloudTrail
// does: members in lowerCamel, absent ones left out.
func parameters(request any) json.RawMessage {
	v := reflect.ValueOf(request)
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return json.RawMessage("null")
	}
	var b bytes.Buffer
	writeValue(&b, v, false, 0)
	switch {
	case b.Len() > maxParameters:
		return json.RawMessage(fmt.Sprintf(`{"omitted":"the request's parameters take %d bytes"}`, b.Len()))
	case b.String() == "{}" || !json.Valid(b.Bytes()): // a change is not refused for how it is told
		return json.RawMessage("null")
	}
	return b.Bytes()
}

// writeValue writes a value that is not absent.
func writeValue(b *bytes.Buffer, v reflect.Value, hidden bool, depth int) {
	if depth > maxDepth || b.Len() > 2*maxParameters {
		b.WriteString(`"<omitted>"`) // all of it will be left out, or the shape is endless
		return
	}
	switch x := v.Interface().(type) {
	case time.Time:
		writeText(b, x.UTC().Format(time.RFC3339))
		return
	case time.Duration:
		writeText(b, x.String())
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		writeValue(b, v.Elem(), hidden, depth)
	case reflect.Struct:
		writeStruct(b, v, hidden, depth)
	case reflect.Map:
		writeMap(b, v, hidden, depth)
	case reflect.Slice, reflect.Array:
		writeList(b, v, hidden, depth)
	case reflect.String:
		if hidden {
			writeText(b, removed)
		} else {
			writeText(b, clip(v.String(), maxText))
		}
	case reflect.Bool:
		fmt.Fprint(b, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		fmt.Fprint(b, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		fmt.Fprint(b, v.Uint())
	case reflect.Float32, reflect.Float64:
		writeText(b, fmt.Sprint(v.Interface())) // NaN has no form in JSON
	default:
		b.WriteString("null")
	}
}

func writeStruct(b *bytes.Buffer, v reflect.Value, hidden bool, depth int) {
	if m, ok := v.Interface().(fmt.Stringer); ok { // addresses, prefixes
		writeText(b, clip(m.String(), maxText))
		return
	}
	b.WriteByte('{')
	first := true
	for i := range v.NumField() {
		f, name := v.Field(i), v.Type().Field(i).Name
		if !v.Type().Field(i).IsExported() || absent(f) {
			continue
		}
		if !first {
			b.WriteByte(',')
		}
		first = false
		writeText(b, lowerCamel(name))
		b.WriteByte(':')
		writeValue(b, f, hidden || secret.MatchString(name), depth+1)
	}
	b.WriteByte('}')
}

// writeMap writes a map by its keys' texts; the order is of no matter to
// readers, but equal requests should have equal events.
func writeMap(b *bytes.Buffer, v reflect.Value, hidden bool, depth int) {
	texts := map[string]json.RawMessage{}
	for _, k := range v.MapKeys() {
		if len(texts) == maxItems {
			break
		}
		var one bytes.Buffer
		writeValue(&one, v.MapIndex(k), hidden || secret.MatchString(k.String()), depth+1)
		texts[clip(k.String(), maxText)] = one.Bytes()
	}
	text, err := json.Marshal(texts) // in order
	if err != nil {
		text = []byte("null")
	}
	b.Write(text)
}

func writeList(b *bytes.Buffer, v reflect.Value, hidden bool, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		writeText(b, removed) // bytes are key material or user data
		return
	}
	b.WriteByte('[')
	for i := range min(v.Len(), maxItems) {
		if i > 0 {
			b.WriteByte(',')
		}
		writeValue(b, v.Index(i), hidden, depth+1)
	}
	if v.Len() > maxItems {
		fmt.Fprintf(b, `,"<%d more>"`, v.Len()-maxItems)
	}
	b.WriteByte(']')
}

func absent(v reflect.Value) bool {
	if k := v.Kind(); k == reflect.Slice || k == reflect.Map {
		return v.Len() == 0
	}
	return v.IsZero() // a nil pointer too
}

func writeText(b *bytes.Buffer, s string) {
	text, err := json.Marshal(s)
	if err != nil {
		text = []byte(`""`) // strings have always a form
	}
	b.Write(text)
}

// clip bounds a text.
func clip(s string, most int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= most {
		return s
	}
	cut := most
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return fmt.Sprintf("%s<%d bytes more>", s[:cut], len(s)-cut)
}

// lowerCamel is a member's name as CloudTrail writes it: ImageId is imageId,
// URL is url.
func lowerCamel(name string) string {
	if strings.ToUpper(name) == name {
		return strings.ToLower(name)
	}
	return strings.ToLower(name[:1]) + name[1:]
}
