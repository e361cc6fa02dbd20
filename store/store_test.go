package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/internal/failpoint"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		crashChild(path, os.Getenv(childMode))
	}
	goleak.VerifyTestMain(m)
}

// mustOpen opens a store that is closed at the end of the test.
func mustOpen(tb testing.TB, path string, o Options) *Store {
	tb.Helper()
	s, err := Open(path, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}

func mustNew(tb testing.TB) *Store {
	tb.Helper()
	return mustOpen(tb, filepath.Join(tb.TempDir(), "ecc.db"), Options{})
}

func mustUpdate(tb testing.TB, s *Store, fn func(*Tx) error) {
	tb.Helper()
	if err := s.Update(tb.Context(), fn); err != nil {
		tb.Fatal(err)
	}
}

func mustView(tb testing.TB, s *Store, fn func(*Tx)) {
	tb.Helper()
	if err := s.View(tb.Context(), func(tx *Tx) error { fn(tx); return nil }); err != nil {
		tb.Fatal(err)
	}
}

func mustCheck(tb testing.TB, s *Store) {
	tb.Helper()
	if err := s.Check(tb.Context()); err != nil {
		tb.Fatalf("check: %v", err)
	}
}

func putInstance(id string) func(*Tx) error {
	return func(tx *Tx) error { return tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id)}) }
}

func instanceIDs(tx *Tx) []string {
	var ids []string
	for i := range tx.Instances().All() {
		ids = append(ids, string(i.ID))
	}
	return ids
}

func TestRecordsAndRevisionSurviveReopening(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	s := mustOpen(t, path, Options{})
	mustUpdate(t, s, putInstance("i-1"))
	mustUpdate(t, s, putInstance("i-2"))
	mustUpdate(t, s, func(tx *Tx) error { return tx.Instances().Delete("i-1") })
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = mustOpen(t, path, Options{})
	if got := s.Revision(); got != 3 {
		t.Errorf("revision %d, want 3", got)
	}
	mustView(t, s, func(tx *Tx) {
		if got := instanceIDs(tx); !slices.Equal(got, []string{"i-2"}) {
			t.Errorf("instances %v", got)
		}
	})
	mustCheck(t, s)
}

func TestUpdateSeesItsOwnWritesAndAViewDoesNot(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, func(tx *Tx) error {
		if err := putInstance("i-1")(tx); err != nil {
			return err
		}
		if got := instanceIDs(tx); !slices.Equal(got, []string{"i-1"}) || tx.Instances().Len() != 1 {
			t.Errorf("within: %v, %d", got, tx.Instances().Len())
		}
		mustView(t, s, func(v *Tx) {
			if got := instanceIDs(v); got != nil {
				t.Errorf("a view saw %v", got)
			}
		})
		return nil
	})
}

func TestViewKeepsItsSnapshot(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, putInstance("i-1"))
	mustView(t, s, func(tx *Tx) {
		mustUpdate(t, s, func(w *Tx) error {
			if err := w.Instances().Delete("i-1"); err != nil {
				return err
			}
			return putInstance("i-2")(w)
		})
		if got := instanceIDs(tx); !slices.Equal(got, []string{"i-1"}) || tx.Revision() != 1 {
			t.Errorf("the view changed to %v at revision %d", got, tx.Revision())
		}
	})
}

func TestRevisionWithinAnUpdateIsTheOneItCommitsAs(t *testing.T) {
	s := mustNew(t)
	for want := cloud.Revision(1); want <= 3; want++ {
		mustUpdate(t, s, func(tx *Tx) error {
			if tx.Revision() != want {
				t.Errorf("within: %d, want %d", tx.Revision(), want)
			}
			return putInstance(fmt.Sprint("i-", want))(tx)
		})
		if s.Revision() != want {
			t.Errorf("after: %d, want %d", s.Revision(), want)
		}
	}
}

func TestAnUpdateThatChangesNothingMakesNoRevision(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, putInstance("i-1"))
	for name, fn := range map[string]func(*Tx) error{
		"reads only":      func(*Tx) error { return nil },
		"the same record": putInstance("i-1"),
		"deletes nothing": func(tx *Tx) error { return tx.Instances().Delete("i-2") },
	} {
		mustUpdate(t, s, fn)
		if got, commits := s.Revision(), s.Stats().Commits; got != 1 || commits != 1 {
			t.Errorf("%s: revision %d, %d commits", name, got, commits)
		}
	}
}

func TestNowIsFixedAndUTC(t *testing.T) {
	zone := time.FixedZone("far", 5*3600)
	at := time.Date(2026, 1, 2, 3, 4, 5, 6, zone)
	s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{Now: func() time.Time { return at }})
	check := func(tx *Tx) error {
		if tx.Now != at.UTC() {
			t.Errorf("now %v", tx.Now)
		}
		return nil
	}
	mustUpdate(t, s, check)
	mustView(t, s, func(tx *Tx) { _ = check(tx) })
}

func TestTransactionIsDeadAfterItsFunction(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, putInstance("i-1"))
	var kept *Tx
	mustUpdate(t, s, func(tx *Tx) error { kept = tx; return nil })
	wantPanic(t, "get after update", func() { kept.Instances().Get("i-1") })
	wantPanic(t, "put after update", func() { _ = putInstance("i-2")(kept) })

	mustView(t, s, func(tx *Tx) { kept = tx })
	all := kept.Instances().All()
	wantPanic(t, "iterate after view", func() { all(func(cloud.Instance) bool { return true }) })
	wantPanic(t, "length after view", func() { kept.Instances().Len() })
	wantPanic(t, "revision after view", func() { kept.Revision() })
}

