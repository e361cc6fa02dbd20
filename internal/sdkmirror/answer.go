package sdkmirror

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/aws/smithy-go/middleware"
)

// Answer is an HTTP client that answers every request with itself.
type Answer []byte

// Do answers.
func (a Answer) Do(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, ContentLength: int64(len(a)),
		Header: http.Header{"Content-Type": {"text/xml"}}, Body: io.NopCloser(bytes.NewReader(a))}, nil
}

// Unchecked lets an SDK's client send requests without what they require: for
// APIOptions.
func Unchecked(s *middleware.Stack) error {
	_, _ = s.Initialize.Remove("OperationInputValidation") // not there: nothing is required
	return nil
}

// Unread returns the texts of the elements of an answer that an SDK has not
// read into its result: names it does not know, or not at that place.
func Unread(answer []byte, result any) ([]string, error) {
	want, err := texts(answer)
	if err != nil {
		return nil, err
	}
	read := map[string]int{}
	leaves(reflect.ValueOf(result), func(s string) { read[canonical(s)]++ })
	var out []string
	for _, leaf := range want {
		if read[canonical(leaf.text)]--; read[canonical(leaf.text)] < 0 {
			out = append(out, leaf.path+"="+leaf.text)
		}
	}
	return out, nil
}

type leaf struct{ path, text string }

// texts are the elements of an answer with text in them, but for the request's
// id, which is not part of the result.
func texts(answer []byte) (out []leaf, err error) {
	var path []string
	text := ""
	for d := xml.NewDecoder(bytes.NewReader(answer)); ; {
		token, err := d.Token()
		switch x := token.(type) {
		case xml.StartElement:
			path, text = append(path, x.Name.Local), ""
		case xml.CharData:
			text += string(x)
		case xml.EndElement:
			if s := strings.TrimSpace(text); s != "" && !strings.EqualFold(path[len(path)-1], "requestId") {
				out = append(out, leaf{strings.Join(path, "/"), s})
			}
			path, text = slices.Delete(path, len(path)-1, len(path)), ""
		}
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read an answer: %w", err)
		}
	}
}

// leaves visits all of a result that is set, as text.
func leaves(v reflect.Value, visit func(string)) {
	switch {
	case v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface:
		if !v.IsNil() {
			leaves(v.Elem(), visit)
		}
	case v.Type() == timeType:
		visit(v.Interface().(time.Time).Format(time.RFC3339Nano))
	case v.Type() == reflect.TypeFor[[]byte]():
		visit(base64.StdEncoding.EncodeToString(v.Bytes()))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && f.Name != "ResultMetadata" {
				leaves(v.Field(i), visit)
			}
		}
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			leaves(v.Index(i), visit)
		}
	case v.Kind() == reflect.Map:
		for key, value := range v.Seq2() {
			leaves(key, visit)
			leaves(value, visit)
		}
	default:
		visit(fmt.Sprint(v.Interface()))
	}
}

// canonical writes times in one way, and leaves other texts as they are.
func canonical(s string) string {
	if at, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return at.UTC().Format(time.RFC3339Nano)
	}
	return strings.TrimSpace(s)
}
