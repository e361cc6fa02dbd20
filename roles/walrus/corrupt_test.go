package walrus_test

import (
	"bytes"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"ecc/roles/walrus"
)

// TestFlippedByte: no read, whole or in part, returns a byte that was not
// written.
func TestFlippedByte(t *testing.T) {
	s := mustServe(t, t.TempDir())
	s.mustBucket(t, blue, "rot")
	data := random(1, 1<<20)
	s.mustPut(t, "rot", "k", data)
	file := dataFiles(t, s.dir)[0]
	raw := readFile(t, file)
	for _, at := range []int{0, 300 << 10, 1<<20 - 1, len(raw) - 1} {
		bad := bytes.Clone(raw)
		bad[at] ^= 0x10
		writeFile(t, file, bad)
		if got, err := s.get(t, "rot", "k"); err == nil || !bytes.HasPrefix(data, got) {
			t.Errorf("byte %d flipped: %d bytes, %v; want an error after good bytes only", at, len(got), err)
		}
	}
	if _, err := s.get(t, "rot", "k"); err == nil {
		t.Error("a bad table was not noticed")
	}
	first := bytes.Clone(raw)
	first[0] ^= 1
	writeFile(t, file, first)
	_, err := s.get(t, "rot", "k")
	wantCode(t, err, "InternalError") // the first block is checked before the header is sent
	out, err := s.sdk(blue).GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("rot"), Key: aws.String("k"), Range: aws.String("bytes=700000-700009")})
	if err != nil {
		t.Fatal(err) // other blocks are still good
	}
	defer out.Body.Close()
	if got, err := io.ReadAll(out.Body); err != nil || !bytes.Equal(got, data[700000:700010]) {
		t.Errorf("good block: %x, %v", got, err)
	}
	removeFile(t, file)
	_, err = s.get(t, "rot", "k")
	wantCode(t, err, "InternalError")
}

// TestLostIndex: without its index the folder is refused, and its data files
// are not taken for orphans.
func TestLostIndex(t *testing.T) {
	dir := t.TempDir()
	t.Run("fill", func(t *testing.T) {
		s := mustServe(t, dir)
		s.mustBucket(t, blue, "kept")
		s.mustPut(t, "kept", "k", random(1, 1<<20))
	})
	before := dataFiles(t, dir)
	if len(before) == 0 {
		t.Fatal("no data file to lose")
	}
	db := filepath.Join(dir, "walrus.db")
	for name, lose := range map[string]func() error{"empty": func() error { return os.Truncate(db, 0) }, "missing": func() error { return os.Remove(db) }} {
		if err := lose(); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			w, err := walrus.New(config(t, dir), identity{}, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatalf("%s: opened (%v)", name, w.Close())
			}
		}
		if after := dataFiles(t, dir); !slices.Equal(before, after) {
			t.Errorf("%s: files %v, before %v", name, after, before)
		}
	}
}
