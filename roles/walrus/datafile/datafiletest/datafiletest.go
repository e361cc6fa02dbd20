// Package datafiletest says, in tests, what every datafile.Files must do. Only
// tests import it.
package datafiletest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecc/roles/walrus/datafile"
)

// Place is an empty place for files, with a look behind it.
type Place struct {
	datafile.Files
	Reopen func() datafile.Files            // as after a crash of the process that wrote
	Raw    func(id datafile.ID) []byte      // what lies there for a file; nil if nothing
	SetRaw func(id datafile.ID, raw []byte) // puts something else there
	Loose  func() int                       // half-written things that lie about
	Litter func()                           // leaves a half-written thing about
	Hidden func(id datafile.ID) bool        // whether a file is in quarantine
}

// Run runs the suite. open makes a new place for each test.
func Run(t *testing.T, open func(t *testing.T) Place) {
	for name, test := range map[string]func(*testing.T, Place){
		"any range reads back":         anyRange,
		"unknown size":                 unknownSize,
		"flipped bit":                  flippedBit,
		"another file's bytes":         swapped,
		"cut or grown":                 cutOrGrown,
		"missing":                      missing,
		"nothing before commit":        nothingBeforeCommit,
		"abort leaves nothing":         abortLeavesNothing,
		"crash leaves nothing":         crashLeavesNothing,
		"more or less than was said":   brokenPromise,
		"quarantine":                   quarantine,
		"tidy":                         tidy,
		"list and remove":              listAndRemove,
		"closed before it was read":    closedEarly,
		"a range that cannot be":       impossibleRange,
		"many at once":                 manyAtOnce,
		"room for something, at least": room,
	} {
		t.Run(name, func(t *testing.T) { test(t, open(t)) })
	}
}

// Bytes returns n bytes that are always the same.
func Bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

// fataler is what testing.T and rapid.T have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Write makes a file.
func Write(t fataler, f datafile.Files, id datafile.ID, data []byte) {
	t.Helper()
	write(t, f, id, data, int64(len(data)))
}

func write(t fataler, f datafile.Files, id datafile.ID, data []byte, size int64) {
	t.Helper()
	w := begin(t, f, id, data, size)
	if err := w.Commit(); err != nil {
		t.Fatalf("commit: %v", err)
	}
	w.Abort() // does nothing
	if w.Size() != int64(len(data)) {
		t.Fatalf("size %d, want %d", w.Size(), len(data))
	}
}

// begin writes a file without its end.
func begin(t fataler, f datafile.Files, id datafile.ID, data []byte, size int64) datafile.Output {
	t.Helper()
	w, err := f.Create(id, size)
	if err != nil {
		t.Fatalf("create: %v", err)
	}
	for rest := data; len(rest) > 0; {
		n := min(len(rest), 100<<10)
		if _, err := w.Write(rest[:n]); err != nil {
			w.Abort()
			t.Fatalf("write: %v", err)
		}
		rest = rest[n:]
	}
	return w
}

// Read reads a range and returns what came before the end or an error.
func Read(f datafile.Files, id datafile.ID, size, from, to int64) ([]byte, error) {
	r, err := f.Read(id, size, from, to)
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
		if len(b) == 0 || len(b) > datafile.Block {
			return got, errors.Join(errors.New("a piece of a wrong size"), r.Close())
		}
		got = append(got, b...)
	}
}

func ids(t *testing.T, f datafile.Files) []datafile.ID {
	t.Helper()
	var all []datafile.ID
	for id, err := range f.All() {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, id)
	}
	slices.Sort(all)
	return all
}

func anyRange(t *testing.T, p Place) {
	const b = datafile.Block
	for i, size := range []int{0, 1, b - 1, b, b + 1, 3*b + 17, 40*b + 5} {
		id, data := datafile.ID(i), Bytes(size)
		Write(t, p, id, data)
		rapid.Check(t, func(t *rapid.T) {
			from := rapid.IntRange(0, size).Draw(t, "from")
			to := rapid.IntRange(from, size).Draw(t, "to")
			got, err := Read(p, id, int64(size), int64(from), int64(to))
			if err != nil || !bytes.Equal(got, data[from:to]) {
				t.Fatalf("%d bytes, %v", len(got), err)
			}
		})
	}
}

