package index

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
)

// maxBatch bounds how many updates share a transaction.
const maxBatch = 512

// letGoEvery is how often what was read of the file is let go.
const letGoEvery = time.Minute

// request is an update that waits for its commit.
type request struct {
	fn   func(*Tx) error
	at   time.Time // when it began to wait
	err  error
	done chan struct{}
}

// Update runs fn in a read-write transaction and returns when it is durable.
//
// fn is pure: it may be run again, together with other updates. If it returns
// an error nothing of it is kept and no other update is affected. A done ctx
// only prevents an update that has not been queued; after that the caller is
// told how it ended, because it must know. Only if the index has Failed may a
// failed update have happened all the same.
func (x *Index) Update(ctx context.Context, fn func(*Tx) error) error {
	r := &request{fn: fn, at: time.Now(), done: make(chan struct{})}
	select {
	case x.requests <- r:
	case <-ctx.Done():
		return fmt.Errorf("update the index: %w", ctx.Err())
	case <-x.closed:
		return errClosed
	}
	select {
	case <-r.done:
		return r.err
	case <-x.closed:
		return errClosed
	}
}

var errClosed = &cloud.Error{Kind: cloud.Unavailable, Msg: "The server is shutting down."}

// commitLoop is the committer: while one batch is on its way to the disk the
// next one gathers.
func (x *Index) commitLoop() {
	defer close(x.closed)
	debug.SetPanicOnFault(true) // for run
	x.letGo()
	again := time.NewTicker(letGoEvery)
	defer again.Stop()
	for {
		select {
		case <-again.C:
			x.letGo()
		case r := <-x.requests:
			x.commit(x.gather(r))
		case <-x.stop:
			if len(x.requests) == 0 {
				return
			}
			x.commit(x.gather(<-x.requests))
		}
	}
}

func (x *Index) gather(first *request) []*request {
	batch := []*request{first}
	for len(batch) < maxBatch {
		select {
		case r := <-x.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit brings a batch to disk. An update that fails after it wrote something
// is thrown out, and the rest is run again without it.
func (x *Index) commit(batch []*request) {
	x.place.Retake()
	x.Meters.gathered(batch)
	for len(batch) > 0 {
		bad, err := x.try(batch)
		if err != nil && harmless(err) && x.place.Spend() {
			x.logger.Error("the disk is full: objects can only be read and deleted")
			continue
		}
		if bad < 0 {
			if err != nil {
				x.judge(err)
			}
			for _, r := range batch {
				if r.err == nil && err != nil {
					r.err = commitFailure(err)
				}
				close(r.done)
			}
			return
		}
		close(batch[bad].done)
		batch = append(batch[:bad:bad], batch[bad+1:]...)
	}
}

// try runs a batch in one transaction. It returns the position of an update
// that must be thrown out, or -1 and how the commit went.
func (x *Index) try(batch []*request) (int, error) {
	if err := x.Err(); err != nil {
		return -1, err
	}
	tx, err := x.db.Begin(true)
	if err != nil {
		return -1, err
	}
	wrote := false
	for i, r := range batch {
		t := &Tx{tx: tx, index: x}
		r.err = run(r.fn, t)
		if r.err != nil && t.wrote {
			return i, tx.Rollback()
		}
		wrote = wrote || t.wrote
	}
	if !wrote {
		return -1, tx.Rollback()
	}
	return -1, x.finish(tx)
}

// errVisible marks a commit that failed and can be seen all the same: bbolt
// wrote its last page and could not sync it.
var errVisible = errors.New("the commit may or may not have reached the disk")

func (x *Index) finish(tx *bolt.Tx) error {
	id := tx.ID()
	begin := time.Now()
	err := guarded(tx.Commit)
	x.Meters.Commit.Since(begin)
	if err == nil {
		return nil
	}
	_ = guarded(tx.Rollback) // bbolt has done so already, except on a few paths
	return errors.Join(err, x.db.View(func(now *bolt.Tx) error {
		if now.ID() >= id {
			return errVisible
		}
		return nil
	}))
}

// run keeps a panic of one update away from the others.
func run(fn func(*Tx) error, t *Tx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			t.wrote = true
			err = fmt.Errorf("update panicked: %v\n%s", p, debug.Stack())
		}
	}()
	return fn(t)
}

// harmless reports whether work can go on after a failed commit. After "no
// space" it can: nothing but unused pages was touched. After anything else the
// state of the disk is unknown; syncing again could report success for pages
// the kernel has dropped.
func harmless(err error) bool {
	noSpace := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
	return noSpace && !errors.Is(err, errVisible)
}

func (x *Index) judge(err error) {
	if harmless(err) {
		return
	}
	err = fmt.Errorf("commit to the index: %w", err)
	if x.cause.CompareAndSwap(nil, &err) {
		x.logger.Error("the index failed; nothing is acknowledged any more", "error", err)
		close(x.failed)
	}
}

func commitFailure(err error) error {
	if harmless(err) {
		return &cloud.Error{Kind: cloud.Exhausted, Err: err}
	}
	return &cloud.Error{Kind: cloud.Unavailable, Err: err}
}
