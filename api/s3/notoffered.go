package s3

import "encoding/xml"

// Accelerate answers GetBucketAccelerateConfiguration: transfer acceleration
// was never configured, because it cannot be.
type Accelerate struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ AccelerateConfiguration"`
}
