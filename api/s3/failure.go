package s3

import (
	"encoding/xml"
	"errors"
	"fmt"

	"ecc/api/auth"
)

// Detail is an element of an error document that only some errors have.
type Detail struct{ Name, Value string }

// With returns a Failure with one more element in its document. Another error
// is returned as it is.
func With(err error, name string, value any) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	more := *f
	more.Details = append(more.Details[:len(more.Details):len(more.Details)], Detail{name, fmt.Sprint(value)})
	return &more
}

// InvalidArgumentf makes an InvalidArgument failure that names the argument.
func InvalidArgumentf(name, value, format string, args ...any) error {
	return With(With(Errorf(InvalidArgument, format, args...), "ArgumentName", name), "ArgumentValue", value)
}

// MarshalXML writes the element.
func (d Detail) MarshalXML(e *xml.Encoder, _ xml.StartElement) error {
	return e.EncodeElement(d.Value, xml.StartElement{Name: xml.Name{Local: d.Name}})
}

func detailsOf(err error) []Detail {
	var f *Failure
	if errors.As(err, &f) {
		return f.Details
	}
	var details []Detail
	for _, d := range auth.DetailsOf(err) {
		details = append(details, Detail(d))
	}
	return details
}
