package walrus_test

import (
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
)

// TestListUploadsByDelimiter pages through uploads and groups of them.
func TestListUploadsByDelimiter(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "multi")
	for _, key := range []string{"a", "b/1", "b/1", "b/2/x", "c", "c", "d/1"} {
		s.mustUpload(t, "multi", key)
	}
	for _, tc := range []struct{ prefix, delimiter, marker, want string }{
		{"", "", "", "[a b/1 b/1 b/2/x c c d/1]"},
		{"", "/", "", "[a (b/) c c (d/)]"},
		{"b/", "/", "", "[b/1 b/1 (b/2/)]"},
		{"", "/", "a", "[(b/) c c (d/)]"},
		{"", "/", "b/", "[c c (d/)]"},
		{"", "/", "b/1", "[c c (d/)]"},
		{"b", "", "b/1", "[b/2/x]"},
		{"c", "/", "", "[c c]"},
		{"e", "/", "", "[]"},
	} {
		for _, max := range []int32{1, 2, 1000} {
			in := &s3.ListMultipartUploadsInput{Bucket: aws.String("multi"), Prefix: &tc.prefix, Delimiter: &tc.delimiter, KeyMarker: &tc.marker, MaxUploads: &max}
			if got := fmt.Sprint(walkUploads(t, s, in)); got != tc.want {
				t.Errorf("prefix %q, delimiter %q, marker %q, by %d: %s, want %s", tc.prefix, tc.delimiter, tc.marker, max, got, tc.want)
			}
		}
	}
	none, err := s.sdk(blue).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("multi"), MaxUploads: aws.Int32(0)})
	if err != nil || len(none.Uploads) > 0 || aws.ToBool(none.IsTruncated) {
		t.Errorf("%+v, %v", none, err)
	}
}

func walkUploads(t *testing.T, s *server, in *s3.ListMultipartUploadsInput) []string {
	t.Helper()
	keys := []string{}
	for range 20 {
		out, err := s.sdk(blue).ListMultipartUploads(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, u := range out.Uploads {
			names = append(names, aws.ToString(u.Key))
		}
		keys = append(keys, mixIn(names, out.CommonPrefixes)...)
		if !aws.ToBool(out.IsTruncated) {
			return keys
		}
		in.KeyMarker, in.UploadIdMarker = out.NextKeyMarker, out.NextUploadIdMarker
	}
	t.Fatal("the pages do not end")
	return nil
}

// mixIn puts groups, in parentheses, where they belong between the names.
func mixIn(names []string, groups []types.CommonPrefix) []string {
	var all []string
	for len(names) > 0 || len(groups) > 0 {
		if len(groups) == 0 || len(names) > 0 && names[0] < aws.ToString(groups[0].Prefix) {
			all, names = append(all, names[0]), names[1:]
			continue
		}
		all, groups = append(all, "("+aws.ToString(groups[0].Prefix)+")"), groups[1:]
	}
	return all
}
