package s3

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
)

// TestDecodeBounds: the greatest documents of S3 are taken, those that only
// cost time and memory are not.
func TestDecodeBounds(t *testing.T) {
	part := `<Part><PartNumber>1</PartNumber><ETag>"e"</ETag><ChecksumCRC32>c</ChecksumCRC32><ChecksumCRC32C>c</ChecksumCRC32C>` +
		"\n<ChecksumSHA1>c</ChecksumSHA1><ChecksumSHA256>c</ChecksumSHA256></Part>\n"
	for name, c := range map[string]struct {
		body string
		ok   bool
	}{
		"most parts":    {strings.Repeat(part, 10000), true},
		"tiny elements": {strings.Repeat("<x/>", 300_000), false},
		"deep":          {strings.Repeat("<x>", 1000) + strings.Repeat("</x>", 1000), false},
		"too long":      {strings.Repeat(" ", maxDocument), false},
		"entity":        {"&amp;&e;", false},
	} {
		t.Run(name, func(t *testing.T) {
			body := "<CompleteMultipartUpload>" + c.body + "</CompleteMultipartUpload>"
			var v Complete
			_, err := Document{Body: bytes.NewBufferString(body), Header: http.Header{}}.Decode(&v)
			if (err == nil) != c.ok {
				t.Errorf("%v, want success: %v", err, c.ok)
			}
		})
	}
}
