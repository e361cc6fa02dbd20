package walrus_test

import (
	"bytes"
	"crypto/md5"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/minio/minio-go/v7"
)

// sizes are around every limit of how an object is kept.
var sizes = []int{0, 1, 16 << 10, 16<<10 + 1, 256 << 10, 256<<10 + 1, 3<<20 + 7}

// oddKeys are names that clumsy servers confuse, lose or take for paths.
var oddKeys = []string{
	"a", "a/b", "a/b/c", "a//b", "/lead", "trail/", "..", "../../../etc/passwd", "./x", "%2e%2e", "a%2fb",
	"plus+and space", "ünïcödé €", "quote'\"", "back\\slash", "semi;colon?query=1&x#frag", "new\nline", "nul\x00byte", "~tilde*!()",
}

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
		s.mustPut(t, "sizes", "same", data) // every size replaces every other
		s.wantObject(t, "sizes", "same", data)
	}
}

func TestMinioClient(t *testing.T) {
	s := mustServe(t, t.TempDir())
	c := s.minio(t, blue)
	if err := c.MakeBucket(t.Context(), "minio", minio.MakeBucketOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, n := range sizes {
		key, data := fmt.Sprint(n), random(3, n)
		info, err := c.PutObject(t.Context(), "minio", key, bytes.NewReader(data), int64(n), minio.PutObjectOptions{ContentType: "text/x"})
		if err != nil || info.ETag != fmt.Sprintf("%x", md5.Sum(data)) {
			t.Errorf("put %d: %+v, %v", n, info, err)
			continue
		}
		o, err := c.GetObject(t.Context(), "minio", key, minio.GetObjectOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(o)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("get %d: %d bytes, %v", n, len(got), err)
		}
		_ = o.Close()
	}
	n := 0
	for o := range c.ListObjects(t.Context(), "minio", minio.ListObjectsOptions{}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		n++
	}
	if n != len(sizes) {
		t.Errorf("%d objects listed, want %d", n, len(sizes))
	}
}

func TestOddKeys(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "odd")
	for i, key := range oddKeys {
		s.mustPut(t, "odd", key, fmt.Append(nil, i))
	}
	for i, key := range oddKeys {
		s.wantObject(t, "odd", key, fmt.Append(nil, i))
	}
	seen := map[string]bool{}
	for o := range s.minio(t, blue).ListObjects(t.Context(), "odd", minio.ListObjectsOptions{Recursive: true}) {
		if o.Err != nil {
			t.Fatal(o.Err)
		}
		seen[o.Key] = true
	}
	for _, key := range oddKeys {
		if !seen[key] {
			t.Errorf("%q is not listed", key)
		}
	}
}

func TestChecksums(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "sums")
	for _, a := range []types.ChecksumAlgorithm{"CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"} {
		for _, n := range sizes {
			key, data := fmt.Sprintf("%s-%d", a, n), random(2, n)
			in := &s3.PutObjectInput{Bucket: aws.String("sums"), Key: &key, Body: bytes.NewReader(data), ChecksumAlgorithm: a}
			if _, err := s.sdk(blue).PutObject(t.Context(), in); err != nil {
				t.Errorf("%s: %v", key, err)
				continue
			}
			s.wantObject(t, "sums", key, data) // the SDK checks the checksum we answer
		}
	}
	_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("sums"), Key: aws.String("x"),
		Body: bytes.NewReader(nil), ChecksumSHA256: aws.String("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")})
	wantCode(t, err, "BadDigest")
	_, err = s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("sums"), Key: aws.String("x"), ChecksumAlgorithm: "SHA512", Body: bytes.NewReader(nil)})
	wantCode(t, err, "InvalidRequest")
	_, err = s.get(t, "sums", "x")
	wantCode(t, err, "NoSuchKey")
}

