package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"ecc/cloud"
	"ecc/internal/reserve"
)

// Options are how a store is opened. The zero value is fine.
type Options struct {
	Now         func() time.Time // the clock of Tx.Now; time.Now if nil
	Logger      *slog.Logger     // nothing is logged if nil
	LockTimeout time.Duration    // how long to wait for another process to let go; 3 s if 0
	History     int              // changes kept for Watch; 65,536 if 0

	// Fatal is told, once, the error after which the store answers nothing
	// any more. The process should end, so that a new one reads what the disk
	// really has. It may call Close.
	Fatal func(error)
}

func (o Options) withDefaults() Options {
	if o.Now == nil {
		o.Now = time.Now //nolint:forbidigo // the default of the one place that hands out time
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.LockTimeout == 0 {
		o.LockTimeout = 3 * time.Second
	}
	if o.History == 0 {
		o.History = 65536
	}
	if o.Fatal == nil {
		o.Fatal = func(error) {}
	}
	return o
}

// Store is the state of a cluster. Its methods are for any goroutine.
type Store struct {
	opts    Options
	bolt    *bolt.DB
	place   *reserve.Place           // on the disk, for when it is full
	current atomic.Pointer[snapshot] // newest published
	history *history
	stats   counters

	turns   chan *turn    // Updates that want theirs
	quit    chan struct{} // closed by Close
	stopped chan struct{} // closed when the committer has ended
	stopErr error         // why; written before stopped is closed
	closing sync.Once
	closed  error // of Close
}

// initialMap is how much address space the file gets at once. A file that
// outgrows it is mapped anew, which waits for readers of the file; there are
// none but Check. It costs address space, not memory: only pages that are
// touched are resident (opening an empty store took 0.8 MiB).
const initialMap = 256 << 20

// keptBack is how many bytes of the disk are kept for Updates that add no
// records, once it is full.
const keptBack = 8 << 20

// Open opens the file at path, making it if it is not there, migrates it to
// the schema of this program and reads it into memory. Its folder must exist.
func Open(path string, o Options) (*Store, error) {
	s := &Store{
		opts: o.withDefaults(), turns: make(chan *turn),
		quit: make(chan struct{}), stopped: make(chan struct{}),
	}
	if err := s.open(path); err != nil {
		return nil, fmt.Errorf("open the cluster state %s: %w", path, err)
	}
	go s.serve()
	return s, nil
}

func (s *Store) open(path string) (err error) {
	begin := s.opts.Now()
	if s.bolt, err = openFile(path, s.opts.LockTimeout); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.bolt.Close())
		}
	}()
	if err := migrate(s.bolt, migrations); err != nil {
		return err
	}
	snap, err := load(s.bolt)
	if err != nil {
		return err
	}
	if s.place, err = reserve.Take(path+".reserve", keptBack); err != nil {
		return err
	}
	s.current.Store(snap)
	s.history = newHistory(snap.rev, s.opts.History)
	s.opts.Logger.Info("cluster state open", "path", path, "revision", uint64(snap.rev),
		"instances", snap.counts[KindInstance], "took", s.opts.Now().Sub(begin))
	return nil
}

// openFile opens the bbolt file and makes its directory entry durable.
func openFile(path string, patience time.Duration) (db *bolt.DB, err error) {
	defer recoverDamage(&err)
	db, err = bolt.Open(path, 0o600, &bolt.Options{
		Timeout:         patience,
		FreelistType:    bolt.FreelistMapType,
		NoFreelistSync:  true, // else every commit writes the whole list
		InitialMmapSize: initialMap,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("another ecc holds this file (waited %v)", patience)
	}
	if err != nil {
		return nil, err
	}
	if err := syncFolder(filepath.Dir(path)); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// recoverDamage turns a panic of bbolt, its way to say that pages are damaged,
// into an error.
func recoverDamage(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the file is damaged: %v", p)
	}
}

func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Close ends the committer, after the commit under way, and closes the file.
// Everything that waits returns an error.
func (s *Store) Close() error {
	s.closing.Do(func() {
		close(s.quit)
		<-s.stopped
		s.closed = s.bolt.Close()
	})
	return s.closed
}

// errClosed is why a store that was closed in order refuses.
var errClosed = errors.New("the store is closed")

// refusal is the error of everything asked of a store that has stopped.
func (s *Store) refusal() error {
	return &cloud.Error{Kind: cloud.Unavailable, Msg: "The state of the cloud is not available.", Err: s.stopErr}
}

// alive returns nil, or why the store refuses.
func (s *Store) alive() error {
	select {
	case <-s.stopped:
		return s.refusal()
	default:
		return nil
	}
}

// admit returns nil, or why a transaction may not begin.
func (s *Store) admit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.alive()
}

// View runs fn on the newest published snapshot, and returns its error. Any
// number run at the same time, and none waits for an Update.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	if err := s.admit(ctx); err != nil {
		return err
	}
	snap := s.current.Load()
	tx := &Tx{Now: s.now(), rev: snap.rev, mem: snap.mem.Txn(false), counts: snap.counts}
	defer tx.finish()
	return fn(tx)
}

// Revision is that of the newest published snapshot.
func (s *Store) Revision() cloud.Revision { return s.current.Load().rev }

// now is the time as records keep it: UTC, without the process's clock.
func (s *Store) now() time.Time { return s.opts.Now().UTC().Round(0) }
