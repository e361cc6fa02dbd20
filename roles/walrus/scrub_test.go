package walrus_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	bolt "go.etcd.io/bbolt"

	"ecc/roles/walrus"
	"ecc/roles/walrus/index"
)

func (s *server) scrubbed(t *testing.T) (state index.Scrub) {
	t.Helper()
	err := s.walrus.Index().View(func(tx *index.Tx) (err error) { state, err = tx.Scrub(); return err })
	if err != nil {
		t.Fatal(err)
	}
	return state
}

// always makes a pass due whenever somebody looks.
func always(c *walrus.Config) { c.ScrubEvery = 1 }

func mustServeScrub(t *testing.T, dir string) *server {
	t.Helper()
	s := mustServe(t, dir, always)
	wait(t, "the first pass", func() bool { return !s.scrubbed(t).Last.Ended.IsZero() })
	return s
}

// mustScrub does a whole pass.
func mustScrub(t *testing.T, s *server) index.Scrub {
	t.Helper()
	if err := s.walrus.Scrub(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s.scrubbed(t)
}

// TestScrub: what cannot be read right is found, told with who needs it, put
// into quarantine, and forgotten when it is gone or healed.
func TestScrub(t *testing.T) {
	dir := t.TempDir()
	s := mustServeScrub(t, dir)
	s.mustBucket(t, blue, "scrub")
	s.mustPut(t, "scrub", "small", random(1, 1000))
	s.mustPut(t, "scrub", "good", random(2, 1<<20))
	before := dataFiles(t, dir)
	s.mustPut(t, "scrub", "rotten", random(3, 1<<20))
	rotten := added(t, before, dataFiles(t, dir))
	before = dataFiles(t, dir)
	s.mustPut(t, "scrub", "lost", random(4, 1<<20))
	lost := added(t, before, dataFiles(t, dir))

	if got := mustScrub(t, s); got.Last.Bad != 0 || got.Last.Blobs != 1 || got.Last.Files != 3 || got.Last.Bytes < 3<<20 {
		t.Errorf("all good: %+v", got)
	}
	good := readFile(t, rotten)
	raw := bytes.Clone(good)
	raw[500000] ^= 1
	writeFile(t, rotten, raw)
	lostBytes := readFile(t, lost)
	removeFile(t, lost)
	for range 2 { // the second pass finds the same and tells nothing new
		got := mustScrub(t, s)
		what := map[string]string{}
		for _, d := range got.Damages {
			if len(d.Uses) == 1 && d.Uses[0].Bucket == "scrub" {
				what[d.Uses[0].Key] = d.What
			}
		}
		if got.Last.Bad != 2 || len(got.Damages) != 2 || what["rotten"] != "corrupt" || what["lost"] != "missing" {
			t.Errorf("found %+v", got)
		}
	}
	for _, key := range []string{"rotten", "lost"} {
		_, err := s.get(t, "scrub", key)
		wantCode(t, err, "InternalError")
	}
	s.wantObject(t, "scrub", "good", random(2, 1<<20))
	s.wantObject(t, "scrub", "small", random(1, 1000))
	if n := len(dataFiles(t, dir)); n != 1 {
		t.Errorf("%d data files, want the good one alone", n)
	}
	if !onS3() {
		if _, err := os.Stat(filepath.Join(dir, "quarantine", filepath.Base(rotten))); err != nil {
			t.Error(err)
		}
	}
	writeFile(t, lost, lostBytes) // from a backup
	_, err := s.sdk(blue).DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String("scrub"), Key: aws.String("rotten")})
	wantCode(t, err, "")
	if got := mustScrub(t, s); got.Last.Bad != 0 || len(got.Damages) != 0 {
		t.Errorf("healed: %+v", got)
	}
	s.wantObject(t, "scrub", "lost", random(4, 1<<20))
	wait(t, "the quarantine to be empty", func() bool {
		left, err := os.ReadDir(filepath.Join(dir, "quarantine"))
		return onS3() || err == nil && len(left) == 0
	})
}

func added(t *testing.T, before, after []string) string {
	t.Helper()
	for _, name := range after {
		if !contains(before, name) {
			return name
		}
	}
	t.Fatalf("nothing new among %v", after)
	return ""
}

func contains(all []string, name string) bool {
	for _, a := range all {
		if a == name {
			return true
		}
	}
	return false
}

// TestScrubFindsInline: a bit that changed in the index itself.
func TestScrubFindsInline(t *testing.T) {
	dir := t.TempDir()
	t.Run("fill", func(t *testing.T) {
		s := mustServe(t, dir)
		s.mustBucket(t, blue, "scrub")
		s.mustPut(t, "scrub", "small", random(1, 1000))
	})
	db, err := bolt.Open(filepath.Join(dir, "walrus.db"), 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte("blobs"))
		k, v := b.Cursor().First()
		v = bytes.Clone(v)
		v[100] ^= 1
		return b.Put(bytes.Clone(k), v)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s := mustServeScrub(t, dir)
	s.forged = true
	got := s.scrubbed(t)
	if len(got.Damages) != 1 || got.Damages[0].Kind != index.DeadBlob || got.Damages[0].Uses[0].Key != "small" {
		t.Errorf("found %+v", got)
	}
	_, err = s.get(t, "scrub", "small")
	wantCode(t, err, "InternalError")
}

// TestScrubGoesOn: a pass that was cut short goes on where it was, also after
// a restart.
func TestScrubGoesOn(t *testing.T) {
	dir := t.TempDir()
	slow := func(c *walrus.Config) { c.ScrubEvery, c.ScrubRate = 1, 1<<20 }
	t.Run("begin", func(t *testing.T) {
		s := mustServe(t, dir)
		s.mustBucket(t, blue, "scrub")
		for _, key := range []string{"a", "b", "c"} {
			s.mustPut(t, "scrub", key, random(1, 200<<10))
		}
	})
	t.Run("cut short", func(t *testing.T) {
		s := mustServe(t, dir, slow)
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		_ = s.walrus.Scrub(ctx) // beside the loop's own
	})
	var first index.Scrub
	t.Run("go on", func(t *testing.T) {
		s := mustServe(t, dir)
		if first = s.scrubbed(t); first.Began.IsZero() || first.Pass != 1 {
			t.Errorf("cut short: %+v", first)
		}
	})
	s := mustServe(t, dir, always)
	wait(t, "the pass to end", func() bool { return !s.scrubbed(t).Last.Ended.IsZero() })
	if got := s.scrubbed(t); got.Pass != 1 || got.Last.Files != 3 || !got.Last.Began.Equal(first.Began) {
		t.Errorf("went on: %+v", got)
	}
}