func TestMetadata(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "meta")
	expires := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC).Format(http.TimeFormat)
	_, err := s.sdk(blue).PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("meta"), Key: aws.String("k"), Body: bytes.NewReader([]byte("x")),
		ContentType: aws.String("text/plain"), ContentEncoding: aws.String("gzip"), CacheControl: aws.String("no-cache"),
		ContentLanguage: aws.String("de"), ContentDisposition: aws.String("attachment"), Metadata: map[string]string{"colour": "blue"},
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.sdk(blue).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("meta"), Key: aws.String("k")})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{aws.ToString(out.ContentType), aws.ToString(out.ContentEncoding), aws.ToString(out.CacheControl), aws.ToString(out.ContentLanguage), aws.ToString(out.ContentDisposition), out.Metadata["colour"]}
	if want := fmt.Sprint([]string{"text/plain", "gzip", "no-cache", "de", "attachment", "blue"}); fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	get, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("meta"), Key: aws.String("k"), ResponseContentType: aws.String("text/other"), ResponseExpires: aws.Time(time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC))})
	if err != nil {
		t.Fatal(err)
	}
	get.Body.Close()
	if aws.ToString(get.ContentType) != "text/other" || aws.ToString(get.ExpiresString) != expires {
		t.Errorf("overrides: %s, %s", aws.ToString(get.ContentType), aws.ToString(get.ExpiresString))
	}
}

func TestRanges(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "ranges")
	for name, n := range map[string]int{"small": 1000, "large": 1 << 20} {
		data := random(4, n)
		s.mustPut(t, "ranges", name, data)
		for _, tc := range []struct {
			header string
			want   []byte
			code   string
		}{
			{"bytes=0-0", data[:1], ""},
			{"bytes=10-19", data[10:20], ""},
			{"bytes=500-", data[500:], ""},
			{"bytes=-7", data[n-7:], ""},
			{"bytes=-99999999", data, ""},
			{fmt.Sprintf("bytes=%d-%d", n-1, n+100), data[n-1:], ""},
			{fmt.Sprintf("bytes=%d-", n), nil, "InvalidRange"},
			{"bytes=-0", nil, "InvalidRange"},
			{"bytes=99999999999999999999999-", nil, "InvalidRange"},
			{"bytes=0-1,3-4", nil, "NotImplemented"},
			{"bytes=5-2", data, ""}, // not a range: ignored
			{"lines=1-2", data, ""},
		} {
			out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("ranges"), Key: &name, Range: &tc.header})
			if code(err) != tc.code {
				t.Errorf("%s %s: code %q, want %q", name, tc.header, code(err), tc.code)
			}
			if err != nil {
				continue
			}
			got, err := io.ReadAll(out.Body)
			_ = out.Body.Close()
			if err != nil || !bytes.Equal(got, tc.want) {
				t.Errorf("%s %s: %d bytes, %v; want %d", name, tc.header, len(got), err, len(tc.want))
			}
		}
	}
}

func TestConditions(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "cond")
	s.mustPut(t, "cond", "k", []byte("one"))
	etag := fmt.Sprintf("\"%x\"", md5.Sum([]byte("one")))
	bucket, key := aws.String("cond"), aws.String("k")
	past, future := aws.Time(time.Now().Add(-time.Hour)), aws.Time(time.Now().Add(time.Hour))
	for name, tc := range map[string]struct {
		in   s3.GetObjectInput
		want string
	}{
		"match":               {s3.GetObjectInput{IfMatch: &etag}, ""},
		"match other":         {s3.GetObjectInput{IfMatch: aws.String(`"x"`)}, "PreconditionFailed"},
		"none match":          {s3.GetObjectInput{IfNoneMatch: &etag}, "NotModified"},
		"none match other":    {s3.GetObjectInput{IfNoneMatch: aws.String(`"x"`)}, ""},
		"modified":            {s3.GetObjectInput{IfModifiedSince: past}, ""},
		"not modified":        {s3.GetObjectInput{IfModifiedSince: future}, "NotModified"},
		"unmodified":          {s3.GetObjectInput{IfUnmodifiedSince: future}, ""},
		"was modified":        {s3.GetObjectInput{IfUnmodifiedSince: past}, "PreconditionFailed"},
		"match silences":      {s3.GetObjectInput{IfMatch: &etag, IfUnmodifiedSince: past}, ""},
		"none match silences": {s3.GetObjectInput{IfNoneMatch: aws.String(`"x"`), IfModifiedSince: future}, ""},
	} {
		tc.in.Bucket, tc.in.Key = bucket, key
		out, err := s.sdk(blue).GetObject(t.Context(), &tc.in)
		if err == nil {
			_ = out.Body.Close()
		}
		if got := code(err); got != tc.want {
			t.Errorf("%s: code %q, want %q", name, got, tc.want)
		}
	}
	put := func(in s3.PutObjectInput) error {
		in.Bucket, in.Body = bucket, bytes.NewReader([]byte("two"))
		_, err := s.sdk(blue).PutObject(t.Context(), &in)
		return err
	}
	wantCode(t, put(s3.PutObjectInput{Key: key, IfNoneMatch: aws.String("*")}), "PreconditionFailed")
	wantCode(t, put(s3.PutObjectInput{Key: key, IfMatch: aws.String(`"x"`)}), "PreconditionFailed")
	wantCode(t, put(s3.PutObjectInput{Key: aws.String("none"), IfMatch: &etag}), "NoSuchKey")
	s.wantObject(t, "cond", "k", []byte("one"))
	wantCode(t, put(s3.PutObjectInput{Key: key, IfMatch: &etag}), "")
	wantCode(t, put(s3.PutObjectInput{Key: aws.String("new"), IfNoneMatch: aws.String("*")}), "")
	s.wantObject(t, "cond", "k", []byte("two"))
	_, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: bucket, Key: key, IfMatch: &etag})
	wantCode(t, err, "PreconditionFailed")
}

