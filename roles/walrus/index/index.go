// Package index keeps what walrus knows of its objects in one bbolt file.
// Writers hand in functions; one committer runs many of them in one
// transaction, so that concurrent small writes share a sync.
//
// The schema (version 2). Numbers are big endian; a "record" is JSON unless
// drawn:
//
//	meta
//	  "schema"                          → version, 8 bytes
//	  "epoch"                           → how often the file was opened, 8 bytes
//	  "place"                           → where the data files are: "folder", or the name of a claim (PutPlace)
//	  "scrub"                           → Scrub: how far the walk over everything has come
//	  "keyring"                         → id of the keyring that opens what is encrypted, once something is
//	buckets
//	  name                              → Bucket
//	settings
//	  bucket id ‖ name of a setting     → its document
//	usage
//	  'b' ‖ bucket id | 'a' ‖ account   → bytes 8 ‖ versions 8
//	objects: the newest version of each key, unless that is a delete marker
//	  bucket id ‖ key                   → 2 ‖ modified, ns, 8 ‖ size 8 ‖ blob 8 ‖ version 8 ‖ flags 1 ‖
//	                                      checksum 1 ‖ length of ETag 1 ‖ ETag ‖ Details, in JSON or short (details.go)
//	                                    | 1 ‖ modified 8 ‖ size 8 ‖ blob 8 ‖ length of ETag 1 ‖ … (schema 1)
//	versions: all others, newest first
//	  bucket id ‖ key with each 0 as 0,255 ‖ 0 ‖ 0 ‖ complement of the version 8
//	                                    → as in objects
//	nulls: where the null version of a key is, if it is in versions
//	  bucket id ‖ key                   → its version, 8
//	blobs
//	  blob id                           → 0 ‖ CRC-32C 4 ‖ bytes           (small, inline)
//	                                    | 1 ‖ (file 8 ‖ end 8 ‖ part 4)…  (extents, in order)
//	                                    | 2 ‖ (file 8 ‖ end 8 ‖ part 4 ‖ salt 16)…  (of encrypted parts)
//	sums: of the parts a blob was put together from
//	  blob id                           → place of the algorithm in s3.Algorithms 1 ‖ a checksum for each extent
//	shares
//	  blob id                           → how many objects more than one use it, 4 bytes
//	files
//	  file id                           → size of the data file, 8 bytes
//	uploads
//	  bucket id ‖ key as in versions ‖ 0 ‖ 0 ‖ upload id → Upload
//	parts
//	  upload id ‖ part number 4         → Part
//	completed
//	  upload id                         → Completed: lets a repeated completion answer as the first
//	garbage
//	  kind 1 ‖ id 8                     → ""; kind 'b' a blob, 'f' a file, 'd' a deleted bucket
//	outbox
//	  'm' ‖ target ‖ 0 ‖ id 8           → when it was written, ns, 8 ‖ the message
//	  'n' ‖ target                      → how many wait, 8 bytes
//
// Every data file on disk is in files, from the transaction that made it count
// until after it was unlinked: a file that is not is an orphan of a crash.
//
// Only roles/walrus imports this package.
package index

import (
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"sync/atomic"
	"time"

	bolt "go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/internal/reserve"
)

const (
	schema      = 2
	lockTimeout = 5 * time.Second
	keptBack    = 8 << 20 // bytes of the disk, for deleting once it is full
	mmapSize    = 1 << 30 // address space, not memory: growing the map waits for all readers
)

var (
	metaBucket      = []byte("meta")
	bucketsBucket   = []byte("buckets")
	settingsBucket  = []byte("settings")
	usageBucket     = []byte("usage")
	objectsBucket   = []byte("objects")
	versionsBucket  = []byte("versions")
	nullsBucket     = []byte("nulls")
	blobsBucket     = []byte("blobs")
	sumsBucket      = []byte("sums")
	sharesBucket    = []byte("shares")
	filesBucket     = []byte("files")
	uploadsBucket   = []byte("uploads")
	partsBucket     = []byte("parts")
	completedBucket = []byte("completed")
	garbageBucket   = []byte("garbage")
	outboxBucket    = []byte("outbox")
)

// ID numbers a bucket, version, blob or data file. An ID is never used twice.
type ID uint64

// Index is the open file.
type Index struct {
	db     *bolt.DB
	logger *slog.Logger
	ids    atomic.Uint64
	place  *reserve.Place // on the disk, for when it is full
	cache  sync.Map       // name of a bucket → *cachedBucket

	Meters Meters

	requests chan *request
	stop     chan struct{}
	stopped  sync.WaitGroup
	closed   chan struct{} // closed when the committer has ended

	failed chan struct{} // closed after a failure nothing may be acknowledged after
	cause  atomic.Pointer[error]
}

// Open opens or makes the file and starts the committer. Close ends it.
func Open(path string, logger *slog.Logger) (*Index, error) { return open(path, true, logger) }

