// Package trail keeps the audit trail that roles/clc/ledger writes: it moves
// older events from the store, which is all in memory, to files, delivers them
// to a bucket, forgets them in time, finds them again and proves that none is
// missing or changed.
//
//	store: events, newest ──archive──► <dir>/2026-03-04.jsonl ──prune──► gone
//	          │                              │
//	          └──────────── deliver ─────────┴──► s3://bucket/AWSLogs/…
//
// An event is in the store until it is durable in a file: a crash between the
// two leaves it in both, and who reads takes it once. It decides nothing about
// who may read what but in LookupEvents, which is for tenants.
//
// Packages clc and roles import it.
package trail

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
	"ecc/internal/loop"
	"ecc/internal/metrics"
	"ecc/store"
)

// Config is what a trail needs to know.
type Config struct {
	Dir    string        // of the files, made when the first is
	Keep   int           // events that stay in the store; 2,000 if 0
	Life   time.Duration // of events in files, whole days; 0: for ever
	Region string        // as in the names of delivered files
}

// Bucket is where events are delivered to.
type Bucket interface {
	Put(ctx context.Context, key string, r io.Reader, size int64) error
}

// Deps are the trail's neighbours. Bucket is nil to deliver nothing; it is asked
// for in every round that has something to deliver, and so is System, the account
// under whose number digests and operators' events are delivered.
type Deps struct {
	Store  *store.Store
	Bucket func(context.Context) (Bucket, error)
	System func(context.Context) (cloud.AccountID, error)
	Now    func() time.Time
	Log    *slog.Logger
}

// Trail is the audit trail of a cloud.
type Trail struct {
	cfg     Config
	store   *store.Store
	bucket  func(context.Context) (Bucket, error)
	system  func(context.Context) (cloud.AccountID, error)
	now     func() time.Time
	archive *loop.Loop
	deliver *loop.Loop
	lookups chan struct{} // one for each search under way

	mu   sync.Mutex // of the files, for those who write or remove them
	file *dayFile   // the newest; nil until the first round

	set       metrics.Set
	archived  *metrics.Counter
	delivered *metrics.Counter
	forgotten *metrics.Counter
}

// How often the loops look.
const (
	archivePeriod = time.Second
	deliverPeriod = 5 * time.Minute // as CloudTrail does
)

// maxLookups bounds the searches at one time: each may read every file.
const maxLookups = 2

// New makes a trail; nothing is read or written yet.
func New(cfg Config, d Deps) *Trail {
	if cfg.Keep == 0 {
		cfg.Keep = 2000
	}
	t := &Trail{cfg: cfg, store: d.Store, bucket: d.Bucket, system: d.System, now: d.Now, lookups: make(chan struct{}, maxLookups)}
	t.archive = loop.New("audit-files", archivePeriod, t.archiveRound, d.Log)
	t.deliver = loop.New("audit-bucket", deliverPeriod, t.deliverRound, d.Log)
	t.archived = t.set.Counter("ecc_audit_archived_total", "Events moved from the store to files.", "")
	t.delivered = t.set.Counter("ecc_audit_delivered_total", "Events delivered to the bucket.", "")
	t.forgotten = t.set.Counter("ecc_audit_forgotten_files_total", "Files of events removed in time.", "")
	t.set.Gauge("ecc_audit_stored", "Events in the store.", "", t.stored)
	return t
}

func (t *Trail) stored() (float64, bool) {
	return float64(t.store.Stats().Records[store.KindEvent]), true
}

// WriteMetrics tells the trail's numbers.
func (t *Trail) WriteMetrics(to io.Writer) error { return t.set.Write(to) }

// Run keeps the loops going until ctx ends.
func (t *Trail) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return t.archive.Run(ctx) })
	if t.bucket != nil {
		g.Go(func() error { return t.deliver.Run(ctx) })
	}
	err := g.Wait()
	if closing := t.close(); err == nil && closing != nil {
		err = fmt.Errorf("close the audit trail's file: %w", closing)
	}
	return err
}

func (t *Trail) close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.file == nil {
		return nil
	}
	err := t.file.close()
	t.file = nil
	return err
}
