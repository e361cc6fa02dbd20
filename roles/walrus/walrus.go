// Package walrus is the S3 role: buckets, objects and uploads of tenants, kept
// in one folder on one machine. It knows accounts only through rpc.Identity and
// the wire format only through api/s3 and api/auth. Only package roles imports
// it.
//
//	walrus.db     the index (package index), with small objects inline; beside it
//	              walrus.db.reserve, room kept back for deleting on a full disk
//	data/         larger objects (package datafile; or package remotefile, elsewhere)
//	tmp/          what is being written
//	quarantine/   what was found damaged
//	walrus.sock   for ecc walrus stats and export (package operate)
//
// What is answered as done is on disk: data, directory entry and index. Keys of
// objects are never part of a path.
//
// # The way of a request
//
// A file holds an operation or a noun. In the order in which requests meet them:
//
//	serve.go answer.go              the table of operations, the steps of a request; its answer and log line
//	post.go cors.go site.go control.go   forms of browsers; what is not S3 proper: preflights, websites, S3 Control
//	version.go parameters.go        which version is meant; parameters that belong to other operations
//	authorize.go actions.go decide.go facts.go grant.go   may the caller: actions needed, order of decision, conditions, ACLs
//	access.go acl.go owning.go bucketpolicy.go publicaccess.go   the settings and records that say so
//	settings.go                     the configuration of a bucket, decoded once for each revision
//	createbucket.go buckets.go bucket*.go objectlockconfig.go website.go requestpayment.go notoffered.go
//	                                buckets, and a file for each document of their configuration
//	put.go details.go ingest.go pump.go room.go quota.go   taking an object in
//	upload.go part.go complete.go assemble.go              taking it in by parts
//	copy.go origin.go patience.go   copies; answers that take long
//	get.go source.go pins.go attributes.go                 reading one
//	objecttagging.go lock.go retention.go reencrypt.go restore.go   what can change of one
//	delete.go list.go listversions.go listuploads.go
//	encrypt.go encryptkeys.go encryptcopy.go decrypt.go    packages seal (bytes) and keyring (keys)
//
// Behind the requests, each a loop of Run:
//
//	reclaim.go                      takes garbage away, and orphans of a crash
//	expire*.go expiryheader.go      the rules of package lifecycle
//	notify.go webhook.go            events, from the transaction that makes them true to their targets
//	accesslog.go accessdeliver.go   access logs
//	scrub.go                        reads everything, to find what is damaged
//
// And config.go, place.go (index and files belong together), meters.go,
// operator.go; packages fsck and backup work on the folder itself.
//
// # A PUT
//
//  1. serve, handle: who sent it (auth), which operation, may he (authorize).
//  2. putObject, planPut: reads the headers and refuses early: conditions, quota.
//  3. cover, seal: if it is to be encrypted, a key for it alone, sealed.
//  4. ingest looks whether there is room and reads the body, which a client that
//     expects a 100 sends only now: up to 16 KiB into memory, more through pump
//     into a file under tmp/.
//  5. Length, digests and, at its end, signature are checked; the file is
//     synced, named, and its folder synced. Until 7 it is in pending.
//  6. publish, in one transaction shared with others' (index.Update): conditions
//     again, bytes or extents, the object as newest version, what it replaces to
//     the garbage, usage, events.
//  7. The commit is synced: answerPut. The garbage goes later, in reclaim.
//
// # A GET
//
//  1. As above, to getObject.
//  2. find, in one view of the index: version, permission, key of the bytes,
//     conditions, range, where the bytes are; and pins them, so that
//     reclaim leaves them while they are read.
//  3. source reads block by block and hands out none whose checksum is wrong.
//     The first one is read before the status is sent.
//  4. What fails later breaks the connection: no answer ends short and well.
//
// # Rules
//
// Functions given to index.Update may be run again: they do not build on what an
// earlier run left in a captured variable. Locks are taken in the order
// reclaiming, pins.lookup, transaction; the small ones (of pins, pending, the
// keyring, access logs) inside of any, and none inside of them.
package walrus

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ecc/api/auth"
	"ecc/cloud/policy"
	"ecc/internal/atomicfile"
	"ecc/internal/loop"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
	"ecc/rpc"
)

