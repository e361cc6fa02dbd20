// Package walrus is the S3 role: buckets, objects and multipart uploads of
// tenants, kept in one folder.
//
//	walrus.db     the index (package index), with small objects inline
//	data/         larger objects (package datafile)
//	tmp/          what is being written
//
// A write is answered after its data, the directory entry and the index are on
// disk. Keys of objects are never part of a path. The package knows accounts
// only through rpc.Identity; only package roles imports it.
package walrus

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"ecc/api/auth"
	"ecc/cloud"
	"ecc/internal/atomicfile"
	"ecc/internal/loop"
	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
	"ecc/rpc"
)

// Config is what a walrus needs to know. Only Dir and Region must be set.
type Config struct {
	Dir    string // everything walrus keeps
	Region string // the region it answers for
	Domain string // buckets are also found at <bucket>.<Domain>; "" for by path only

	Kept    string // name of a bucket that only one account may make; "" for none
	KeptFor string // that account's name

	Keyring              string // file with the keys of what is encrypted; "" for walrus.keyring in the folder Dir + ".keys"
	KeyringKey           []byte // what that file is sealed with; nil for nothing
	EncryptAlways        bool   // encrypt what nobody asked to be encrypted, too
	CustomerKeysAnywhere bool   // take keys of SSE-C from other machines over plain HTTP, too

	Files datafile.Files // where larger objects are kept; nil for the folder itself

	Webhooks map[string]string // addresses that buckets can have their events sent to, by name

	Quota  Quota                     // of every account
	Quotas map[cloud.AccountID]Quota // of some accounts, instead

	ScrubEvery time.Duration // everything stored is read and checked so often; 0 for never
	ScrubRate  cloud.Bytes   // read for that in a second; 0 for any number

	Reserve  cloud.Bytes      // uploads are refused when less is free; 0 for 64 MiB
	Stall    time.Duration    // a client that neither sends nor takes a byte for so long is cut off; 0 for 1 min
	Patience time.Duration    // a client that waits for so long for a copy or a completion is told that it lives; 0 for 5 s
	Now      func() time.Time // nil for time.Now
	Entropy  io.Reader        // for ids of uploads and requests; nil for crypto/rand
}

// Limits of one walrus.
const (
	maxInline  = 16 << 10 // bytes of an object kept in the index
	maxStreams = 256      // large uploads at a time; each takes half a MiB
	maxBuckets = 1000     // of an account
)

func (c Config) withDefaults() Config {
	if c.Reserve == 0 {
		c.Reserve = 64 * cloud.MiB
	}
	if c.Stall == 0 {
		c.Stall = time.Minute
	}
	if c.Patience == 0 {
		c.Patience = 5 * time.Second
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Keyring == "" {
		c.Keyring = filepath.Join(c.Dir+".keys", "walrus.keyring")
	}
	if c.Entropy == nil {
		c.Entropy = rand.Reader
	}
	return c
}

// Walrus serves S3 from one folder.
type Walrus struct {
	cfg      Config
	auth     *auth.Authenticator
	ident    rpc.Identity
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
	swept    bool       // orphans of a crash are gone; only the reclaim loop touches it
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
		cfg: cfg, auth: auth.New(auth.Config{Region: cfg.Region, Domain: cfg.Domain, Now: cfg.Now}, ident),
		index: idx, files: files, keys: keys, pins: newPins(), pending: newPending(),
		streams: make(chan struct{}, maxStreams), logger: logger, ident: ident,
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
