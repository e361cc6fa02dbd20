package walrus_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestEncryptionOfForms: what a browser uploads is encrypted as the form says.
func TestEncryptionOfForms(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	body := random(3, 100_000)
	for _, e := range ways(mustKey(t, mustKeys(t, s.dir), "alias/form"))[1:] {
		fields := map[string]string{"key": e.name}
		if e.customer != nil {
			for name, value := range customerHeaders(e.customer, "x-amz-server-side-encryption-customer-") {
				fields[name] = value
			}
		} else {
			fields["x-amz-server-side-encryption"] = string(e.method)
		}
		if e.keyID != nil {
			fields["x-amz-server-side-encryption-aws-kms-key-id"] = *e.keyID
		}
		conditions := []any{map[string]string{"bucket": "enc"}}
		for name, value := range fields {
			conditions = append(conditions, map[string]string{name: value})
		}
		resp, text := sendForm(t, s.formRequest(t, "enc", signForm(conditions, fields, time.Now().Add(time.Hour)), "f", body))
		if resp.StatusCode != 204 || resp.Header.Get("X-Amz-Server-Side-Encryption") != string(e.method) || resp.Header.Get("X-Amz-Server-Side-Encryption-Customer-Key-Md5") != aws.ToString(e.md5()) {
			t.Fatalf("%s: %d %s %v", e.name, resp.StatusCode, text, resp.Header)
		}
		e.want(t, c, e.name, body)
	}
}

// TestEncryptionPresigned: a presigned URL of SSE-C holds the headers that
// must be sent with it, and not the key.
func TestEncryptionPresigned(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	s.mustBucket(t, blue, "enc")
	e, body := sse{customer: random(77, 32)}, random(3, 100_000)
	p := s3.NewPresignClient(s.sdk(blue))
	put, err := p.PresignPutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
	if err != nil {
		t.Fatal(err)
	}
	get, err := p.PresignGetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("enc"), Key: aws.String("k"), SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
	if err != nil {
		t.Fatal(err)
	}
	send := func(method, url string, signed http.Header, body io.Reader) (int, []byte) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, url, body)
		if err != nil {
			t.Fatal(err)
		}
		for name, values := range signed {
			if !strings.EqualFold(name, "host") && !strings.EqualFold(name, "content-length") {
				r.Header[name] = values
			}
		}
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, b
	}
	if status, answer := send("PUT", put.URL, put.SignedHeader, bytes.NewReader(body)); status != 200 {
		t.Fatalf("put: %d %s", status, answer)
	}
	if status, answer := send("GET", get.URL, get.SignedHeader, nil); status != 200 || !bytes.Equal(answer, body) {
		t.Errorf("get: %d, %d bytes", status, len(answer))
	}
	if status, answer := send("GET", get.URL, nil, nil); status != 403 {
		t.Errorf("get without the headers that were signed: %d %s", status, answer)
	}
}

// TestEncryptedParts: parts of one object are read one by
// one, and with conditions, whatever encrypts them.
func TestEncryptedParts(t *testing.T) {
	s := mustServe(t, filepath.Join(t.TempDir(), "walrus"))
	c := s.sdk(blue)
	s.mustBucket(t, blue, "enc")
	body := random(6, 10<<20+4321)
	for _, e := range ways(mustKey(t, mustKeys(t, s.dir), ""))[1:] {
		e.upload(t, c, e.name, body)
		for n := range 3 {
			out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("enc"), Key: &e.name, PartNumber: aws.Int32(int32(n + 1)),
				SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
			if err != nil {
				t.Fatalf("part %d of %s: %v", n+1, e.name, err)
			}
			got, err := io.ReadAll(out.Body)
			want := body[n*(5<<20) : min(len(body), (n+1)*(5<<20))]
			if err != nil || !bytes.Equal(got, want) || aws.ToInt32(out.PartsCount) != 3 {
				t.Errorf("part %d of %s: %d bytes of %d, %v", n+1, e.name, len(got), len(want), err)
			}
		}
		out, err := c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("enc"), Key: &e.name, ChecksumMode: types.ChecksumModeEnabled,
			SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
		if err != nil || out.ChecksumCRC64NVME == nil {
			t.Fatalf("get %s with its checksum: %v", e.name, err)
		}
		if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, body) {
			t.Errorf("get %s with its checksum: %d bytes, %v", e.name, len(got), err)
		}
		_, err = c.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("enc"), Key: &e.name, IfNoneMatch: out.ETag,
			SSECustomerAlgorithm: e.algorithm(), SSECustomerKey: e.key(), SSECustomerKeyMD5: e.md5()})
		wantAnswer(t, fmt.Sprint("get ", e.name, " if it changed"), err, 304, "", "")
	}
}
