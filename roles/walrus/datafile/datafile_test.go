package datafile

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"pgregory.net/rapid"
)

func mustOpen(tb testing.TB, root string) *Dir {
	tb.Helper()
	d, err := Open(root)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func mustWrite(tb testing.TB, d *Dir, id ID, data []byte) {
	tb.Helper()
	w, err := d.Create(id)
	if err != nil {
		tb.Fatal(err)
	}
	for rest := data; len(rest) > 0; {
		n := min(len(rest), 100<<10)
		if _, err := w.Write(rest[:n]); err != nil {
			tb.Fatal(err)
		}
		rest = rest[n:]
	}
	if err := w.Commit(); err != nil {
		tb.Fatal(err)
	}
}

func readAll(d *Dir, id ID, size, from, to int64) ([]byte, error) {
	r, err := d.Read(id, size, from, to)
	if err != nil {
		return nil, err
	}
	var got []byte
	for {
		b, err := r.Next()
		if errors.Is(err, io.EOF) {
			return got, r.Close()
		}
		if err != nil {
			return got, errors.Join(err, r.Close())
		}
		got = append(got, b...)
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestAnyRangeReadsBack(t *testing.T) {
	d := mustOpen(t, t.TempDir())
	for i, size := range []int{0, 1, Block - 1, Block, Block + 1, 3*Block + 17} {
		data := random(size)
		mustWrite(t, d, ID(i), data)
		rapid.Check(t, func(t *rapid.T) {
			from := rapid.Int64Range(0, int64(size)).Draw(t, "from")
			to := rapid.Int64Range(from, int64(size)).Draw(t, "to")
			got, err := readAll(d, ID(i), int64(size), from, to)
			if err != nil || !bytes.Equal(got, data[from:to]) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
		})
	}
}

// TestFlippedBit: whatever bit of the file changes, no wrong byte comes out.
func TestFlippedBit(t *testing.T) {
	root := t.TempDir()
	d := mustOpen(t, root)
	data := random(2*Block + 1000)
	mustWrite(t, d, 7, data)
	path := filepath.Join(root, "data", "07", ID(7).String())
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(good)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		if err := os.WriteFile(path, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := readAll(d, 7, int64(len(data)), 0, int64(len(data)))
		if !errors.Is(err, ErrCorrupt) || !bytes.HasPrefix(data, got) {
			t.Fatalf("%d bytes, %v; want ErrCorrupt after good bytes only", len(got), err)
		}
	})
}

func TestTruncatedOrSwapped(t *testing.T) {
	root := t.TempDir()
	d := mustOpen(t, root)
	data := random(Block)
	mustWrite(t, d, 1, data)
	mustWrite(t, d, 2, data)
	one, two := filepath.Join(root, "data", "01", ID(1).String()), filepath.Join(root, "data", "02", ID(2).String())
	if err := os.Rename(one, two); err != nil { // the right bytes under the wrong number
		t.Fatal(err)
	}
	if _, err := readAll(d, 2, Block, 0, Block); !errors.Is(err, ErrCorrupt) {
		t.Errorf("swapped: %v, want ErrCorrupt", err)
	}
	if err := os.Truncate(two, Block); err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(d, 2, Block, 0, Block); !errors.Is(err, ErrCorrupt) {
		t.Errorf("truncated: %v, want ErrCorrupt", err)
	}
	if _, err := readAll(d, 1, Block, 0, Block); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v, want not exist", err)
	}
}

func TestHalfWrittenFilesGo(t *testing.T) {
	root := t.TempDir()
	d := mustOpen(t, root)
	w, err := d.Create(1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(random(1000)); err != nil {
		t.Fatal(err)
	}
	mustWrite(t, d, 2, random(10))
	d = mustOpen(t, root) // as after a crash
	if left, err := os.ReadDir(filepath.Join(root, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left under tmp: %v, %v", left, err)
	}
	var ids []ID
	for id, err := range d.All() {
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if len(ids) != 1 || ids[0] != 2 {
		t.Errorf("files %v, want 2 alone", ids)
	}
	for range 2 {
		if err := d.Remove(2); err != nil {
			t.Errorf("remove: %v", err)
		}
	}
}

func TestAbortLeavesNothing(t *testing.T) {
	root := t.TempDir()
	d := mustOpen(t, root)
	w, err := d.Create(1)
	if err != nil {
		t.Fatal(err)
	}
	w.Abort()
	w.Abort()
	if left, err := os.ReadDir(filepath.Join(root, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left under tmp: %v, %v", left, err)
	}
}
