package auth

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestVectors checks the worked examples of the S3 developer guide (key
// AKIAIOSFODNN7EXAMPLE, 24 May 2013).
func TestVectors(t *testing.T) {
	at := time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)
	const credential = "Credential=" + testID + "/20130524/us-east-1/s3/aws4_request"
	for _, tc := range []struct {
		name, method, target string
		header               map[string]string
		after                time.Duration
	}{
		{"get a range", "GET", "/test.txt", map[string]string{
			"Range": "bytes=0-9", "X-Amz-Content-Sha256": emptyHash, "X-Amz-Date": "20130524T000000Z",
			"Authorization": algorithm + " " + credential + ",SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
		}, 0},
		{"presigned get", "GET", "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + testID +
			"%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
			"&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404", nil, 23 * time.Hour},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := vector(t, tc.method, "http://examplebucket.s3.amazonaws.com"+tc.target, tc.header, "")
			if _, got := outcome(newAuth(at.Add(tc.after)), r, "s3"); got != "" {
				t.Errorf("code %q", got)
			}
		})
	}
}

// TestStreamVector is the guide's upload of 65 KiB in three chunks.
func TestStreamVector(t *testing.T) {
	data := strings.Repeat("a", 65<<10)
	body := "10000;chunk-signature=ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648\r\n" + data[:64<<10] +
		"\r\n400;chunk-signature=0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497\r\n" + data[64<<10:] +
		"\r\n0;chunk-signature=b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9\r\n\r\n"
	r := vector(t, "PUT", "http://s3.amazonaws.com/examplebucket/chunkObject.txt", map[string]string{
		"Content-Encoding": "aws-chunked", "Content-Length": "66824", "X-Amz-Date": "20130524T000000Z",
		"X-Amz-Content-Sha256": signedMode, "X-Amz-Decoded-Content-Length": "66560", "X-Amz-Storage-Class": "REDUCED_REDUNDANCY",
		"Authorization": algorithm + " Credential=" + testID + "/20130524/us-east-1/s3/aws4_request," +
			"SignedHeaders=content-encoding;content-length;host;x-amz-content-sha256;x-amz-date;x-amz-decoded-content-length;x-amz-storage-class," +
			"Signature=4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
	}, body)
	got, code := outcome(newAuth(time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC)), r, "s3")
	if code != "" || got != data {
		t.Errorf("code %q, %d bytes", code, len(got))
	}
}

func vector(t *testing.T, method, url string, header map[string]string, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range header {
		r.Header.Set(name, value)
	}
	r.Body = io.NopCloser(strings.NewReader(body))
	return r
}
