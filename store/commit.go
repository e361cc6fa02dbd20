package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
	"ecc/internal/failpoint"
)

// A commit takes no more Updates, nor begins another one, beyond these.
const (
	maxBatchUpdates = 512
	maxBatchBytes   = 4 << 20
)

// turnPatience is how long a function may keep everyone else waiting before
// the log says so. The usual reason is an Update within an Update, which waits
// for itself forever.
const turnPatience = 10 * time.Second

// batch is the Updates of one commit, each on top of those before.
type batch struct {
	over   *overlay
	rev    cloud.Revision
	counts [kinds]int
	turns  []*turn
	writes []write
	bytes  int
}

// serve is the committer: the only goroutine that changes the file or the
// current snapshot.
func (s *Store) serve() {
	err := s.commitUntilStopped()
	s.stopErr = err
	close(s.stopped)
	if !errors.Is(err, errClosed) {
		s.opts.Logger.Error("cluster state lost its disk; nothing is served any more", "error", err)
		s.opts.Fatal(err)
	}
}

func (s *Store) commitUntilStopped() error {
	for {
		select {
		case <-s.quit:
			return errClosed
		case first := <-s.turns:
			s.place.Retake()
			if err := s.commit(s.gather(first)); err != nil {
				return err
			}
		}
	}
}

// gather runs the functions of all Updates that wait, and does not wait for
// more: while their commit is written, the next ones come together.
func (s *Store) gather(first *turn) *batch {
	now := s.current.Load()
	b := &batch{over: newOverlay(now), rev: now.rev + 1, counts: now.counts}
	for t := first; t != nil; t = s.next(b) {
		s.run(b, t)
	}
	return b
}

// next returns an Update that waits and still fits the batch, or nil.
func (s *Store) next(b *batch) *turn {
	if len(b.turns) >= maxBatchUpdates || b.bytes >= maxBatchBytes {
		return nil
	}
	for range 2 {
		select {
		case t := <-s.turns:
			return t
		default:
			runtime.Gosched() // those just answered come back with their next one
		}
	}
	return nil
}

// run gives one Update its turn, and takes back what it wrote if it fails.
func (s *Store) run(b *batch, t *turn) {
	tx := &Tx{Now: s.now(), rev: b.rev, mem: b.over.txn, counts: b.counts, over: b.over}
	t.begin <- tx
	t.result = s.await(t)
	if t.result == nil && s.place.Spent() && grew(b.counts, tx.counts) {
		t.result = noWrite(errFull)
	}
	b.turns = append(b.turns, t)
	if t.result != nil {
		b.over.revert()
		return
	}
	b.over.keep()
	t.wrote = len(tx.writes.list) > 0
	b.counts = tx.counts
	b.writes = append(b.writes, tx.writes.list...)
	b.bytes += tx.writes.bytes
}

// await returns the result of a function that was given its turn.
func (s *Store) await(t *turn) error {
	late := time.NewTimer(turnPatience)
	defer late.Stop()
	select {
	case err := <-t.end:
		return err
	case <-late.C:
		s.opts.Logger.Error("an update keeps all others waiting", "for", turnPatience)
		return <-t.end
	}
}

// commit makes a batch durable, then visible, then answers. Failed Updates are
// answered last as well: what they saw may have been of the same batch. The
// error it returns is fatal.
func (s *Store) commit(b *batch) error {
	err := s.persist(b)
	if err != nil && diskFull(err) && s.place.Spend() {
		s.opts.Logger.Error("the disk is full: records can only be changed and deleted")
		err = s.persist(b)
	}
	if err == nil && len(b.writes) > 0 {
		s.current.Store(b.snapshot())
		s.history.add(b.rev, b.writes)
	}
	s.stats.count(b, err)
	for _, t := range b.turns {
		if err != nil {
			t.result = noWrite(err)
		}
		t.done <- t.result
	}
	if err != nil && !diskFull(err) {
		return err
	}
	return nil
}

func noWrite(err error) error {
	return &cloud.Error{Kind: cloud.Unavailable, Msg: "The state of the cloud could not be written.", Err: err}
}

var errFull = fmt.Errorf("what is left of the disk is for deleting: %w", syscall.ENOSPC)

// grew reports whether there are more records of any kind than before.
func grew(before, after [kinds]int) bool {
	for k, n := range after {
		if n > before[k] {
			return true
		}
	}
	return false
}

// snapshot is the state after the batch. Nothing may be written to it after.
func (b *batch) snapshot() *snapshot {
	b.over.txn.Commit()
	return &snapshot{mem: b.over.mem, rev: b.rev, counts: b.counts}
}

// persist writes a batch to the file in one transaction of its own.
func (s *Store) persist(b *batch) (err error) {
	defer recoverDamage(&err)
	if len(b.writes) == 0 {
		return nil
	}
	if err := failpoint.Hit("store.commit"); err != nil {
		return err
	}
	if err := s.bolt.Update(func(btx *bolt.Tx) error { return b.write(btx) }); err != nil {
		return fmt.Errorf("commit revision %d: %w", b.rev, err)
	}
	return failpoint.Hit("store.committed")
}

func (b *batch) write(btx *bolt.Tx) error {
	for _, w := range b.writes {
		bucket := btx.Bucket([]byte(w.kind.String()))
		var err error
		if w.value == nil {
			err = bucket.Delete([]byte(w.key))
		} else {
			err = bucket.Put([]byte(w.key), w.value)
		}
		if err != nil {
			return fmt.Errorf("%s %q: %w", w.kind, w.key, err)
		}
	}
	return btx.Bucket(ownBucket).Put(revisionKey, binary.BigEndian.AppendUint64(nil, uint64(b.rev)))
}

// diskFull tells a write that found no room, before which nothing of the
// commit was valid and after which bbolt has taken it back, from a failed
// sync, after which nobody knows what is on the disk.
func diskFull(err error) bool {
	var at *fs.PathError
	return errors.As(err, &at) && at.Op == "write" && errors.Is(at, syscall.ENOSPC)
}