func unknownSize(t *testing.T, p Place) {
	for i, size := range []int{0, 1000, 9 << 20} {
		data := Bytes(size)
		write(t, p, datafile.ID(i), data, -1)
		if got, err := Read(p, datafile.ID(i), int64(size), 0, int64(size)); err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d bytes, %v; want %d", len(got), err, size)
		}
	}
}

// flippedBit: whatever bit of the file changes, no wrong byte comes out.
func flippedBit(t *testing.T, p Place) {
	data := Bytes(2*datafile.Block + 1000)
	Write(t, p, 7, data)
	good := p.Raw(7)
	if len(good) != int(datafile.Stored(int64(len(data)))) {
		t.Fatalf("%d bytes lie there for %d", len(good), len(data))
	}
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(good)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= 1 << rapid.IntRange(0, 7).Draw(t, "bit")
		p.SetRaw(7, bad)
		got, err := Read(p, 7, int64(len(data)), 0, int64(len(data)))
		if !errors.Is(err, datafile.ErrCorrupt) || !bytes.HasPrefix(data, got) {
			t.Fatalf("%d bytes, %v; want ErrCorrupt after good bytes only", len(got), err)
		}
	})
}

func swapped(t *testing.T, p Place) {
	data := Bytes(datafile.Block)
	Write(t, p, 1, data)
	Write(t, p, 2, data)
	p.SetRaw(2, p.Raw(1)) // the right bytes under the wrong number
	if got, err := Read(p, 2, datafile.Block, 0, datafile.Block); !errors.Is(err, datafile.ErrCorrupt) || len(got) > 0 {
		t.Errorf("%d bytes, %v, want ErrCorrupt", len(got), err)
	}
}

func cutOrGrown(t *testing.T, p Place) {
	data := Bytes(2 * datafile.Block)
	Write(t, p, 1, data)
	good, size := p.Raw(1), int64(len(data))
	for name, raw := range map[string][]byte{
		"nothing": {}, "no table": good[:size], "half": good[:size/2], "one byte less": good[:len(good)-1], "one byte more": append(bytes.Clone(good), 0),
	} {
		p.SetRaw(1, raw)
		if got, err := Read(p, 1, size, 0, size); !errors.Is(err, datafile.ErrCorrupt) || !bytes.HasPrefix(data, got) {
			t.Errorf("%s: %d bytes, %v, want ErrCorrupt", name, len(got), err)
		}
		if _, err := Read(p, 1, size, 5, 5); !errors.Is(err, datafile.ErrCorrupt) {
			t.Errorf("%s: nothing of it: %v, want ErrCorrupt", name, err)
		}
	}
}

func missing(t *testing.T, p Place) {
	for _, to := range []int64{0, 10} {
		if _, err := Read(p, 1, 100, 0, to); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%v, want not exist", err)
		}
	}
}

