package s3

import (
	"encoding/xml"
	"net/http"
	"net/url"
)

// RequestPayment says who pays for requests, and answers
// GetBucketRequestPayment.
type RequestPayment struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ RequestPaymentConfiguration" json:"-"`
	Payer   string   `xml:"Payer"`
}

// Who pays.
const (
	PayerOwner     = "BucketOwner"
	PayerRequester = "Requester"
)

// ReadRequestPayment reads the body of PutBucketRequestPayment.
func ReadRequestPayment(d Document) (RequestPayment, error) {
	var p RequestPayment
	if err := d.DecodeStrict(&p); err != nil {
		return p, err
	}
	if p.Payer != PayerOwner && p.Payer != PayerRequester {
		return p, Errorf(MalformedXML, "")
	}
	return p, nil
}

// RequesterPays reports whether a request says that its sender pays, in a
// header or, presigned, in the query.
func RequesterPays(h http.Header, q url.Values) bool {
	return h.Get("X-Amz-Request-Payer") == "requester" || q.Get("x-amz-request-payer") == "requester"
}
