package index

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
)

// mustFill makes an index of some hundred pages.
func mustFill(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "walrus.db")
	x, err := Open(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		err := x.Update(t.Context(), func(tx *Tx) error {
			for j := range 20 {
				blob := x.NewID()
				if err := tx.PutInline(blob, bytes.Repeat([]byte{byte(j)}, 1000)); err != nil {
					return err
				}
				if _, err := tx.PutObject(Bucket{ID: 1, Account: "1"}, Object{Key: fmt.Sprint(i, j), Blob: blob}); err != nil {
					return err
				}
			}
			return tx.PutBucket(Bucket{ID: 1, Name: "b", Account: "1"})
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// mustRead reads an index without the room behind its last page.
func mustRead(t *testing.T, path string) []byte {
	t.Helper()
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	return good[:(len(bytes.TrimRight(good, "\x00"))/page+1)*page]
}

// useAll reads all and writes a little.
func useAll(t *testing.T, path string) error {
	x, err := OpenExisting(path, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	err = x.View(func(tx *Tx) error {
		if _, err := tx.Bucket("b"); err != nil {
			return err
		}
		var bad error
		err := tx.EachBlob(0, func(_ ID, _ int64, err error) bool { bad = errors.Join(bad, err); return true })
		_, counting := tx.Count()
		return errors.Join(err, bad, counting)
	})
	err = errors.Join(err, x.Update(t.Context(), func(tx *Tx) error {
		return errors.Join(tx.PutInline(x.NewID(), bytes.Repeat([]byte{1}, 1000)), tx.Recount())
	}))
	return errors.Join(err, x.Close())
}

// TestDamagedFile overwrites one page after the other. The process lives, and
// whatever it reads wrong it says.
func TestDamagedFile(t *testing.T) {
	path := mustFill(t)
	good := mustRead(t, path)
	page, noticed := os.Getpagesize(), 0
	for _, fill := range []byte{0x00, 0xff, 0x41} {
		for at := 2 * page; at+page <= len(good); at += page {
			bad := bytes.Clone(good)
			copy(bad[at:], bytes.Repeat([]byte{fill}, page))
			if err := os.WriteFile(path, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := useAll(t, path); err != nil {
				noticed++
			}
		}
	}
	if noticed < 100 {
		t.Errorf("only %d damages were noticed", noticed)
	}
	for _, size := range []int{0, 1, page, 3 * page, len(good) / 2} {
		if err := os.WriteFile(path, good[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		if err := useAll(t, path); err == nil {
			t.Errorf("cut to %d bytes: opened", size)
		}
	}
	if err := os.WriteFile(path, good, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := useAll(t, path); err != nil {
		t.Errorf("whole again: %v", err)
	}
}

// TestWalk finds damages without falling over them.
func TestWalk(t *testing.T) {
	path := mustFill(t)
	good := mustRead(t, path)
	walk := func() (n int, err error) {
		x, err := OpenToRead(path)
		if err != nil {
			return 0, err
		}
		err = x.Walk(func(error) { n++ })
		return n, errors.Join(err, x.CloseRead())
	}
	if n, err := walk(); n != 0 || err != nil {
		t.Errorf("a good file: %d findings, %v", n, err)
	}
	page, noticed := os.Getpagesize(), 0
	for at := 2 * page; at+page <= len(good); at += page {
		bad := bytes.Clone(good)
		copy(bad[at:], bytes.Repeat([]byte{0x41}, page))
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		if n, err := walk(); n > 0 || err != nil {
			noticed++
		}
	}
	if noticed < 50 {
		t.Errorf("only %d damages were noticed", noticed)
	}
}
