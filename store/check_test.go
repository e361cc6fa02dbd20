package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/hashicorp/go-memdb"
	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
	"ecc/internal/failpoint"
)

// scratch makes a folder that the caller removes.
func scratch() (dir string, remove func(), err error) {
	dir, err = os.MkdirTemp("", "store-test-")
	return dir, func() { _ = os.RemoveAll(dir) }, err
}

func TestCheckFindsEveryDifference(t *testing.T) {
	inFile := func(fn func(*bolt.Tx) error) func(*Store) error {
		return func(s *Store) error { return s.bolt.Update(fn) }
	}
	inMemory := func(fn func(*memdb.Txn) error) func(*Store) error {
		return func(s *Store) error {
			now := s.current.Load()
			mem := now.mem.Snapshot()
			txn := mem.Txn(true)
			err := fn(txn)
			txn.Commit()
			s.current.Store(&snapshot{mem: mem, rev: now.rev, counts: now.counts})
			return err
		}
	}
	for name, c := range map[string]struct {
		spoil func(*Store) error
		want  string
	}{
		"nothing":            {func(*Store) error { return nil }, ""},
		"lost in the file":   {inFile(func(tx *bolt.Tx) error { return tx.Bucket([]byte("nodes")).Delete([]byte("n1")) }), "records served"},
		"other in the file":  {inFile(put("nodes", "n1", string(seal(KindNode, "n1", []byte(`{"id":"n1","zone":"z-a","address":"x"}`))))), "another record"},
		"damage in the file": {inFile(put("nodes", "n1", "xxxxxxxxx")), "envelope version"},
		"other revision":     {inFile(put("store", "revision", "\x00\x00\x00\x00\x00\x00\x00\x09")), "revision 1 is served, 9 is on disk"},
		"lost in memory":     {inMemory(func(tx *memdb.Txn) error { return tx.Delete("nodes", &cloud.Node{ID: "n1"}) }), "one side ends"},
		"changed in place": {inMemory(func(tx *memdb.Txn) error {
			rec, err := tx.First("instances", primary, []byte("i-1"))
			rec.(*cloud.Instance).Zone = "z-b" // what nobody may do: the index does not follow
			return err
		}), "i-1"},
	} {
		t.Run(name, func(t *testing.T) {
			s := mustNew(t)
			mustUpdate(t, s, seed)
			must0(t, c.spoil(s))
			err := s.Check(t.Context())
			if (err == nil) != (c.want == "") || (err != nil && !strings.Contains(err.Error(), c.want)) {
				t.Fatalf("check: %v, want %q", err, c.want)
			}
		})
	}
}

// A commit that fails takes the turn of a Check with it. The read transaction
// begun in that turn must not stay open: Close would wait for it forever.
func TestCheckInACommitThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{Fatal: func(error) {}})
		failpoint.Enable(t, "store.commit", "1*error(input/output error)")
		release := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { _ = s.Update(t.Context(), func(*Tx) error { <-release; return nil }) })
		synctest.Wait()
		all.Go(func() {
			if err := s.Update(t.Context(), putInstance("i-1")); err == nil {
				t.Error("the commit did not fail")
			}
		})
		synctest.Wait()
		all.Go(func() {
			if err := s.Check(t.Context()); !errors.Is(err, cloud.Unavailable) {
				t.Errorf("check: %v", err)
			}
		})
		synctest.Wait()
		close(release)
		all.Wait()
		if n := s.bolt.Stats().OpenTxN; n != 0 {
			t.Fatalf("%d transactions are left open", n)
		}
	})
}

func TestCheckStopsWithItsContext(t *testing.T) {
	s := mustNew(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestCheckGoesOnWhileOthersWrite(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, seed)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		defer close(done)
		for n := range 1 << 20 {
			err := s.Update(ctx, func(tx *Tx) error {
				return errors.Join(tx.Meta().Put("n", strings.Repeat("x", n%5000)), putInstance("i-1")(tx))
			})
			if err != nil {
				done <- err
				return
			}
		}
	}()
	for range 50 {
		mustCheck(t, s)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}
