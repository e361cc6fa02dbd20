package awsquery

import (
	"encoding/base64"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// timeFormat is EC2's, always in UTC.
const timeFormat = "2006-01-02T15:04:05.000Z"

// encodeResult renders a successful response.
func (s *Service) encodeResult(a *bound, version, requestID string, out any) []byte {
	var x xmlWriter
	v := reflect.ValueOf(out).Elem()
	x.document(a.name+"Response", s.Namespace+version+"/", func() {
		if s.Protocol == Query {
			x.element(a.name+"Result", func() { x.members(a.out, v, false) })
			x.element("ResponseMetadata", func() { x.text("RequestId", requestID) })
			return
		}
		x.text("requestId", requestID)
		if len(a.out.fields) == 0 {
			x.text("return", "true") // EC2's word for "done, nothing to say"
			return
		}
		x.members(a.out, v, a.describes())
	})
	return x.buf.Bytes()
}

// describes reports whether the action's own lists are always written, empty
// or not: clients index the answer of a Describe action by its list's name.
func (a *bound) describes() bool {
	return strings.HasPrefix(a.name, "Describe") && a.out.goType.Name() == a.name+"Result"
}

// encodeFault renders an error.
func (s *Service) encodeFault(f *Fault, version, requestID string) []byte {
	var x xmlWriter
	if s.Protocol == Query {
		x.document("ErrorResponse", s.Namespace+version+"/", func() {
			x.element("Error", func() {
				x.text("Type", blame(f.Status))
				x.text("Code", f.Code)
				x.text("Message", f.Message)
			})
			x.text("RequestId", requestID)
		})
		return x.buf.Bytes()
	}
	x.document("Response", "", func() {
		x.element("Errors", func() {
			x.element("Error", func() {
				x.text("Code", f.Code)
				x.text("Message", f.Message)
			})
		})
		x.text("RequestID", requestID)
	})
	return x.buf.Bytes()
}

func blame(status int) string {
	if status >= 500 {
		return "Receiver"
	}
	return "Sender"
}

// members writes a struct's members in the order of the model. Absent ones are
// left out; absent lists too, unless keep is set.
func (x *xmlWriter) members(sh *shape, v reflect.Value, keep bool) {
	for i := range sh.fields {
		f := &sh.fields[i]
		fv := v.Field(f.index)
		if f.xml == "" || isNil(fv) && (f.value.kind != aList || !keep) {
			continue
		}
		if f.pointer {
			fv = fv.Elem()
		}
		x.value(f.xml, f, f.value, fv)
	}
}

func isNil(v reflect.Value) bool {
	return (v.Kind() == reflect.Pointer || v.Kind() == reflect.Slice) && v.IsNil()
}

func (x *xmlWriter) value(name string, f *field, v *value, rv reflect.Value) {
	switch v.kind {
	case aStruct:
		x.element(name, func() { x.members(v.fields, rv, false) })
	case aList:
		x.element(name, func() {
			for i := range rv.Len() {
				x.value(f.item, f, v.elem, rv.Index(i))
			}
		})
	default:
		x.text(name, formatScalar(v.kind, rv))
	}
}

func formatScalar(k kind, v reflect.Value) string {
	switch k {
	case aBool:
		return strconv.FormatBool(v.Bool())
	case anInt:
		return strconv.FormatInt(v.Int(), 10)
	case aFloat:
		return strconv.FormatFloat(v.Float(), 'f', -1, 64)
	case aTime:
		return v.Interface().(time.Time).UTC().Format(timeFormat)
	case aBlob:
		return base64.StdEncoding.EncodeToString(v.Bytes())
	}
	return v.String()
}
