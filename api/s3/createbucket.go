package s3

import (
	"encoding/xml"
	"net/http"
	"strings"
)

// CreateBucketConfiguration may come with CreateBucket.
type CreateBucketConfiguration struct {
	XMLName  xml.Name  `xml:"CreateBucketConfiguration"`
	Location string    `xml:"LocationConstraint"`
	Tags     []Tag     `xml:"Tags>Tag"`
	Zone     *struct{} `xml:"Location"` // of a directory bucket
	Bucket   *struct{} `xml:"Bucket"`   // a directory bucket
}

// Check returns an error unless such a bucket can be made in the region.
func (c *CreateBucketConfiguration) Check(region string) error {
	switch {
	case c.Bucket != nil || c.Zone != nil:
		return Errorf(NotImplemented, "Directory buckets are not implemented.")
	case c.Location != "" && c.Location != region && (c.Location != "EU" || region != "eu-west-1"):
		return Errorf(InvalidLocationConstraint, "The specified location-constraint is not valid: %q; this is %q", c.Location, region)
	}
	return CheckBucketTags(c.Tags)
}

// ReadLockEnabled reads whether a new bucket's versions can be locked.
func ReadLockEnabled(h http.Header) (bool, error) {
	switch v := h.Get("X-Amz-Bucket-Object-Lock-Enabled"); {
	case v == "" || strings.EqualFold(v, "false"):
		return false, nil
	case strings.EqualFold(v, "true"):
		return true, nil
	}
	return false, Errorf(InvalidArgument, "The value of x-amz-bucket-object-lock-enabled is not valid.")
}
