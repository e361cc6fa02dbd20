package walrus_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

const partSize = 5 << 20

// upload is a multipart upload in a test.
type upload struct {
	*server
	bucket, key, id *string
	parts           []types.CompletedPart
}

func (s *server) mustUpload(tb testing.TB, bucket, key string, edit ...func(*s3.CreateMultipartUploadInput)) *upload {
	tb.Helper()
	in := &s3.CreateMultipartUploadInput{Bucket: &bucket, Key: &key}
	for _, f := range edit {
		f(in)
	}
	out, err := s.sdk(blue).CreateMultipartUpload(tb.Context(), in)
	if err != nil {
		tb.Fatal(err)
	}
	return &upload{server: s, bucket: &bucket, key: &key, id: out.UploadId}
}

func (u *upload) mustPart(tb testing.TB, n int32, data []byte) {
	tb.Helper()
	out, err := u.sdk(blue).UploadPart(tb.Context(), &s3.UploadPartInput{Bucket: u.bucket, Key: u.key, UploadId: u.id, PartNumber: &n, Body: bytes.NewReader(data)})
	if err != nil {
		tb.Fatal(err)
	}
	u.parts = append(u.parts, types.CompletedPart{PartNumber: &n, ETag: out.ETag})
}

func (u *upload) complete(tb testing.TB, parts []types.CompletedPart) (*s3.CompleteMultipartUploadOutput, error) {
	tb.Helper()
	return u.sdk(blue).CompleteMultipartUpload(tb.Context(), &s3.CompleteMultipartUploadInput{
		Bucket: u.bucket, Key: u.key, UploadId: u.id, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
}

// multipartETag is the ETag S3 gives an object from these parts.
func multipartETag(parts ...[]byte) string {
	var tags []byte
	for _, p := range parts {
		sum := md5.Sum(p)
		tags = append(tags, sum[:]...)
	}
	return fmt.Sprintf("\"%x-%d\"", md5.Sum(tags), len(parts))
}

func TestMultipart(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	one, two, three := random(1, partSize), random(2, partSize+77), random(3, 10)
	u := s.mustUpload(t, "multi", "k")
	u.mustPart(t, 5, two)
	u.mustPart(t, 1, three) // replaced below
	u.parts = nil
	u.mustPart(t, 1, one)
	u.parts = append(u.parts, types.CompletedPart{PartNumber: aws.Int32(5), ETag: aws.String(fmt.Sprintf("\"%x\"", md5.Sum(two)))})
	u.mustPart(t, 9, three)
	u.mustPart(t, 10, three) // never asked for
	for name, tc := range map[string]struct {
		parts []types.CompletedPart
		want  string
	}{
		"order":      {[]types.CompletedPart{u.parts[1], u.parts[0]}, "InvalidPartOrder"},
		"twice":      {[]types.CompletedPart{u.parts[0], u.parts[0]}, "InvalidPartOrder"},
		"unknown":    {[]types.CompletedPart{{PartNumber: aws.Int32(2), ETag: u.parts[0].ETag}}, "InvalidPart"},
		"wrong ETag": {[]types.CompletedPart{{PartNumber: aws.Int32(1), ETag: u.parts[1].ETag}}, "InvalidPart"},
		"too small":  {u.parts, "EntityTooSmall"},
	} {
		if _, err := u.complete(t, tc.parts); code(err) != tc.want {
			t.Errorf("%s: code %q, want %q", name, code(err), tc.want)
		}
	}
	listed, err := s.sdk(blue).ListParts(t.Context(), &s3.ListPartsInput{Bucket: u.bucket, Key: u.key, UploadId: u.id, MaxParts: aws.Int32(2)})
	if err != nil || len(listed.Parts) != 2 || !aws.ToBool(listed.IsTruncated) || aws.ToInt64(listed.Parts[1].Size) != int64(len(two)) || aws.ToString(listed.NextPartNumberMarker) != "5" {
		t.Errorf("list parts: %+v, %v", listed, err)
	}
	for range 2 { // the second time answers as the first
		out, err := u.complete(t, u.parts[:3])
		if err != nil || aws.ToString(out.ETag) != multipartETag(one, two, three) {
			t.Fatalf("complete: %+v, %v; want ETag %s", out, err, multipartETag(one, two, three))
		}
	}
	_, err = u.complete(t, u.parts[:2])
	wantCode(t, err, "NoSuchUpload")
	all := bytes.Join([][]byte{one, two, three}, nil)
	s.wantObject(t, "multi", "k", all)
	wantParts(t, s, all, map[int32][]byte{1: one, 5: two, 9: three})
	wait(t, "the unused part to go", func() bool { return len(dataFiles(t, s.dir)) == 3 })
	s.mustPut(t, "multi", "k", nil)
	wait(t, "all files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}

// wantParts reads the object by part, and across the seams.
func wantParts(t *testing.T, s *server, all []byte, parts map[int32][]byte) {
	t.Helper()
	read := func(in *s3.GetObjectInput) []byte {
		in.Bucket, in.Key = aws.String("multi"), aws.String("k")
		out, err := s.sdk(blue).GetObject(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		defer out.Body.Close()
		b, err := io.ReadAll(out.Body)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for n, want := range parts {
		if !bytes.Equal(read(&s3.GetObjectInput{PartNumber: &n}), want) {
			t.Errorf("part %d differs", n)
		}
	}
	got := read(&s3.GetObjectInput{Range: aws.String(fmt.Sprintf("bytes=%d-%d", partSize-3, 2*partSize+79))})
	if !bytes.Equal(got, all[partSize-3:2*partSize+80]) {
		t.Error("a range over three parts differs")
	}
}

func TestMultipartChecksums(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	one, two := random(1, partSize), random(2, 1000)
	whole := append(bytes.Clone(one), two...)
	for _, a := range []types.ChecksumAlgorithm{"", "CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
		for _, kind := range []types.ChecksumType{"", "FULL_OBJECT", "COMPOSITE"} {
			linear := strings.HasPrefix(string(a), "CRC")
			if (a == "" && kind != "") || (kind == "FULL_OBJECT" && !linear) || (kind == "COMPOSITE" && a == "CRC64NVME") {
				continue
			}
			key := fmt.Sprintf("%s-%s", a, kind)
			u := s.mustUpload(t, "multi", key, func(in *s3.CreateMultipartUploadInput) { in.ChecksumAlgorithm, in.ChecksumType = a, kind })
			for i, data := range [][]byte{one, two} {
				n := int32(i + 1)
				in := &s3.UploadPartInput{Bucket: u.bucket, Key: u.key, UploadId: u.id, PartNumber: &n, Body: bytes.NewReader(data), ChecksumAlgorithm: a}
				out, err := s.sdk(blue).UploadPart(t.Context(), in)
				if err != nil {
					t.Fatalf("%s: %v", key, err)
				}
				u.parts = append(u.parts, types.CompletedPart{PartNumber: &n, ETag: out.ETag, ChecksumCRC32: out.ChecksumCRC32, ChecksumCRC32C: out.ChecksumCRC32C, ChecksumSHA1: out.ChecksumSHA1, ChecksumSHA256: out.ChecksumSHA256})
			}
			if _, err := u.complete(t, u.parts); err != nil {
				t.Fatalf("%s: %v", key, err)
			}
			s.wantObject(t, "multi", key, whole) // the SDK checks full-object sums
		}
	}
	u := s.mustUpload(t, "multi", "bad")
	_, err := s.sdk(blue).CreateMultipartUpload(t.Context(), &s3.CreateMultipartUploadInput{Bucket: u.bucket, Key: u.key, ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT"})
	wantCode(t, err, "InvalidRequest")
}

func TestPartCopyAndAbort(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	data := random(4, partSize+1000)
	s.mustPut(t, "multi", "src", data)
	u := s.mustUpload(t, "multi", "dst")
	for i, r := range []string{fmt.Sprintf("bytes=0-%d", partSize-1), "bytes=7-1006"} {
		n := int32(i + 1)
		out, err := s.sdk(blue).UploadPartCopy(t.Context(), &s3.UploadPartCopyInput{
			Bucket: u.bucket, Key: u.key, UploadId: u.id, PartNumber: &n, CopySource: aws.String("multi/src"), CopySourceRange: &r,
		})
		if err != nil {
			t.Fatal(err)
		}
		u.parts = append(u.parts, types.CompletedPart{PartNumber: &n, ETag: out.CopyPartResult.ETag})
	}
	if _, err := u.complete(t, u.parts); err != nil {
		t.Fatal(err)
	}
	want := append(bytes.Clone(data[:partSize]), data[7:1007]...)
	s.wantObject(t, "multi", "dst", want)

	// A copy of an object from parts has the ETag of its bytes.
	info, err := s.minio(t, blue).CopyObject(t.Context(), minio.CopyDestOptions{Bucket: "multi", Object: "again"}, minio.CopySrcOptions{Bucket: "multi", Object: "dst"})
	if err != nil || info.ETag != fmt.Sprintf("%x", md5.Sum(want)) {
		t.Errorf("copy: %+v, %v", info, err)
	}
	s.wantObject(t, "multi", "again", want)

	before := len(dataFiles(t, s.dir))
	u = s.mustUpload(t, "multi", "aborted")
	u.mustPart(t, 1, data)
	abort := &s3.AbortMultipartUploadInput{Bucket: u.bucket, Key: u.key, UploadId: u.id}
	_, err = s.sdk(blue).AbortMultipartUpload(t.Context(), abort)
	wantCode(t, err, "")
	_, err = s.sdk(blue).AbortMultipartUpload(t.Context(), abort)
	wantCode(t, err, "NoSuchUpload")
	_, err = u.complete(t, u.parts)
	wantCode(t, err, "NoSuchUpload")
	wait(t, "the aborted part to go", func() bool { return len(dataFiles(t, s.dir)) == before })
}

func TestListUploads(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	var want []string
	for _, key := range []string{"a", "a", "b/1", "c"} {
		want = append(want, key+" "+aws.ToString(s.mustUpload(t, "multi", key).id))
	}
	in := &s3.ListMultipartUploadsInput{Bucket: aws.String("multi"), MaxUploads: aws.Int32(1)}
	got := map[string]bool{}
	for range len(want) {
		out, err := s.sdk(blue).ListMultipartUploads(t.Context(), in)
		if err != nil || len(out.Uploads) != 1 {
			t.Fatalf("%+v, %v", out, err)
		}
		got[aws.ToString(out.Uploads[0].Key)+" "+aws.ToString(out.Uploads[0].UploadId)] = true
		in.KeyMarker, in.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
	}
	for _, u := range want {
		if !got[u] {
			t.Errorf("%s is not listed", u)
		}
	}
	if in.KeyMarker != nil {
		t.Error("the last page points to another")
	}
	// Uploads do not keep a bucket, and go with it.
	u := s.mustUpload(t, "multi", "d")
	u.mustPart(t, 1, random(1, 100))
	if _, err := s.sdk(blue).DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("multi")}); err != nil {
		t.Fatal(err)
	}
	wait(t, "the uploads' files to go", func() bool { return len(dataFiles(t, s.dir)) == 0 })
}

// zeros is an endless sparse file.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestLargeUpload streams 200 MiB through minio-go's own multipart upload.
func TestLargeUpload(t *testing.T) {
	const size = 200 << 20
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "large")
	_, err := s.minio(t, blue).PutObject(t.Context(), "large", "disk.raw", io.LimitReader(zeros{}, size), size, minio.PutObjectOptions{PartSize: 16 << 20, NumThreads: 2})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("large"), Key: aws.String("disk.raw")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if n, err := io.Copy(io.Discard, out.Body); err != nil || n != size {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n := halfWritten(t, s.dir); n != 0 {
		t.Errorf("%d things left half written", n)
	}
}
