package walrus_test

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/cloud"
	"ecc/roles/walrus"
)

func mustServeQuota(t *testing.T, q walrus.Quota) *server {
	t.Helper()
	return mustServe(t, t.TempDir(), func(c *walrus.Config) {
		c.Quota = walrus.Quota{Bytes: 1} // of everybody else
		c.Quotas = map[cloud.AccountID]walrus.Quota{accounts[0].ID: q}
	})
}

func (s *server) put(t *testing.T, key string, size int) error {
	t.Helper()
	_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("quota"), Key: &key, Body: bytes.NewReader(random(1, size))})
	return err
}

func TestQuotaOfBytes(t *testing.T) {
	s := mustServeQuota(t, walrus.Quota{Bytes: 1 << 20})
	s.mustBucket(t, blue, "quota")
	s.mustBucket(t, green, "others")
	wantCode(t, s.put(t, "a", 600<<10), "")
	wantCode(t, s.put(t, "b", 600<<10), "QuotaExceeded")
	wantCode(t, s.put(t, "a", 1<<20), "") // in the place of the first
	wantCode(t, s.put(t, "a", 1<<20+1), "QuotaExceeded")
	wantCode(t, s.put(t, "small", 1), "QuotaExceeded")
	wantCode(t, s.put(t, "empty", 0), "")
	copied := &s3.CopyObjectInput{Bucket: aws.String("quota"), Key: aws.String("c"), CopySource: aws.String("quota/a")}
	_, err := s.sdk(blue).CopyObject(t.Context(), copied) // shares its bytes, counts in full
	wantCode(t, err, "QuotaExceeded")
	_, err = s.sdk(green).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("others"), Key: aws.String("k"), Body: bytes.NewReader(random(1, 2))})
	wantCode(t, err, "QuotaExceeded")
	s.wantObject(t, "quota", "a", random(1, 1<<20))
	_, err = s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("quota"), Key: aws.String("a")})
	wantCode(t, err, "")
	wantCode(t, s.put(t, "b", 600<<10), "")
	if n := len(dataFiles(t, s.dir)); n > 2 {
		t.Errorf("%d data files, want what is stored", n)
	}
}

// TestQuotaOfParts: parts count from when they are there, and completing adds
// nothing.
func TestQuotaOfParts(t *testing.T) {
	s := mustServeQuota(t, walrus.Quota{Bytes: partSize + 1000})
	s.mustBucket(t, blue, "quota")
	u := s.mustUpload(t, "quota", "k")
	u.mustPart(t, 1, random(1, partSize))
	u.mustPart(t, 1, random(2, partSize)) // again
	in := &s3.UploadPartInput{Bucket: u.bucket, Key: u.key, UploadId: u.id, PartNumber: aws.Int32(2), Body: bytes.NewReader(random(3, 1001))}
	_, err := s.sdk(blue).UploadPart(t.Context(), in)
	wantCode(t, err, "QuotaExceeded")
	wantCode(t, s.put(t, "other", 1001), "QuotaExceeded")
	u.mustPart(t, 2, random(3, 1000))
	_, err = u.complete(t, u.parts[1:])
	wantCode(t, err, "")
	wantCode(t, s.put(t, "other", 1), "QuotaExceeded")
}

func TestQuotaOfObjects(t *testing.T) {
	s := mustServeQuota(t, walrus.Quota{Objects: 3})
	s.mustBucket(t, blue, "quota")
	_, err := s.sdk(blue).PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: aws.String("quota"),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled}})
	wantCode(t, err, "")
	wantCode(t, s.put(t, "a", 1), "")
	wantCode(t, s.put(t, "a", 1), "") // two versions
	_, err = s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("quota"), Key: aws.String("a")})
	wantCode(t, err, "") // and a marker
	wantCode(t, s.put(t, "a", 1), "QuotaExceeded")
	_, err = s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("quota"), Key: aws.String("b")})
	wantCode(t, err, "") // deleting is never refused
}

// TestQuotaBeforeTheBody: a body whose length is too much is not read.
func TestQuotaBeforeTheBody(t *testing.T) {
	s := mustServeQuota(t, walrus.Quota{Bytes: 1000})
	s.mustBucket(t, blue, "quota")
	r := s.build(t, request{method: "PUT", path: "/quota/k", body: random(1, 5<<20), header: map[string]string{"Expect": "100-continue"}})
	read := &counted{r: r.Body}
	r.Body = io.NopCloser(read)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	doc, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusForbidden || !strings.Contains(string(doc), "<Code>QuotaExceeded</Code><Message>The account may store 1000 bytes, and this request would make it 5 MiB.</Message>") {
		t.Errorf("%d %s, %v", answer.StatusCode, doc, err)
	}
	if read.n > 1<<20 {
		t.Errorf("%d bytes of the body were sent", read.n)
	}
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
