// Package keyring keeps the keys that seal the keys of objects: the master key
// of walrus (SSE-S3) and named keys, as a KMS has (SSE-KMS). They are one small
// file, which lives outside the folder of the objects, so that neither a copy
// of that folder nor of its disk says anything.
//
//	format, id        of the file; the store remembers whose keys it needs
//	master            the key of SSE-S3
//	keys              named keys, each of an account or shared by all
//	wrapped           instead of these two: both, sealed with a key from outside
//
// Every key has versions: rotating adds one, which seals from then on; the old
// ones go on opening what they sealed. Nothing is ever taken away.
//
// The file belongs to whoever holds the lock of its folder: every change reads
// it, writes it anew and makes it durable under that lock. A Ring looks at the
// file each time it is used, so what another process changed (ecc keys) counts
// at once. It is a handful of keys: all are in memory.
//
// This package knows nothing of S3; only roles/walrus, roles and the main
// package import it.
package keyring

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"time"
)

// Failures of a keyring, found with errors.Is.
var (
	ErrMissing  = errors.New("there is no keyring")
	ErrNotFound = errors.New("there is no such key")
	ErrDisabled = errors.New("the key is disabled")
	ErrExists   = errors.New("it exists")
	ErrOpen     = errors.New("the sealed key does not open: it was sealed for something else, or with another key")
)

// Config is where a keyring is. Only Path and Region must be set.
type Config struct {
	Path    string
	Region  string           // for ARNs
	Wrap    []byte           // the key that the file itself is sealed with; nil for none
	Now     func() time.Time // nil for time.Now
	Entropy io.Reader        // for keys and ids; nil for crypto/rand
}

// Ring is an open keyring. It is safe for concurrent use, and needs no closing.
type Ring struct {
	cfg Config

	mu      sync.Mutex
	content *content // never changed, only replaced
	stamp   stamp    // of the file it was read from
}

func newRing(cfg Config) *Ring {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Entropy == nil {
		cfg.Entropy = rand.Reader
	}
	return &Ring{cfg: cfg}
}

// Open opens the keyring, ErrMissing if there is none.
func Open(cfg Config) (*Ring, error) {
	r := newRing(cfg)
	if _, err := r.current(); err != nil {
		return nil, err
	}
	if len(cfg.Wrap) > 0 && !r.content.wrapped {
		return r, r.change(func(*content) error { return nil }) // writes it anew, sealed
	}
	return r, nil
}

// Create makes a keyring with a master key, ErrExists if there is one. It is
// on disk when Create returns.
func Create(cfg Config) (*Ring, error) {
	r := newRing(cfg)
	if err := makeFolder(cfg.Path); err != nil {
		return nil, err
	}
	unlock, err := lock(cfg.Path)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if _, err := os.Lstat(cfg.Path); !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("make a keyring at %s: %w", cfg.Path, errors.Join(ErrExists, err))
	}
	c := &content{Format: format}
	if c.ID, err = r.uuid(); err != nil {
		return nil, err
	}
	if c.Master, err = r.newRecord(Master); err != nil {
		return nil, err
	}
	return r, r.save(c, cfg.Wrap)
}

// ID tells keyrings apart.
func (r *Ring) ID() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.content.ID
}

// current returns what the file holds now. If it cannot be read what it held
// last is returned with the error: enough to open with, not to seal with, as
// nobody knows whether those keys will be there tomorrow.
func (r *Ring) current() (*content, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now, err := stampOf(r.cfg.Path)
	if err != nil {
		return r.content, err
	}
	if r.content != nil && now == r.stamp {
		return r.content, nil
	}
	c, now, err := load(r.cfg.Path, r.cfg.Wrap)
	if err != nil {
		return r.content, err
	}
	if r.content != nil && c.ID != r.content.ID {
		return r.content, fmt.Errorf("%s is another keyring than before: put the one back whose id is %s", r.cfg.Path, r.content.ID)
	}
	r.content, r.stamp = c, now
	return c, nil
}

// change reads the file, changes its content and writes it, under the lock.
func (r *Ring) change(fn func(*content) error) error { return r.rewrite(r.cfg.Wrap, fn) }

// Reseal seals the file with another key, or with none. A walrus that runs
// with the old one goes on reading, and seals nothing until it is started with
// the new one. The ring itself is not to be used any more.
func (r *Ring) Reseal(wrap []byte) error {
	return r.rewrite(wrap, func(*content) error { return nil })
}

func (r *Ring) rewrite(wrap []byte, fn func(*content) error) error {
	unlock, err := lock(r.cfg.Path)
	if err != nil {
		return err
	}
	defer unlock()
	c, err := r.current()
	if err != nil {
		return err
	}
	c = c.clone()
	if err := fn(c); err != nil {
		return err
	}
	return r.save(c, wrap)
}

// save makes content the file's, durably, and then the ring's.
func (r *Ring) save(c *content, wrap []byte) error {
	if err := c.write(r.cfg.Path, wrap, r.cfg.Entropy); err != nil {
		return err
	}
	now, err := stampOf(r.cfg.Path)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.content, r.stamp = c, now
	return nil
}

// uuid makes a random UUID, version 4.
func (r *Ring) uuid() (string, error) {
	var b [16]byte
	if _, err := io.ReadFull(r.cfg.Entropy, b[:]); err != nil {
		return "", fmt.Errorf("make an id: %w", err)
	}
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:]), nil
}
