package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"ecc/cloud"
	"ecc/internal/failpoint"
)

// together runs the functions in one batch: they are all waiting when the
// committer gathers. It returns their results.
func together(t *testing.T, s *Store, fns ...func(*Tx) error) []error {
	t.Helper()
	release := make(chan struct{})
	var all sync.WaitGroup
	all.Go(func() {
		must0(t, s.Update(t.Context(), func(*Tx) error { <-release; return nil }))
	})
	synctest.Wait()
	results := make([]error, len(fns))
	for i, fn := range fns {
		all.Go(func() { results[i] = s.Update(t.Context(), fn) })
		synctest.Wait() // keeps the order
	}
	close(release)
	all.Wait()
	return results
}

func TestUpdatesThatWaitTogetherShareOneCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		var fns []func(*Tx) error
		for i := range 64 {
			fns = append(fns, putInstance(fmt.Sprintf("i-%02d", i)))
		}
		for _, err := range together(t, s, fns...) {
			must0(t, err)
		}
		st := s.Stats()
		if st.Commits != 1 || st.Updates != 64 || st.Largest != 65 || st.Revision != 1 {
			t.Errorf("%+v", st)
		}
		if st.Records[KindInstance] != 64 {
			t.Errorf("%d instances", st.Records[KindInstance])
		}
		mustCheck(t, s)
	})
}

func TestTheLastWriterOfABatchWins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		zone := func(z string) func(*Tx) error {
			return func(tx *Tx) error { return tx.Nodes().Put(cloud.Node{ID: "n", Zone: z}) }
		}
		gone := func(tx *Tx) error { return tx.Nodes().Delete("n") }
		together(t, s, zone("a"), gone, zone("b"), zone("c"))
		if st := s.Stats(); st.Commits != 1 || st.Updates != 4 {
			t.Errorf("%+v", st)
		}
		mustCheck(t, s)
		mustView(t, s, func(tx *Tx) {
			if n, _ := tx.Nodes().Get("n"); n.Zone != "c" {
				t.Errorf("zone %q", n.Zone)
			}
		})
	})
}

func TestABatchIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		var fns []func(*Tx) error
		for i := range maxBatchUpdates + 10 {
			fns = append(fns, putInstance(fmt.Sprintf("i-%04d", i)))
		}
		together(t, s, fns...)
		if st := s.Stats(); st.Commits != 2 || st.Largest != maxBatchUpdates {
			t.Errorf("%+v", st)
		}
	})
}

func TestFailedUpdatesLeaveTheirBatchAlone(t *testing.T) {
	boom := errors.New("boom")
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		canceled, cancel := context.WithCancel(t.Context())
		fail := func(end func(*Tx) error) func(*Tx) error {
			return func(tx *Tx) error {
				if _, ok := tx.Instances().Get("i-before"); !ok {
					t.Error("does not see the batch-mate before it")
				}
				if _, ok := tx.Instances().Get("i-never"); ok {
					t.Error("sees what a failed one wrote")
				}
				must0(t, tx.Instances().Delete("i-before"))
				must0(t, putInstance("i-never")(tx))
				must0(t, putInstance("i-never-too")(tx))
				return end(tx)
			}
		}
		results := together(t, s,
			putInstance("i-before"),
			fail(func(*Tx) error { return boom }),
			fail(func(*Tx) error { panic("ouch") }),
			fail(func(*Tx) error { cancel(); return canceled.Err() }),
			fail(func(tx *Tx) error { _ = putInstance("")(tx); return nil }), // overlooks the error
			putInstance("i-after"),
		)
		wants := []func(error) bool{
			func(err error) bool { return err == nil },
			func(err error) bool { return errors.Is(err, boom) },
			func(err error) bool { return err != nil && strings.Contains(err.Error(), "ouch") },
			func(err error) bool { return errors.Is(err, context.Canceled) },
			func(err error) bool { return errors.Is(err, cloud.Missing) },
			func(err error) bool { return err == nil },
		}
		for i, ok := range wants {
			if !ok(results[i]) {
				t.Errorf("update %d: %v", i, results[i])
			}
		}
		mustView(t, s, func(tx *Tx) {
			if got := fmt.Sprint(instanceIDs(tx)); got != "[i-after i-before]" {
				t.Errorf("instances %v", got)
			}
		})
		if st := s.Stats(); st.Commits != 1 || st.Failed != 4 {
			t.Errorf("%+v", st)
		}
		mustCheck(t, s)
	})
}

