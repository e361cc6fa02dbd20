package keylock

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
)

func TestOneHolderPerKey(t *testing.T) {
	var (
		l  Locks[string]
		wg sync.WaitGroup
		n  = map[string]*int{"a": new(int), "b": new(int)} // guarded by the locks alone: -race proves it
	)
	for range 50 {
		for key := range n {
			wg.Go(func() {
				unlock, err := l.Lock(t.Context(), key)
				if err != nil {
					t.Error(err)
					return
				}
				*n[key]++
				unlock()
			})
		}
	}
	wg.Wait()
	if *n["a"] != 50 || *n["b"] != 50 {
		t.Errorf("counted %d and %d, want 50 each", *n["a"], *n["b"])
	}
	if len(l.held) != 0 {
		t.Errorf("%d keys are remembered after the last unlock", len(l.held))
	}
}

func TestKeysAreIndependent(t *testing.T) {
	var l Locks[int]
	for key := range 3 {
		unlock, err := l.Lock(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		defer unlock()
	}
}

func TestWaitEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var l Locks[string]
		unlock, err := l.Lock(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		failed := make(chan error)
		go func() {
			_, err := l.Lock(ctx, "a")
			failed <- err
		}()
		synctest.Wait()
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Errorf("waiting ended with %v, want canceled", err)
		}
		unlock()
		unlock() // again is harmless: it must not free the next holder's lock
		if len(l.held) != 0 {
			t.Error("the key is still remembered")
		}
	})
}

func TestCanceledContextTakesNothing(t *testing.T) {
	var l Locks[string]
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.Lock(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled though the lock is free", err)
	}
}
