package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

func TestWatchTellsEveryChangeOnceInOrder(t *testing.T) {
	const writers, each = 8, 40
	s := mustNew(t)
	var all sync.WaitGroup
	for range 3 {
		w, err := s.Watch(0)
		must0(t, err)
		all.Go(func() { follow(t, s, w, writers, each) })
	}
	for w := range writers {
		all.Go(func() {
			for n := range each {
				must0(t, s.Update(t.Context(), putInstance(fmt.Sprintf("i-%d-%03d", w, n))))
			}
		})
	}
	all.Wait()
	if st := s.Stats(); st.Commits >= writers*each {
		t.Logf("no commit was shared: %+v", st) // then the order within one was not tried
	}
}

// follow checks one watcher: revisions never fall, every writer's records come
// in its order and once, and a view never is behind a change.
func follow(t *testing.T, s *Store, w *Watch, writers, each int) {
	next := make([]int, writers)
	var last cloud.Revision
	for seen := 0; seen < writers*each; {
		changes, err := w.Next(t.Context())
		if err != nil {
			t.Errorf("next: %v", err)
			return
		}
		mustView(t, s, func(tx *Tx) {
			for _, c := range changes {
				var writer, n int
				if _, err := fmt.Sscanf(c.Key, "i-%d-%d", &writer, &n); err != nil || c.Kind != KindInstance || c.Deleted {
					t.Errorf("change %+v", c)
				}
				if c.Revision < last || c.Revision > tx.Revision() || n != next[writer] {
					t.Errorf("%+v after revision %d, number %d wanted, view at %d", c, last, next[writer], tx.Revision())
				}
				if _, ok := tx.Instances().Get(cloud.InstanceID(c.Key)); !ok {
					t.Errorf("%s is announced and not there", c.Key)
				}
				last = c.Revision
				next[writer]++
				seen++
			}
		})
		if w.Revision() != last {
			t.Errorf("watch at %d, last change %d", w.Revision(), last)
		}
	}
}

func TestWatchTellsWhatAnUpdateDid(t *testing.T) {
	s := mustNew(t)
	mustUpdate(t, s, func(tx *Tx) error {
		return errors.Join(tx.Nodes().Put(cloud.Node{ID: "n"}), tx.Meta().Put("a", "b"), putInstance("i-1")(tx))
	})
	mustUpdate(t, s, func(tx *Tx) error {
		return errors.Join(tx.Nodes().Delete("n"), tx.Nodes().Put(cloud.Node{ID: "m"}), tx.Nodes().Put(cloud.Node{ID: "m", Zone: "z"}))
	})
	w, err := s.Watch(0)
	must0(t, err)
	got, err := w.Next(t.Context())
	must0(t, err)
	want := []Change{
		{1, KindNode, "n", false}, {1, KindMeta, "a", false}, {1, KindInstance, "i-1", false},
		{2, KindNode, "n", true}, {2, KindNode, "m", false},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestWatchThatFellBehindIsStale(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	s := mustOpen(t, path, Options{History: 8})
	w, err := s.Watch(0)
	must0(t, err)
	for i := range 30 {
		mustUpdate(t, s, putInstance(fmt.Sprintf("i-%02d", i)))
	}
	if _, err := w.Next(t.Context()); !errors.Is(err, cloud.Stale) {
		t.Errorf("next: %v", err)
	}
	for after, stale := range map[cloud.Revision]bool{0: true, 10: true, 22: false, 29: false, 30: false, 31: true} {
		w, err := s.Watch(after)
		if errors.Is(err, cloud.Stale) != stale {
			t.Errorf("watch after %d: %v", after, err)
		}
		if err != nil || after == 30 {
			continue
		}
		got, err := w.Next(t.Context())
		must0(t, err)
		if len(got) != int(30-after) || got[0].Revision != after+1 {
			t.Errorf("watch after %d: %d changes from %d", after, len(got), got[0].Revision)
		}
	}
	must0(t, s.Close())

	s = mustOpen(t, path, Options{})
	if _, err := s.Watch(29); !errors.Is(err, cloud.Stale) {
		t.Errorf("after reopening: %v", err)
	}
	if _, err := s.Watch(30); err != nil {
		t.Errorf("after reopening: %v", err)
	}
}

func TestHandedOutChangesAreNeverOverwritten(t *testing.T) {
	s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{History: 4})
	w, err := s.Watch(0)
	must0(t, err)
	for i := range 5 {
		mustUpdate(t, s, putInstance(fmt.Sprint("i-first-", i)))
	}
	got, err := w.Next(t.Context())
	must0(t, err)
	before := slices.Clone(got)
	for i := range 20 {
		mustUpdate(t, s, putInstance(fmt.Sprint("i-", i)))
	}
	if d := cmp.Diff(before, got); d != "" {
		t.Error(d)
	}
}

func TestWaitLooksAtTheLevel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		mustUpdate(t, s, putInstance("i-1"))
		mustUpdate(t, s, putInstance("i-2"))
		if rev, err := s.Wait(t.Context(), 0); rev != 2 || err != nil {
			t.Errorf("wait after 0: %d, %v", rev, err)
		}
		var all sync.WaitGroup
		for after, want := range map[cloud.Revision]cloud.Revision{2: 3, 3: 4} {
			all.Go(func() {
				if rev, err := s.Wait(t.Context(), after); rev != want || err != nil {
					t.Errorf("wait after %d: %d, %v", after, rev, err)
				}
			})
		}
		for i := 3; i <= 4; i++ {
			synctest.Wait()
			mustUpdate(t, s, putInstance(fmt.Sprint("i-", i)))
		}
		all.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Wait(ctx, 4); !errors.Is(err, context.Canceled) {
			t.Errorf("wait with an ended context: %v", err)
		}
	})
}