func TestPanicIsLogged(t *testing.T) {
	var log strings.Builder
	s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	err := s.Update(t.Context(), func(*Tx) error { panic("ouch") })
	if err == nil || !strings.Contains(log.String(), "ouch") || !strings.Contains(log.String(), "TestPanicIsLogged") {
		t.Errorf("error %v, log %s", err, log.String())
	}
}

func TestAFunctionThatEndsItsGoroutineDoesNotEndTheStore(t *testing.T) {
	s := mustNew(t)
	var done sync.WaitGroup
	done.Go(func() {
		_ = s.Update(t.Context(), func(tx *Tx) error {
			must0(t, putInstance("i-never")(tx))
			runtime.Goexit() // what t.Fatal does
			return nil
		})
	})
	done.Wait()
	mustUpdate(t, s, putInstance("i-1"))
	mustView(t, s, func(tx *Tx) {
		if got := fmt.Sprint(instanceIDs(tx)); got != "[i-1]" {
			t.Errorf("instances %v", got)
		}
	})
}

func TestUpdateWithAnEndedContextDoesNotRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := mustNew(t)
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		var all sync.WaitGroup
		all.Go(func() { must0(t, s.Update(t.Context(), func(*Tx) error { <-release; return nil })) })
		synctest.Wait()
		var err error
		all.Go(func() { err = s.Update(ctx, func(*Tx) error { t.Error("ran"); return nil }) })
		synctest.Wait()
		cancel()
		synctest.Wait()
		close(release)
		all.Wait()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("queued: %v", err)
		}
		if err := call(ctx, nil, func(*Tx) error { t.Error("ran"); return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("when its turn came: %v", err)
		}
		if err := s.Update(ctx, putInstance("i-1")); !errors.Is(err, context.Canceled) {
			t.Errorf("not queued: %v", err)
		}
		if err := s.View(ctx, func(*Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("view: %v", err)
		}
	})
}

func TestALateFunctionIsLogged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		s := mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithTimeout(t.Context(), 2*turnPatience)
		defer cancel()
		mustUpdate(t, s, func(*Tx) error { <-ctx.Done(); return nil })
		if !strings.Contains(log.String(), "keeps all others waiting") {
			t.Errorf("log %s", log.String())
		}
	})
}

func TestCommitErrorIsFatal(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ecc.db")
	fatal := make(chan error, 2)
	s := mustOpen(t, path, Options{Fatal: func(err error) { fatal <- err }})
	mustUpdate(t, s, putInstance("i-1"))
	failpoint.Enable(t, "store.commit", "1*error(input/output error)")
	if err := s.Update(t.Context(), putInstance("i-2")); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("update: %v", err)
	}
	if err := <-fatal; !strings.Contains(err.Error(), "input/output error") {
		t.Errorf("fatal: %v", err)
	}
	if s.Revision() != 1 {
		t.Errorf("revision %d was published", s.Revision())
	}
	wantRefused(t, s, s.stopErr)
	must0(t, s.Close())
	if len(fatal) > 0 {
		t.Error("fatal twice")
	}

	s = mustOpen(t, path, Options{})
	mustView(t, s, func(tx *Tx) {
		if got := fmt.Sprint(instanceIDs(tx)); got != "[i-1]" {
			t.Errorf("instances %v", got)
		}
	})
}

func TestFatalMayClose(t *testing.T) {
	var s *Store
	closed := make(chan error)
	s = mustOpen(t, filepath.Join(t.TempDir(), "ecc.db"), Options{Fatal: func(error) { closed <- s.Close() }})
	failpoint.Enable(t, "store.commit", "error(x)")
	if err := s.Update(t.Context(), putInstance("i-1")); err == nil {
		t.Fatal("no error")
	}
	must0(t, <-closed)
}
