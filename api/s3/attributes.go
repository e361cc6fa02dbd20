package s3

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
)

// Attributes answers GetObjectAttributes. What was not asked for is nil or "".
type Attributes struct {
	XMLName  xml.Name         `xml:"http://s3.amazonaws.com/doc/2006-03-01/ GetObjectAttributesResponse"`
	ETag     string           `xml:"ETag,omitempty"` // without quotes
	Checksum *Sums            `xml:"Checksum"`
	Parts    *AttributesParts `xml:"ObjectParts"`
	Class    string           `xml:"StorageClass,omitempty"`
	Size     *int64           `xml:"ObjectSize"`
}

// AttributesParts is a page of an object's parts. Only those with checksums of
// their own are listed; the others are counted.
type AttributesParts struct {
	Count       int              `xml:"PartsCount"`
	Marker      *int             `xml:"PartNumberMarker"`
	NextMarker  *int             `xml:"NextPartNumberMarker"`
	MaxParts    *int             `xml:"MaxParts"`
	IsTruncated *bool            `xml:"IsTruncated"`
	Parts       []AttributesPart `xml:"Part"`
}

// AttributesPart is one part.
type AttributesPart struct {
	Number int   `xml:"PartNumber"`
	Size   int64 `xml:"Size"`
	Sums
}

// The attributes there are to ask for.
const (
	AttributeETag     = "ETag"
	AttributeChecksum = "Checksum"
	AttributeParts    = "ObjectParts"
	AttributeClass    = "StorageClass"
	AttributeSize     = "ObjectSize"
)

var attributes = []string{AttributeETag, AttributeChecksum, AttributeParts, AttributeClass, AttributeSize}

// ReadAttributes reads x-amz-object-attributes: which attributes a request
// asks for.
func ReadAttributes(h http.Header) (map[string]bool, error) {
	asked := map[string]bool{}
	for _, value := range h.Values("X-Amz-Object-Attributes") {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if !slices.Contains(attributes, name) {
				return nil, InvalidArgumentf("x-amz-object-attributes", name, "Invalid attribute name specified.")
			}
			asked[name] = true
		}
	}
	if len(asked) == 0 {
		return nil, Errorf(InvalidRequest, "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty")
	}
	return asked, nil
}