// OpenExisting is Open for a folder that holds data files: an index that is
// missing or empty knows none of them, and all would be taken for orphans.
func OpenExisting(path string, logger *slog.Logger) (*Index, error) { return open(path, false, logger) }

func open(path string, fresh bool, logger *slog.Logger) (*Index, error) {
	db, err := openFile(path, false)
	if err != nil {
		return nil, err
	}
	place, err := reserve.Take(path+".reserve", keptBack)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	x := &Index{db: db, logger: logger, Meters: newMeters(), place: place, requests: make(chan *request, maxBatch),
		stop: make(chan struct{}), closed: make(chan struct{}), failed: make(chan struct{})}
	begin := func() error {
		return guarded(func() error { return db.Update(func(tx *bolt.Tx) error { return x.prepare(tx, fresh) }) })
	}
	err = begin()
	if err != nil && harmless(err) && place.Spend() {
		err = begin()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s: %w", path, err), db.Close())
	}
	x.stopped.Go(x.commitLoop)
	return x, nil
}

// letGo unmaps the pages of the file that were read, at opening all of them.
// They stay in the kernel's cache, for as long as it has room, and do not count
// as this process's memory.
func (x *Index) letGo() {
	_ = x.db.View(func(tx *bolt.Tx) error {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, x.db.Info().Data, uintptr(tx.Size()), unix.MADV_DONTNEED) // only advice
		return nil
	})
}

// openFile opens the file itself. To write to it bbolt reads all of its pages,
// for those that are free, and does so where no panic can be caught: so the
// pages are looked at before.
func openFile(path string, toRead bool) (db *bolt.DB, err error) {
	if st, err := os.Stat(path); !toRead && err == nil && st.Size() > 0 {
		if err := look(path); err != nil {
			return nil, err
		}
	}
	err = guarded(func() error {
		db, err = bolt.Open(path, 0o600, &bolt.Options{Timeout: lockTimeout, FreelistType: bolt.FreelistMapType,
			NoFreelistSync: true, InitialMmapSize: mmapSize, ReadOnly: toRead})
		return err
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		return nil, fmt.Errorf("open %s: %w", path, ErrHeld)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	if err := checkSize(db); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

// ErrHeld means that another process has the index open.
var ErrHeld = errors.New("another ecc holds this file")

// errNoIndex is why an index is not made anew beside data files.
var errNoIndex = errors.New("there are data files but no index of them: put walrus.db back, or move the folder away")

// prepare makes the buckets, checks the schema and begins an epoch of ids.
func (x *Index) prepare(tx *bolt.Tx, fresh bool) error {
	if !fresh && tx.Bucket(metaBucket) == nil {
		return errNoIndex
	}
	for _, name := range [][]byte{metaBucket, bucketsBucket, settingsBucket, usageBucket, objectsBucket, versionsBucket, nullsBucket,
		blobsBucket, sumsBucket, sharesBucket, filesBucket, uploadsBucket, partsBucket, completedBucket, garbageBucket, outboxBucket} {
		if _, err := tx.CreateBucketIfNotExists(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(metaBucket)
	if v := meta.Get([]byte("schema")); v != nil {
		if err := x.migrate(tx, binary.BigEndian.Uint64(v)); err != nil {
			return err
		}
	}
	epoch := uint64(1)
	if v := meta.Get([]byte("epoch")); v != nil {
		epoch = binary.BigEndian.Uint64(v) + 1
	}
	x.ids.Store(epoch << 40)
	return errors.Join(meta.Put([]byte("schema"), number(schema)), meta.Put([]byte("epoch"), number(epoch)))
}

// NewID returns a number that was never used, larger than all before.
func (x *Index) NewID() ID { return ID(x.ids.Add(1)) }

// Close waits for the updates under way and closes the file.
func (x *Index) Close() error {
	close(x.stop)
	x.stopped.Wait()
	return x.db.Close()
}

// Failed is closed when the disk failed in a way after which nothing may be
// acknowledged: the process should end, and start again from what is on disk.
func (x *Index) Failed() <-chan struct{} { return x.failed }

// Full reports whether the disk is full: what is left of it is for deleting.
// When there is room again it keeps some back first, without waiting for a commit.
func (x *Index) Full() bool { return !x.place.Retake() }

// Err returns why the index has Failed.
func (x *Index) Err() error {
	if p := x.cause.Load(); p != nil {
		return *p
	}
	return nil
}

// View runs fn on one state of the index. It must be short and may keep
// nothing but copies; every accessor of Tx returns copies.
func (x *Index) View(fn func(*Tx) error) error {
	if err := x.Err(); err != nil {
		return &cloud.Error{Kind: cloud.Unavailable, Err: err}
	}
	return guarded(func() error {
		return x.db.View(func(tx *bolt.Tx) error { return fn(&Tx{tx: tx, index: x}) })
	})
}

func number[T ~uint64 | ~int64 | ~int](n T) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(n))
}
