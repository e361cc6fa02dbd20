package walrus_test

import (
	"encoding/xml"
	"net/http"
	"strings"
	"testing"

	"ecc/api/s3"
	"ecc/roles/walrus"
)

// TestUnoffered sends every operation of S3 that walrus does not offer: it is
// answered as such, and nothing else is done in its place.
func TestUnoffered(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "plain")
	s.mustPut(t, "plain", "k", []byte("x"))
	offered := walrus.Offered()
	n := 0
	for _, r := range s3.Routes {
		if offered[r.Op] {
			continue
		}
		n++
		t.Run(r.Op, func(t *testing.T) {
			q := requestOf(r, "plain")
			if r.Method != "GET" {
				q.body = []byte("<Nonsense/>")
			}
			status, body := s.answerAs(t, blue, q)
			var doc struct {
				XMLName xml.Name `xml:"Error"`
				Code    string   `xml:"Code"`
				ID      string   `xml:"RequestId"`
			}
			err := xml.NewDecoder(strings.NewReader(body)).Decode(&doc)
			if status != http.StatusNotImplemented || err != nil || doc.Code != "NotImplemented" || doc.ID == "" {
				t.Errorf("%s %s: %d, %v\n%s", q.method, q.path, status, err, body)
			}
		})
	}
	if n < 30 {
		t.Errorf("only %d operations", n)
	}
	s.wantObject(t, "plain", "k", []byte("x"))
}
