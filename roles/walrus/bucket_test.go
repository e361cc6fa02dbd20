package walrus_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"ecc/roles/walrus"
)

func TestBuckets(t *testing.T) {
	s := mustServe(t, t.TempDir())
	c := s.sdk(blue)
	for _, name := range []string{"beta", "alpha"} {
		s.mustBucket(t, blue, name)
	}
	s.mustBucket(t, green, "gamma")
	out, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{})
	if err != nil || len(out.Buckets) != 2 || aws.ToString(out.Buckets[0].Name) != "alpha" || aws.ToString(out.Owner.ID) != accounts[0].Canonical {
		t.Errorf("list: %+v, %v", out, err)
	}
	page, err := c.ListBuckets(t.Context(), &s3.ListBucketsInput{MaxBuckets: aws.Int32(1)})
	if err != nil || len(page.Buckets) != 1 {
		t.Fatalf("first page: %+v, %v", page, err)
	}
	page, err = c.ListBuckets(t.Context(), &s3.ListBucketsInput{MaxBuckets: aws.Int32(1), ContinuationToken: page.ContinuationToken})
	if err != nil || len(page.Buckets) != 1 || aws.ToString(page.Buckets[0].Name) != "beta" || page.ContinuationToken != nil {
		t.Errorf("second page: %+v, %v", page, err)
	}
	create := func(key, name string) error {
		_, err := s.sdk(key).CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: &name})
		return err
	}
	wantCode(t, create(blue, "alpha"), "")
	wantCode(t, create(green, "alpha"), "BucketAlreadyExists")
	for _, name := range []string{"ab", "Upper", "a_b", "-ab", "ab-", "a..b", "10.0.0.1", "xn--abc", strings.Repeat("a", 64)} {
		wantCode(t, create(blue, name), "InvalidBucketName")
	}
	_, err = c.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("far"), CreateBucketConfiguration: &types.CreateBucketConfiguration{LocationConstraint: "eu-west-1"}})
	wantCode(t, err, "InvalidLocationConstraint")
	loc, err := c.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("alpha")})
	if err != nil || loc.LocationConstraint != "" {
		t.Errorf("location: %+v, %v", loc, err)
	}
	s.mustPut(t, "alpha", "k", nil)
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("alpha")})
	wantCode(t, err, "BucketNotEmpty")
	_, err = c.DeleteBucket(t.Context(), &s3.DeleteBucketInput{Bucket: aws.String("beta")})
	wantCode(t, err, "")
	_, err = c.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("beta")})
	wantCode(t, err, "NotFound")
}

// TestStrangers: a bucket is its account's alone, whatever is tried.
func TestStrangers(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "private")
	s.mustBucket(t, green, "greens")
	s.mustPut(t, "private", "k", []byte("x"))
	b, k, c, ctx := aws.String("private"), aws.String("k"), s.sdk(green), t.Context()
	for name, try := range map[string]func() error{
		"get": func() error { _, err := c.GetObject(ctx, &s3.GetObjectInput{Bucket: b, Key: k}); return err },
		"put": func() error {
			_, err := c.PutObject(ctx, &s3.PutObjectInput{Bucket: b, Key: k, Body: bytes.NewReader(nil)})
			return err
		},
		"delete": func() error { _, err := c.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b, Key: k}); return err },
		"list":   func() error { _, err := c.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: b}); return err },
		"drop":   func() error { _, err := c.DeleteBucket(ctx, &s3.DeleteBucketInput{Bucket: b}); return err },
		"upload": func() error {
			_, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: b, Key: k})
			return err
		},
		"copy from": func() error {
			_, err := c.CopyObject(ctx, &s3.CopyObjectInput{Bucket: aws.String("greens"), Key: k, CopySource: aws.String("private/k")})
			return err
		},
		"copy part from": func() error {
			up, err := c.CreateMultipartUpload(ctx, &s3.CreateMultipartUploadInput{Bucket: aws.String("greens"), Key: k})
			if err != nil {
				return err
			}
			_, err = c.UploadPartCopy(ctx, &s3.UploadPartCopyInput{Bucket: aws.String("greens"), Key: k, UploadId: up.UploadId, PartNumber: aws.Int32(1), CopySource: aws.String("private/k")})
			return err
		},
	} {
		if got := code(try()); got != "AccessDenied" {
			t.Errorf("%s: code %q, want AccessDenied", name, got)
		}
	}
	_, err := s.sdk(blue).HeadBucket(ctx, &s3.HeadBucketInput{Bucket: b, ExpectedBucketOwner: aws.String("222222222222")})
	wantCode(t, err, "Forbidden")
	s.wantObject(t, "private", "k", []byte("x"))
}