func TestCopy(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "from")
	s.mustBucket(t, blue, "copies")
	c := s.sdk(blue)
	for _, key := range []string{"plain", "plus+and space", "q?versionId=x", "100%41"} {
		for _, n := range []int{5, 100 << 10} {
			data := random(5, n)
			s.mustPut(t, "from", key, data)
			info, err := s.minio(t, blue).CopyObject(t.Context(), minio.CopyDestOptions{Bucket: "copies", Object: key}, minio.CopySrcOptions{Bucket: "from", Object: key})
			if err != nil || info.ETag != fmt.Sprintf("%x", md5.Sum(data)) {
				t.Fatalf("copy %q: %+v, %v", key, info, err)
			}
			// The copy lives on when the source is gone.
			if _, err := c.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("from"), Key: &key}); err != nil {
				t.Fatal(err)
			}
			s.wantObject(t, "copies", key, data)
		}
	}
	self := &s3.CopyObjectInput{Bucket: aws.String("copies"), Key: aws.String("plain"), CopySource: aws.String("copies/plain")}
	_, err := c.CopyObject(t.Context(), self)
	wantCode(t, err, "InvalidRequest")
	self.MetadataDirective, self.Metadata = "REPLACE", map[string]string{"n": "1"}
	_, err = c.CopyObject(t.Context(), self)
	wantCode(t, err, "")
	s.wantObject(t, "copies", "plain", random(5, 100<<10))
	for source, want := range map[string]string{"copies/none": "NoSuchKey", "none/plain": "NoSuchBucket", "copies": "InvalidArgument", "copies/plain?versionId=1": "InvalidArgument", "copies/plain?versionId=0000010000000fff": "NoSuchVersion"} {
		_, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("copies"), Key: aws.String("x"), CopySource: &source})
		wantCode(t, err, want)
	}
	out, err := c.CopyObject(t.Context(), &s3.CopyObjectInput{Bucket: aws.String("copies"), Key: aws.String("sha"), CopySource: aws.String("copies/plain"), ChecksumAlgorithm: "SHA256"})
	if err != nil || out.CopyObjectResult.ChecksumSHA256 == nil {
		t.Errorf("copy with another checksum: %+v, %v", out, err)
	}
	s.wantObject(t, "copies", "sha", random(5, 100<<10))
}

func TestDeleteObjects(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "del")
	for _, key := range oddKeys[:5] {
		s.mustPut(t, "del", key, random(6, 20<<10))
	}
	in := &s3.DeleteObjectsInput{Bucket: aws.String("del"), Delete: &types.Delete{Objects: []types.ObjectIdentifier{
		{Key: aws.String("a")}, {Key: aws.String("never was")}, {Key: aws.String("a/b"), VersionId: aws.String("1")},
	}}}
	out, err := s.sdk(blue).DeleteObjects(t.Context(), in)
	if err != nil || len(out.Deleted) != 2 || len(out.Errors) != 1 || aws.ToString(out.Errors[0].Code) != "NoSuchVersion" {
		t.Errorf("%+v, %v", out, err)
	}
	_, err = s.get(t, "del", "a")
	wantCode(t, err, "NoSuchKey")
	s.wantObject(t, "del", "a/b", random(6, 20<<10))
	in.Delete.Objects = make([]types.ObjectIdentifier, 1001)
	for i := range in.Delete.Objects {
		in.Delete.Objects[i].Key = aws.String("k")
	}
	_, err = s.sdk(blue).DeleteObjects(t.Context(), in)
	wantCode(t, err, "MalformedXML")
}
