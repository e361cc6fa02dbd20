package walrus_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"ecc/roles/walrus/index"
)

// mustUnpack unpacks a folder that an earlier ecc wrote.
func mustUnpack(t *testing.T, archive, to string) {
	t.Helper()
	f, err := os.Open(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(to, filepath.Clean("/"+h.Name))
		if h.Typeflag == tar.TypeDir {
			continue
		}
		data, err := io.ReadAll(r)
		if err == nil {
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, data, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestSchema1: a folder of the first schema, written by the walrus of fe4bbff,
// is read, counted and gone on with: its uploads are completed, its objects
// become null versions.
func TestSchema1(t *testing.T) {
	if onS3() {
		t.Skip("the first schema knew no other place for files than the folder")
	}
	dir := t.TempDir()
	mustUnpack(t, "testdata/schema1.tar.gz", dir)
	s := mustServe(t, filepath.Join(dir, "walrus")) // which looks at the end whether the index is sound, too
	large := bytes.Repeat([]byte("walrus "), 5000)
	want := map[string][]byte{"empty": {}, "small": []byte("small"), "a/large": large, "a/copy": large, "joined": large}
	read := func() {
		t.Helper()
		for key, body := range want {
			s.wantObject(t, "old", key, body)
		}
	}
	read()
	head, err := s.sdk(blue).HeadObject(t.Context(), &s3.HeadObjectInput{Bucket: aws.String("old"), Key: aws.String("small")})
	if wantCode(t, err, ""); err == nil && (head.Metadata["a"] != "b" || *head.ContentType != "text/plain") {
		t.Errorf("small: %v, %s", head.Metadata, *head.ContentType)
	}
	usage := index.Usage{Bytes: int64(3*len(large) + len("small") + 2*len("part one")), Versions: 5}
	if diff := cmp.Diff(usage, mustUse(t, s, "old")); diff != "" {
		t.Error(diff)
	}

	mustResume(t, s, "unfinished").mustPart(t, 2, large)
	u := mustResume(t, s, "unfinished")
	_, err = u.complete(t, u.parts)
	wantCode(t, err, "EntityTooSmall")
	for _, key := range []string{"unfinished", "summed"} {
		u := mustResume(t, s, key)
		_, err = u.complete(t, u.parts[:1])
		wantCode(t, err, "")
		want[key] = []byte("part one")
	}
	s.must(t, "PUT", "/old?versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	s.mustPut(t, "old", "small", []byte("newer"))
	want["small"] = []byte("newer")
	read()
	out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("old"), Key: aws.String("small"), VersionId: aws.String("null")})
	if err != nil {
		t.Fatal(err)
	}
	defer out.Body.Close()
	if got, err := io.ReadAll(out.Body); err != nil || string(got) != "small" {
		t.Errorf("the null version: %q, %v", got, err)
	}
	_, err = s.sdk(green).ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: aws.String("old")})
	wantCode(t, err, "AccessDenied")
}

// mustResume finds the only upload of a key, with the parts it has.
func mustResume(t *testing.T, s *server, key string) *upload {
	t.Helper()
	list, err := s.sdk(blue).ListMultipartUploads(t.Context(), &s3.ListMultipartUploadsInput{Bucket: aws.String("old"), Prefix: &key})
	if err != nil || len(list.Uploads) != 1 {
		t.Fatalf("uploads of %s: %v, %v", key, list, err)
	}
	u := &upload{server: s, bucket: aws.String("old"), key: &key, id: list.Uploads[0].UploadId}
	parts, err := s.sdk(blue).ListParts(t.Context(), &s3.ListPartsInput{Bucket: u.bucket, Key: &key, UploadId: u.id})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range parts.Parts {
		u.parts = append(u.parts, types.CompletedPart{PartNumber: p.PartNumber, ETag: p.ETag, ChecksumSHA256: p.ChecksumSHA256})
	}
	return u
}

func mustUse(t *testing.T, s *server, bucket string) (u index.Usage) {
	t.Helper()
	err := s.walrus.Index().View(func(tx *index.Tx) error {
		b, err := tx.Bucket(bucket)
		u = tx.BucketUsage(b.ID)
		if account := tx.AccountUsage(b.Account); account != u {
			t.Errorf("the account's only bucket has %+v, the account %+v", u, account)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}
