package walrus_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// sizes are around every limit of how an object is kept.
var sizes = []int{0, 1, 16 << 10, 16<<10 + 1, 256 << 10, 256<<10 + 1, 3<<20 + 7}

func TestObjectsOfEverySize(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "sizes")
	for _, n := range sizes {
		key, data := fmt.Sprint(n), random(1, n)
		out, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("sizes"), Key: &key, Body: bytes.NewReader(data)})
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("\"%x\"", md5.Sum(data)); aws.ToString(out.ETag) != want {
			t.Errorf("%d: ETag %s, want %s", n, aws.ToString(out.ETag), want)
		}
		s.wantObject(t, "sizes", key, data)
	}
}

func TestChecksums(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "sums")
	for _, a := range types.ChecksumAlgorithm("").Values() {
		for _, n := range sizes {
			key, data := fmt.Sprintf("%s-%d", a, n), random(2, n)
			_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("sums"), Key: &key, Body: bytes.NewReader(data), ChecksumAlgorithm: a})
			if code(err) != "" {
				t.Errorf("%s: %v", key, err)
				continue
			}
			s.wantObject(t, "sums", key, data)
		}
	}
}
