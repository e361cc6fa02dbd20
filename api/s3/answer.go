package s3

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// Subject is what an error document says besides the error.
type Subject struct {
	Method    string
	Resource  string // the path
	Bucket    string
	Key       string
	RequestID string
	HostID    string
	Region    string // told to clients that signed for another one
}

type errorDocument struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string   `xml:"Code"`
	Message   string   `xml:"Message"`
	Details   []Detail `xml:"Detail"`
	Resource  string   `xml:"Resource,omitempty"`
	Bucket    string   `xml:"BucketName,omitempty"`
	Key       string   `xml:"Key,omitempty"`
	Region    string   `xml:"Region,omitempty"`
	RequestID string   `xml:"RequestId"`
	HostID    string   `xml:"HostId"`
}

// XMLHeader is how every document begins.
const XMLHeader = xml.Header

// WriteError answers with an error document, and with its status alone where
// HTTP allows no body. It returns the status.
func WriteError(w http.ResponseWriter, err error, s Subject) int {
	doc, status := s.document(err)
	w.Header().Set("X-Amz-Bucket-Region", s.Region)
	if s.Method == http.MethodHead || status == http.StatusNotModified {
		w.WriteHeader(status)
		return status
	}
	writeXML(w, status, doc)
	return status
}

func (s Subject) document(err error) (errorDocument, int) {
	code, status, msg := Describe(err)
	doc := errorDocument{Code: code, Message: msg, Details: detailsOf(err), Resource: s.Resource, Bucket: s.Bucket, Key: s.Key, RequestID: s.RequestID, HostID: s.HostID}
	if code == "AuthorizationHeaderMalformed" || code == "AuthorizationQueryParametersError" {
		doc.Region = s.Region
	}
	return doc, status
}

// ContinueXML ends an answer that was begun with XMLHeader, with a document.
func ContinueXML(w io.Writer, doc any) error {
	b, err := xml.Marshal(doc)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	_, err = w.Write(b)
	return err
}

// ContinueError ends an answer that was begun with XMLHeader, with an error.
func ContinueError(w io.Writer, err error, s Subject) error {
	doc, _ := s.document(err)
	return ContinueXML(w, doc)
}

// WriteXML answers 200 with a document.
func WriteXML(w http.ResponseWriter, doc any) { writeXML(w, http.StatusOK, doc) }

func writeXML(w http.ResponseWriter, status int, doc any) {
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(doc); err != nil {
		status = http.StatusInternalServerError
		b.Reset()
	}
	w.Header().Set("Content-Type", "application/xml")
	w.Header().Set("Content-Length", strconv.Itoa(b.Len()))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}
