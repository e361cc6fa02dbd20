package index

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"ecc/cloud"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func mustOpen(tb testing.TB, path string) *Index {
	tb.Helper()
	x, err := Open(path, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	return x
}

func newIndex(tb testing.TB) *Index {
	tb.Helper()
	x := mustOpen(tb, filepath.Join(tb.TempDir(), "walrus.db"))
	tb.Cleanup(func() {
		if err := x.Close(); err != nil {
			tb.Error(err)
		}
	})
	return x
}

func put(bucket ID, key string) func(*Tx) error {
	return func(tx *Tx) error { return discardObject(tx.PutObject(Bucket{ID: bucket}, Object{Key: key})) }
}

// TestFailuresAreAlone: updates that fail, after writing or by panic, take
// nothing with them and leave nothing.
func TestFailuresAreAlone(t *testing.T) {
	x := newIndex(t)
	boom := errors.New("boom")
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			err := x.Update(t.Context(), func(tx *Tx) error {
				if err := put(1, fmt.Sprint(i))(tx); err != nil {
					return err
				}
				switch i % 3 {
				case 1:
					return boom
				case 2:
					panic("in an update")
				}
				return nil
			})
			if (err == nil) != (i%3 == 0) || (i%3 == 1 && !errors.Is(err, boom)) {
				t.Errorf("update %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	err := x.View(func(tx *Tx) error {
		page, _, err := tx.List(1, Listing{Max: 100})
		if len(page) != 20 {
			t.Errorf("%d objects, want 20", len(page))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestReopen(t *testing.T) {
	path := filepath.Join(t.TempDir(), "walrus.db")
	x := mustOpen(t, path)
	var want Object
	o := Object{Key: "k", Blob: 7, Summary: Summary{Modified: time.Unix(1, 2).UTC(), Size: 9, ETag: "e"}, Details: Details{Account: "1", Parts: 3}}
	if err := x.Update(t.Context(), func(tx *Tx) error { o, err := tx.PutObject(Bucket{ID: 1}, o); want = o; return err }); err != nil {
		t.Fatal(err)
	}
	id := x.NewID()
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
	if err := x.Update(t.Context(), put(1, "late")); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("update after close: %v, want unavailable", err)
	}
	x = mustOpen(t, path)
	defer x.Close()
	if again := x.NewID(); again <= id {
		t.Errorf("id %x after a restart, %x before", again, id)
	}
	err := x.View(func(tx *Tx) error {
		got, err := tx.Object(1, "k")
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if _, err := tx.Object(1, "none"); !errors.Is(err, cloud.NotFound) {
			t.Errorf("none: %v", err)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecondOpenIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "walrus.db")
	x := mustOpen(t, path)
	defer x.Close()
	if _, err := Open(path, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "another ecc holds this file") {
		t.Errorf("%v", err)
	}
}

// An index that is missing or was cut to nothing is not made anew when there
// are files it should know, however often that is tried.
func TestOpenExistingMakesNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "walrus.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := OpenExisting(path, slog.New(slog.DiscardHandler)); !errors.Is(err, errNoIndex) {
			t.Fatalf("%v, want %v", err, errNoIndex)
		}
	}
	if err := mustOpen(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	x, err := OpenExisting(path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestListLikeASlice compares pages with what a plain loop over all keys
// gives.
func TestListLikeASlice(t *testing.T) {
	x := newIndex(t)
	bucket := ID(0)
	rapid.Check(t, func(t *rapid.T) {
		bucket++
		keys := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab/\U0010FFFF")), 1, 5, -1), 0, 30).Draw(t, "keys")
		err := x.Update(context.Background(), func(tx *Tx) error {
			var all error
			for _, k := range keys {
				all = errors.Join(all, put(bucket, k)(tx), put(bucket+1<<32, k)(tx))
			}
			return all
		})
		if err != nil {
			t.Fatal(err)
		}
		l := Listing{
			Prefix: rapid.StringMatching("[ab/]{0,2}").Draw(t, "prefix"), Delimiter: rapid.SampledFrom([]string{"", "/", "b/", "a"}).Draw(t, "delimiter"),
			After: rapid.StringMatching("[ab/]{0,4}").Draw(t, "after"), Max: rapid.IntRange(1, 5).Draw(t, "max"),
		}
		want := naive(keys, l)
		var got []string
		for more := true; more; {
			var page []Listed
			if err := x.View(func(tx *Tx) (err error) { page, more, err = tx.List(bucket, l); return err }); err != nil {
				t.Fatal(err)
			}
			for _, e := range page {
				got = append(got, fmt.Sprint(e.Key, e.Group))
				l.After = e.Key
			}
			if more && len(page) != l.Max {
				t.Fatalf("a page of %d, and more", len(page))
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %q, want %q", got, want)
		}
	})
}

// naive lists by the definition.
func naive(keys []string, l Listing) []string {
	entries := map[string]bool{}
	for _, k := range keys {
		if !strings.HasPrefix(k, l.Prefix) {
			continue
		}
		e, group := k, false
		if i := strings.Index(k[len(l.Prefix):], l.Delimiter); l.Delimiter != "" && i >= 0 {
			e, group = k[:len(l.Prefix)+i+len(l.Delimiter)], true
		}
		if e > l.After && !(group && strings.HasPrefix(l.After, e)) {
			entries[e] = group
		}
	}
	var out []string
	for e := range entries {
		out = append(out, e)
	}
	slices.Sort(out)
	for i, e := range out {
		out[i] = fmt.Sprint(e, entries[e])
	}
	return out
}

func TestStretches(t *testing.T) {
	x := newIndex(t)
	blob := x.NewID()
	sizes := []int64{5, 0, 3, 1}
	var extents []Extent
	end := int64(0)
	for i, n := range sizes {
		end += n
		extents = append(extents, Extent{File: ID(100 + i), End: end, Part: uint32(i + 1)})
	}
	if err := x.Update(t.Context(), func(tx *Tx) error { return tx.PutExtents(blob, extents) }); err != nil {
		t.Fatal(err)
	}
	for from := int64(0); from <= end; from++ {
		for to := from; to <= end; to++ {
			var got []Stretch
			if err := x.View(func(tx *Tx) (err error) { _, got, err = tx.Bytes(blob, from, to); return err }); err != nil {
				t.Fatal(err)
			}
			at := from
			for _, s := range got {
				i := int(s.File) - 100
				start := extents[i].End - sizes[i]
				if s.Size != sizes[i] || start+s.From != at || s.From >= s.To || s.To > s.Size {
					t.Errorf("%d to %d: %+v", from, to, got)
				}
				at += s.To - s.From
			}
			if at != to {
				t.Errorf("%d to %d ends at %d", from, to, at)
			}
		}
	}
	if err := x.View(func(tx *Tx) error { _, _, err := tx.Bytes(blob, 0, end+1); return err }); !errors.Is(err, ErrCorrupt) {
		t.Errorf("behind the end: %v, want corrupt", err)
	}
}

// TestShares: the last object to use a blob makes it garbage.
func TestShares(t *testing.T) {
	x := newIndex(t)
	update := func(fn func(*Tx) error) {
		t.Helper()
		if err := x.Update(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	garbage := func() (n int) {
		t.Helper()
		err := x.View(func(tx *Tx) error {
			g, err := tx.Garbage(Garbage{}, 10)
			n = len(g)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	update(func(tx *Tx) error {
		return errors.Join(tx.AddFile(5, 1), tx.PutExtents(9, []Extent{{File: 5, End: 1}}), discardObject(tx.PutObject(Bucket{ID: 1}, Object{Key: "a", Blob: 9})))
	})
	update(func(tx *Tx) error {
		return errors.Join(tx.Share(9), discardObject(tx.PutObject(Bucket{ID: 1}, Object{Key: "b", Blob: 9})))
	})
	update(func(tx *Tx) error {
		return errors.Join(tx.Share(9), discardObject(tx.PutObject(Bucket{ID: 1}, Object{Key: "b", Blob: 9})))
	}) // onto itself
	update(func(tx *Tx) error { return deleteKey(tx, "a") })
	if garbage() != 0 {
		t.Error("garbage while an object uses it")
	}
	update(func(tx *Tx) error { return deleteKey(tx, "b") })
	if garbage() != 1 {
		t.Error("no garbage after the last object went")
	}
	update(func(tx *Tx) error {
		done, err := tx.Forget(Garbage{DeadBlob, 9}, 10)
		if !done || tx.HasFile(5) {
			t.Error("not forgotten")
		}
		return err
	})
	if garbage() != 0 {
		t.Error("garbage after it was forgotten")
	}
}

func discardObject(_ Object, err error) error { return err }

func deleteKey(tx *Tx, key string) error {
	o, err := tx.Object(1, key)
	if err != nil {
		return err
	}
	return tx.DeleteVersion(Bucket{ID: 1}, o)
}