func TestWritingInAViewPanics(t *testing.T) {
	s := mustNew(t)
	mustView(t, s, func(tx *Tx) {
		wantPanic(t, "put", func() { _ = putInstance("i-1")(tx) })
		wantPanic(t, "delete", func() { _ = tx.Instances().Delete("i-1") })
	})
}

func wantPanic(t *testing.T, what string, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s: no panic", what)
		}
	}()
	fn()
}

func TestClosedStoreRefuses(t *testing.T) {
	s := mustNew(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	wantRefused(t, s, errClosed)
}

// wantRefused checks that everything a stopped store is asked fails, and why.
func wantRefused(t *testing.T, s *Store, cause error) {
	t.Helper()
	nothing := func(*Tx) error { t.Error("the function ran"); return nil }
	_, wait := s.Wait(t.Context(), s.Revision())
	w, err := s.Watch(s.Revision())
	if err != nil {
		t.Fatal(err)
	}
	_, next := w.Next(t.Context())
	for what, err := range map[string]error{
		"update": s.Update(t.Context(), nothing),
		"view":   s.View(t.Context(), nothing),
		"check":  s.Check(t.Context()),
		"wait":   wait,
		"next":   next,
	} {
		if !errors.Is(err, cloud.Unavailable) || (cause != nil && !errors.Is(err, cause)) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestCloseEndsWaiters(t *testing.T) {
	s := mustNew(t)
	got := make(chan error)
	go func() {
		_, err := s.Wait(context.WithoutCancel(t.Context()), 0)
		got <- err
	}()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-got; !errors.Is(err, cloud.Unavailable) {
		t.Fatalf("wait: %v", err)
	}
}

func TestSecondOpenSaysWhoHoldsTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	mustOpen(t, path, Options{})
	_, err := Open(path, Options{LockTimeout: time.Millisecond})
	if err == nil || !strings.Contains(err.Error(), "another ecc holds this file") || !strings.Contains(err.Error(), path) {
		t.Fatalf("error %v", err)
	}
}

func TestFileIsForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	mustOpen(t, path, Options{})
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Fatalf("mode %o", got)
	}
}

func TestOpenRefusesWhatItCannotServe(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, path string)
		want  string
	}{
		"no folder":     {func(t *testing.T, path string) { must0(t, os.Remove(filepath.Dir(path))) }, "no such file"},
		"not bbolt":     {func(t *testing.T, path string) { must0(t, os.WriteFile(path, bytes.Repeat([]byte("x"), 1<<16), 0o600)) }, "invalid"},
		"foreign bbolt": {func(t *testing.T, path string) { alter(t, path, makeBucket("else")) }, "something else"},
		"newer schema": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, put("store", "schema", "\x00\x00\x00\x00\x00\x00\x03\xe7"))
		}, "newer ecc"},
		"short schema": {func(t *testing.T, path string) { create(t, path); alter(t, path, put("store", "schema", "1")) }, "damaged"},
		"short revision": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, put("store", "revision", "1"))
		}, "damaged"},
		"missing bucket": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, func(tx *bolt.Tx) error { return tx.DeleteBucket([]byte("images")) })
		}, "no bucket images"},
		"nested bucket": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, func(tx *bolt.Tx) error {
				_, err := tx.Bucket([]byte("images")).CreateBucket([]byte("x"))
				return err
			})
		}, "holds a bucket"},
		"flipped bit": {func(t *testing.T, path string) {
			create(t, path)
			v := seal(KindNode, "n", []byte(`{"id":"n"}`))
			v[len(v)-1] ^= 1
			alter(t, path, put("nodes", "n", string(v)))
		}, "checksum"},
		"other key": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, put("nodes", "n", string(seal(KindNode, "n", []byte(`{"id":"m"}`)))))
		}, `calls itself "m"`},
		"unknown field": {func(t *testing.T, path string) {
			create(t, path)
			alter(t, path, put("nodes", "n", string(seal(KindNode, "n", []byte(`{"id":"n","colour":1}`)))))
		}, "unknown field"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "d", "ecc.db")
			must0(t, os.Mkdir(filepath.Dir(path), 0o700))
			c.spoil(t, path)
			s, err := Open(path, Options{})
			if err == nil {
				must0(t, s.Close())
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Fatalf("error %q does not say %q", err, c.want)
			}
		})
	}
}

func must0(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// create makes an empty store's file.
func create(t *testing.T, path string) {
	t.Helper()
	s, err := Open(path, Options{})
	must0(t, err)
	must0(t, s.Close())
}

// alter changes a file behind the store's back.
func alter(t *testing.T, path string, fn func(*bolt.Tx) error) {
	t.Helper()
	db, err := bolt.Open(path, 0o600, nil)
	must0(t, err)
	must0(t, db.Update(fn))
	must0(t, db.Close())
}

func makeBucket(name string) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error { _, err := tx.CreateBucket([]byte(name)); return err }
}

func put(bucket, key, value string) func(*bolt.Tx) error {
	return func(tx *bolt.Tx) error { return tx.Bucket([]byte(bucket)).Put([]byte(key), []byte(value)) }
}

var _ failpoint.TB = (testing.TB)(nil)