// Walrus serves S3 from one folder.
type Walrus struct {
	cfg      Config
	auth     *auth.Authenticator
	ident    rpc.Identity
	rights   *policy.Cache // of callers
	index    *index.Index
	files    datafile.Files
	keys     *keyring.Ring
	bound    atomic.Bool // the index knows whose keys it needs
	pins     *pins
	pending  *pending
	decoded  sync.Map      // bucket id → *settings
	streams  chan struct{} // one token per large upload
	reclaim  *loop.Loop
	scrub    *loop.Loop
	expire   *loop.Loop
	expired  map[index.ID]scanned // by bucket; only the expire loop touches it
	webhooks map[string]*webhook  // by name
	access   *accessLog
	logs     *loop.Loop // delivers what is in access
	swept    time.Time  // when orphans were looked for; only the reclaim loop touches it
	tidied   time.Time  // when the place of the files was tidied; only the reclaim loop touches it
	logger   *slog.Logger

	meters     *meters
	reclaiming sync.Mutex // held while files of garbage are gone and their records are not
}

// New opens the folder, or makes it. It serves as soon as it is open; Run does
// the work behind. Close it after the HTTP server has stopped.
func New(cfg Config, ident rpc.Identity, logger *slog.Logger) (*Walrus, error) {
	cfg = cfg.withDefaults()
	if err := makeFolder(cfg.Dir); err != nil {
		return nil, fmt.Errorf("make walrus folder: %w", err)
	}
	idx, err := cfg.openIndex(logger)
	if err != nil {
		return nil, err
	}
	files, err := cfg.openFiles(idx)
	if err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	keys, err := openKeyring(cfg, idx)
	if err != nil {
		return nil, errors.Join(err, idx.Close())
	}
	w := &Walrus{
		cfg: cfg, auth: auth.New(auth.Config{Region: cfg.Region, Domain: cfg.Domain, Version2: cfg.Version2, Now: cfg.Now}, ident),
		index: idx, files: files, keys: keys, pins: newPins(), pending: newPending(),
		streams: make(chan struct{}, maxStreams), logger: logger, ident: ident,
		rights: policy.NewCache(parsedPolicies),
	}
	w.reclaim = loop.New("walrus-reclaim", time.Minute, w.reclaimRound, logger)
	w.pins.freed = w.reclaim.Kick
	w.meters = newMeters(w)
	w.scrub = loop.New("walrus-scrub", scrubPeriod, w.scrubRound, logger)
	w.webhooks = newWebhooks(w, cfg.Webhooks, logger)
	w.access = newAccessLog()
	w.logs = loop.New("walrus-access-log", logPeriod, w.logRound, logger)
	w.access.kick = w.logs.Kick
	w.expire = loop.New("walrus-expire", expirePeriod, w.expireRound, logger)
	return w, nil
}

// makeFolder makes the folder, and its name durable: also that of a folder that
// was made before a crash. Who may not look into the folder above did not make
// this one.
func makeFolder(dir string) error {
	if err := atomicfile.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := atomicfile.SyncDir(filepath.Dir(dir)); err != nil && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}

// openIndex opens the index. It is made only where no data files are.
func (c Config) openIndex(logger *slog.Logger) (*index.Index, error) {
	has, err := c.hasFiles()
	if err != nil {
		return nil, err
	}
	path := filepath.Join(c.Dir, "walrus.db")
	if has {
		return index.OpenExisting(path, logger)
	}
	return index.Open(path, logger)
}

// Handler answers S3 requests, including their authentication.
func (w *Walrus) Handler() http.Handler { return http.HandlerFunc(w.serve) }

// Run does the work behind, such as taking away what was deleted, until ctx
// ends. It returns an error if the disk failed: then nothing can be stored any
// more and the process must start again.
func (w *Walrus) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var behind sync.WaitGroup
	for _, l := range []*loop.Loop{w.reclaim, w.expire, w.logs, w.scrub} {
		behind.Go(func() { _ = l.Run(ctx) })
	}
	for _, h := range w.webhooks {
		behind.Go(func() { h.run(ctx) })
	}
	select {
	case <-ctx.Done():
	case <-w.index.Failed():
		cancel()
	}
	behind.Wait()
	w.lastLogs(ctx)
	return w.Err()
}

// Err returns why walrus cannot store anything any more, nil if it can.
func (w *Walrus) Err() error { return w.index.Err() }

// Close closes the folder. Requests and Run must have ended.
func (w *Walrus) Close() error { return w.index.Close() }