func TestListing(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "list")
	keys := []string{"a", "b/1", "b/2", "b/3/x", "c", "d/", "d/e", "e+f", "z\x01"}
	for _, k := range keys {
		s.mustPut(t, "list", k, nil)
	}
	for _, tc := range []struct {
		prefix, delimiter, after string
		want                     string
	}{
		{"", "", "", "[a b/1 b/2 b/3/x c d/ d/e e+f z\x01]"},
		{"", "/", "", "[a (b/) c (d/) e+f z\x01]"},
		{"b/", "/", "", "[b/1 b/2 (b/3/)]"},
		{"d/", "/", "", "[d/ d/e]"},
		{"", "/", "a", "[(b/) c (d/) e+f z\x01]"},
		{"", "/", "b/", "[c (d/) e+f z\x01]"},
		{"", "/", "b/1", "[c (d/) e+f z\x01]"},
		{"", "", "b/1", "[b/2 b/3/x c d/ d/e e+f z\x01]"},
		{"b", "2", "", "[b/1 (b/2) b/3/x]"},
		{"nothing", "/", "", "[]"},
		{"c", "", "zzz", "[]"},
		{"c", "", "a", "[c]"},
	} {
		for _, max := range []int32{1, 2, 1000} {
			if got := fmt.Sprint(walkV2(t, s, tc.prefix, tc.delimiter, tc.after, max)); got != tc.want {
				t.Errorf("v2 prefix %q, delimiter %q, after %q, by %d: %s, want %s", tc.prefix, tc.delimiter, tc.after, max, got, tc.want)
			}
			if got := fmt.Sprint(walkV1(t, s, tc.prefix, tc.delimiter, tc.after, max)); got != tc.want {
				t.Errorf("v1 prefix %q, delimiter %q, after %q, by %d: %s, want %s", tc.prefix, tc.delimiter, tc.after, max, got, tc.want)
			}
		}
	}
	out, err := s.sdk(blue).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("list"), MaxKeys: aws.Int32(0)})
	if err != nil || aws.ToBool(out.IsTruncated) || aws.ToInt32(out.KeyCount) != 0 {
		t.Errorf("no keys: %+v, %v", out, err)
	}
	_, err = s.sdk(blue).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("list"), ContinuationToken: aws.String("b/1")})
	wantCode(t, err, "InvalidArgument")
}

// merge puts keys and groups, each in order, into one order.
func merge(keys []types.Object, groups []types.CommonPrefix, unquote func(string) string) []string {
	var all []string
	for _, k := range keys {
		all = append(all, unquote(aws.ToString(k.Key)))
	}
	for _, g := range groups {
		all = append(all, unquote(aws.ToString(g.Prefix))+")")
	}
	slices.Sort(all)
	for i, k := range all {
		if strings.HasSuffix(k, ")") {
			all[i] = "(" + k
		}
	}
	return all
}

func unquote(s string) string { return strings.NewReplacer("%2B", "+", "%01", "\x01").Replace(s) }

func walkV2(t *testing.T, s *server, prefix, delimiter, after string, max int32) []string {
	t.Helper()
	in := &s3.ListObjectsV2Input{Bucket: aws.String("list"), Prefix: &prefix, Delimiter: &delimiter, MaxKeys: &max, StartAfter: &after, EncodingType: "url"}
	var all []string
	for {
		out, err := s.sdk(blue).ListObjectsV2(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out.Contents) + len(out.CommonPrefixes); n != int(aws.ToInt32(out.KeyCount)) || n > int(max) {
			t.Fatalf("a page of %d entries counts %d", n, aws.ToInt32(out.KeyCount))
		}
		all = append(all, merge(out.Contents, out.CommonPrefixes, unquote)...)
		if !aws.ToBool(out.IsTruncated) {
			return all
		}
		in.ContinuationToken = out.NextContinuationToken
	}
}

func walkV1(t *testing.T, s *server, prefix, delimiter, after string, max int32) []string {
	t.Helper()
	in := &s3.ListObjectsInput{Bucket: aws.String("list"), Prefix: &prefix, Delimiter: &delimiter, MaxKeys: &max, Marker: &after, EncodingType: "url"}
	var all []string
	for {
		out, err := s.sdk(blue).ListObjects(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, merge(out.Contents, out.CommonPrefixes, unquote)...)
		if !aws.ToBool(out.IsTruncated) {
			return all
		}
		in.Marker = aws.String(unquote(aws.ToString(out.NextMarker)))
		if (out.NextMarker != nil) != (delimiter != "") {
			t.Fatalf("NextMarker %v with delimiter %q", out.NextMarker, delimiter)
		}
		if out.NextMarker == nil {
			in.Marker = aws.String(unquote(aws.ToString(out.Contents[len(out.Contents)-1].Key)))
		}
	}
}

func TestVirtualHost(t *testing.T) {
	s := mustServe(t, t.TempDir(), func(c *walrus.Config) { c.Domain = "s3.test" })
	s.mustBucket(t, blue, "virtual")
	s.mustPut(t, "virtual", "dir/key", []byte("hello"))
	status, body := s.send(t, request{method: "GET", path: "/dir/key", host: "virtual.s3.test:80"})
	if status != 200 || body != "hello" {
		t.Errorf("%d %s", status, body)
	}
}