func nothingBeforeCommit(t *testing.T, p Place) {
	data := Bytes(1 << 20)
	w := begin(t, p, 1, data, int64(len(data)))
	if got := ids(t, p); len(got) != 0 {
		t.Errorf("files %v before commit", got)
	}
	if got, err := Read(p, 1, int64(len(data)), 0, 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read before commit: %d bytes, %v", len(got), err)
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := ids(t, p); !slices.Equal(got, []datafile.ID{1}) {
		t.Errorf("files %v after commit, want 1", got)
	}
}

func abortLeavesNothing(t *testing.T, p Place) {
	for i, size := range []int64{1 << 20, 10 << 20, -1} {
		w := begin(t, p, datafile.ID(i), Bytes(1<<20), size)
		w.Abort()
		w.Abort()
		if err := w.Commit(); err == nil {
			t.Error("committed after it was aborted")
		}
	}
	if n := p.Loose(); n != 0 {
		t.Errorf("%d things left", n)
	}
	if got := ids(t, p); len(got) != 0 {
		t.Errorf("files %v", got)
	}
}

func crashLeavesNothing(t *testing.T, p Place) {
	open := begin(t, p, 1, Bytes(1000), 100_000)
	defer open.Abort()
	Write(t, p, 2, Bytes(10))
	again := p.Reopen()
	if n := p.Loose(); n != 0 {
		t.Errorf("%d things left", n)
	}
	if got := ids(t, again); !slices.Equal(got, []datafile.ID{2}) {
		t.Errorf("files %v, want 2 alone", got)
	}
}

func brokenPromise(t *testing.T, p Place) {
	w, err := p.Create(1, 1000)
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(Bytes(1001))
	if err == nil {
		err = w.Commit()
	}
	if err == nil {
		t.Error("more than was said was taken")
	}
	w.Abort()
	if err := begin(t, p, 2, Bytes(999), 1000).Commit(); err == nil {
		t.Error("less than was said was taken")
	}
	if got := ids(t, p); len(got) != 0 || p.Loose() != 0 {
		t.Errorf("left: %v and %d things", got, p.Loose())
	}
}

func listAndRemove(t *testing.T, p Place) {
	const high = 0xfedcba9876543210
	for _, id := range []datafile.ID{0, 1, 0x0100, 0x0200, high} {
		Write(t, p, id, Bytes(10))
	}
	for range 2 {
		if err := p.Remove(0x0100); err != nil {
			t.Error(err)
		}
	}
	if got, want := ids(t, p), []datafile.ID{0, 1, 0x0200, high}; !slices.Equal(got, want) {
		t.Errorf("files %v, want %v", got, want)
	}
	for range p.All() {
		break // may end early
	}
	if _, err := Read(p, 0x0100, 10, 0, 10); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("removed: %v, want not exist", err)
	}
}

func quarantine(t *testing.T, p Place) {
	data := Bytes(datafile.Block + 1)
	for id := range datafile.ID(2) {
		Write(t, p, id, data)
	}
	for range 2 {
		if err := p.Quarantine(1); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Read(p, 1, int64(len(data)), 0, 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("read: %v, want not exist", err)
	}
	if got := ids(t, p); !slices.Equal(got, []datafile.ID{0}) || !p.Hidden(1) || p.Hidden(0) {
		t.Errorf("files %v, in quarantine 0: %v, 1: %v", got, p.Hidden(0), p.Hidden(1))
	}
	again := p.Reopen()
	if !p.Hidden(1) {
		t.Error("lost at the next start")
	}
	if err := again.Remove(1); err != nil || p.Hidden(1) {
		t.Errorf("remove: %v, still there: %v", err, p.Hidden(1))
	}
}

func tidy(t *testing.T, p Place) {
	w := begin(t, p, 1, Bytes(6<<20), -1) // more than a part of an upload
	p.Litter()
	if err := p.Tidy(); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(Bytes(10)); err != nil {
		t.Error(err)
	}
	if err := w.Commit(); err != nil {
		t.Errorf("tidied away what is being written: %v", err)
	}
	if n := p.Loose(); n != 0 {
		t.Errorf("%d things left", n)
	}
}

func closedEarly(t *testing.T, p Place) {
	data := Bytes(20 << 20)
	Write(t, p, 1, data)
	for range 3 {
		r, err := p.Read(1, int64(len(data)), 100, int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		if b, err := r.Next(); err != nil || !bytes.HasPrefix(data[100:], b) {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
	}
}

func impossibleRange(t *testing.T, p Place) {
	Write(t, p, 1, Bytes(10))
	for _, r := range [][2]int64{{-1, 5}, {5, 4}, {0, 11}} {
		if in, err := p.Read(1, 10, r[0], r[1]); err == nil {
			_ = in.Close()
			t.Errorf("%v was opened", r)
		}
	}
}

func manyAtOnce(t *testing.T, p Place) {
	data := Bytes(3 << 20)
	done := make(chan error)
	for i := range 8 {
		go func() {
			w, err := p.Create(datafile.ID(i), int64(len(data)))
			if err == nil {
				if _, err = w.Write(data); err == nil {
					err = w.Commit()
				}
				w.Abort()
			}
			got, rerr := Read(p, datafile.ID(i), int64(len(data)), 1, int64(len(data)))
			if err == nil && !bytes.Equal(got, data[1:]) {
				err = errors.New("other bytes came back")
			}
			done <- errors.Join(err, rerr)
		}()
	}
	for range 8 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func room(t *testing.T, p Place) {
	if n, err := p.Free(); err != nil || n <= 0 {
		t.Errorf("%d bytes free, %v", n, err)
	}
}
