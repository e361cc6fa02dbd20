package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// turn is one Update at the committer. Its function runs in the goroutine of
// its caller while the committer waits, so that a panic, or a test that ends
// within it, ends the caller and not the store.
type turn struct {
	begin chan *Tx   // the committer: go
	end   chan error // the function's result; the transaction is finished
	done  chan error // the committer: the outcome, on disk

	result error // of the function, should the commit succeed
	wrote  bool
}

// Update runs fn on the newest state and returns once what it wrote is on
// disk and published. An error from fn, or its panic, means that nothing was
// written; Updates of others that share the commit are not touched by it. If
// ctx ends before fn has begun, nothing was written either; after that Update
// waits for the outcome.
//
// Updates run one after the other and everyone waits for the slowest: fn reads
// and writes the transaction and does nothing else. It must be pure, because
// it may be run again: no I/O, no clock but tx.Now, no randomness but what was
// drawn before, and no View, Update or Wait on the store.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	t := &turn{begin: make(chan *Tx), end: make(chan error, 1), done: make(chan error, 1)}
	select {
	case s.turns <- t:
	case <-ctx.Done():
		return ctx.Err()
	case <-s.stopped:
		return s.refusal()
	}
	t.run(ctx, <-t.begin, fn, s.opts.Logger)
	return <-t.done
}

// errAbandoned is the result of a function that ended its goroutine.
var errAbandoned = errors.New("the function of the update did not return")

// run runs fn and tells the committer its result, however fn ends.
func (t *turn) run(ctx context.Context, tx *Tx, fn func(*Tx) error, logger *slog.Logger) {
	err := errAbandoned
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the function of an update panicked: %v", p)
			logger.Error("update panicked", "panic", p, "stack", string(debug.Stack()))
		}
		tx.finish()
		t.end <- err
	}()
	err = call(ctx, tx, fn)
}

func call(ctx context.Context, tx *Tx, fn func(*Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return err
	}
	return tx.err
}
