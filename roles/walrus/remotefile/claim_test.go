package remotefile_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/roles/walrus"
	"ecc/roles/walrus/index"
)

// TestClaim: a place belongs to one index, and remembers its latest epoch.
func TestClaim(t *testing.T) {
	b := mustServe(t, nil).mustOpen(t)
	for _, c := range []struct {
		id          string
		epoch, last uint64
		refused     bool
	}{
		{"one", 1, 0, false}, {"one", 2, 1, false}, {"other", 9, 0, true},
		{"one", 2, 2, false}, // an older index was put back: it goes on behind
		{"one", 4, 3, false},
	} {
		last, err := b.Claim(c.id, c.epoch)
		if last != c.last || (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "walrus.s3.prefix") {
			t.Errorf("%+v: %d, %v", c, last, err)
		}
	}
}

// TestPlaces: index and place find each other again, and no others.
func TestPlaces(t *testing.T) {
	e := mustServe(t, nil)
	dir := t.TempDir()
	open := func(dir string, remote bool) (epoch uint64, err error) {
		cfg := walrus.Config{Dir: dir, Region: region}
		if remote {
			cfg.Files = e.mustOpen(t)
		}
		w, err := walrus.New(cfg, identity{}, slog.New(slog.DiscardHandler))
		if err != nil {
			return 0, err
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		x, err := index.OpenToRead(filepath.Join(dir, "walrus.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer x.CloseRead()
		err = x.View(func(tx *index.Tx) error { epoch = tx.Epoch(); return nil })
		return epoch, err
	}
	if _, err := open(dir, true); err != nil {
		t.Fatal(err)
	}
	old, err := os.ReadFile(filepath.Join(dir, "walrus.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(dir, false); err == nil || !strings.Contains(err.Error(), "walrus.backend") {
		t.Errorf("as a folder: %v", err)
	}
	if _, err := open(t.TempDir(), true); err == nil || !strings.Contains(err.Error(), "another walrus") {
		t.Errorf("from another folder: %v", err)
	}
	var last uint64
	for range 3 {
		if last, err = open(dir, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "walrus.db"), old, 0o600); err != nil {
		t.Fatal(err)
	}
	if epoch, err := open(dir, true); err != nil || epoch <= last {
		t.Errorf("an old index put back goes on with epoch %d, %v; the last was %d", epoch, err, last)
	}
	folder := t.TempDir()
	if _, err := open(folder, false); err != nil {
		t.Fatal(err)
	}
	if _, err := open(folder, true); err == nil {
		t.Error("a folder's index took the bucket")
	}
}
