package walrus_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// secure is the same walrus over TLS, where the SDK sends checksums behind the
// body and signs nothing of it.
func (s *server) secure(t *testing.T) *s3.Client {
	t.Helper()
	front := httptest.NewTLSServer(s.walrus.Handler())
	t.Cleanup(front.Close)
	o := s.sdk(blue).Options()
	o.BaseEndpoint, o.HTTPClient = aws.String(front.URL), front.Client()
	return s3.New(o)
}

// TestTransferManager uploads and downloads as the SDK's transfer manager does,
// with what it sends by default and with every checksum there is.
func TestTransferManager(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "transfer")
	for name, client := range map[string]*s3.Client{"plain": s.sdk(blue), "TLS": s.secure(t)} {
		for _, size := range []int{0, 100, 12<<20 + 1} {
			for _, a := range []types.ChecksumAlgorithm{"", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
				transfer(t, client, fmt.Sprintf("%s-%d-%s", name, size, a), size, &transfermanager.UploadObjectInput{ChecksumAlgorithm: a})
			}
			transfer(t, client, fmt.Sprintf("%s-%d-full", name, size), size, &transfermanager.UploadObjectInput{ChecksumAlgorithm: "CRC32C", ChecksumType: "FULL_OBJECT"})
		}
	}
	http.DefaultClient.CloseIdleConnections()
}

func transfer(t *testing.T, client *s3.Client, key string, size int, in *transfermanager.UploadObjectInput) {
	t.Helper()
	data := random(byte(size), size)
	in.Bucket, in.Key, in.Body = aws.String("transfer"), &key, bytes.NewReader(data)
	for _, by := range []types.GetObjectType{types.GetObjectParts, types.GetObjectRanges} {
		m := transfermanager.New(client, func(o *transfermanager.Options) {
			o.PartSizeBytes, o.MultipartUploadThreshold, o.GetObjectType = partSize, partSize, by
		})
		if by == types.GetObjectParts {
			if _, err := m.UploadObject(t.Context(), in); err != nil {
				t.Errorf("%s: %v", key, err)
				return
			}
		}
		out, err := m.GetObject(t.Context(), &transfermanager.GetObjectInput{Bucket: in.Bucket, Key: &key})
		if err != nil {
			t.Errorf("%s by %s: %v", key, by, err)
			continue
		}
		if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%s by %s: %d bytes, %v", key, by, len(got), err)
		}
	}
}
