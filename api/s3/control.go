package s3

import (
	"encoding/xml"
	"net/http"
	"net/url"
	"strings"
)

// S3 Control is another API at the same address and under the same signatures.
// Of it walrus has what Terraform reads and writes of buckets: their tags. Its
// requests name an account, in a header and often in the host, where it must not
// be taken for a bucket.

const (
	controlPath      = "/v20180820/"
	controlNamespace = "http://awss3control.amazonaws.com/doc/2018-08-20/"
	bucketARN        = "arn:aws:s3:::"
)

// ControlRoutes are the operations on the tags of a resource.
var ControlRoutes = []Route{
	{Op: "ListTagsForResource", Method: http.MethodGet, Scope: Bucket, Action: "s3:ListTagsForResource"},
	{Op: "TagResource", Method: http.MethodPost, Scope: Bucket, Action: "s3:TagResource"},
	{Op: "UntagResource", Method: http.MethodDelete, Scope: Bucket, Action: "s3:UntagResource"},
}

// IsControl reports whether a request is one to S3 Control: no request to S3
// has that header.
func IsControl(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, controlPath) && r.Header.Get("X-Amz-Account-Id") != ""
}

// MatchControl finds the operation of a request to S3 Control, and the bucket
// it is about.
func MatchControl(method, path string) (Route, string, error) {
	arn, ok := strings.CutPrefix(path, controlPath+"tags/")
	if !ok {
		return Route{}, "", Errorf(NotImplemented, "Of S3 Control only the tags of buckets are implemented.")
	}
	bucket, ok := strings.CutPrefix(arn, bucketARN)
	if !ok || bucket == "" || strings.Contains(bucket, "/") {
		return Route{}, "", Errorf(InvalidRequest, "The resource %q is not the ARN of a bucket.", arn)
	}
	for _, r := range ControlRoutes {
		if r.Method == method {
			return r, bucket, nil
		}
	}
	return Route{}, "", Errorf(MethodNotAllowed, "")
}

// ResourceTags answers ListTagsForResource.
type ResourceTags struct {
	XMLName xml.Name `xml:"http://awss3control.amazonaws.com/doc/2018-08-20/ ListTagsForResourceResult"`
	Tags    TagSet   `xml:"Tags"`
}

// ReadResourceTags reads the body of TagResource.
func ReadResourceTags(d Document) ([]Tag, error) {
	var body struct {
		XMLName xml.Name `xml:"http://awss3control.amazonaws.com/doc/2018-08-20/ TagResourceRequest"`
		Tags    *struct {
			Tag []Tag `xml:"Tag"`
		} `xml:"Tags"`
	}
	ok, err := d.Decode(&body)
	if err != nil {
		return nil, err
	}
	if !ok || body.Tags == nil {
		return nil, Errorf(MalformedXML, "")
	}
	return body.Tags.Tag, CheckBucketTags(body.Tags.Tag)
}

// UntagKeys reads the parameters of UntagResource.
func UntagKeys(query url.Values) ([]string, error) {
	keys := query["tagKeys"]
	if len(keys) == 0 || len(keys) > MaxBucketTags {
		return nil, Errorf(InvalidRequest, "UntagResource takes 1 to %d tagKeys.", MaxBucketTags)
	}
	return keys, nil
}

type controlError struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Space     string   `xml:"xmlns,attr"`
	Code      string   `xml:"Error>Code"`
	Message   string   `xml:"Error>Message"`
	RequestID string   `xml:"RequestId"`
	HostID    string   `xml:"HostId"`
}

// WriteControlError answers with an error document of S3 Control. It returns
// the status.
func WriteControlError(w http.ResponseWriter, err error, s Subject) int {
	code, status, msg := Describe(err)
	writeXML(w, status, controlError{Space: controlNamespace, Code: code, Message: msg, RequestID: s.RequestID, HostID: s.HostID})
	return status
}
