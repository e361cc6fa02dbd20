package s3

import (
	"encoding/xml"
	"net/http"
)

// PostResponse answers a form that asked for the status 201.
type PostResponse struct {
	XMLName  xml.Name `xml:"PostResponse"`
	Location string   `xml:"Location"`
	Bucket   string   `xml:"Bucket"`
	Key      string   `xml:"Key"`
	ETag     string   `xml:"ETag"`
}

// WriteCreated answers 201 with a document.
func WriteCreated(w http.ResponseWriter, doc PostResponse) { writeXML(w, http.StatusCreated, doc) }
