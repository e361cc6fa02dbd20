// Package imagecache keeps disks of images on a host as raw files that QEMU
// can use as backing files: Ensure(image) gives a path to a complete, verified,
// read-only file and pins it for an instance.
//
// The folder may be on a filesystem that several hosts share (a central cache):
// then one of them fills, and the others wait and use the same file. What it
// looks like:
//
//	<image>.raw                the disk, sparse, 0444, complete
//	<image>.digest             its record, and the lock of all work on the image
//	<image>.<digest>.partial   being filled, or left by a filler that died
//	pins/<image>/<instance>    who uses it
//
// It does not decide who may use an image, knows no records and makes no
// overlays. roles/nc uses it.
package imagecache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"ecc/cloud"
	"ecc/image"
)

// Options tune a cache. The zero value is good.
type Options struct {
	Fetches  int              // ranges fetched at once; 0 is 4
	Progress func(Progress)   // called now and then, from several goroutines, never at once for one image
	Now      func() time.Time // nil is time.Now
	Poll     time.Duration    // longest pause between looks at a lock another host holds; 0 is 500 ms
}

// Progress is how far an image is.
type Progress struct {
	Image   cloud.ImageID
	Done    int64 // bytes of the disk that are there
	Total   int64 // bytes there will be; while Waiting at most so many
	Waiting bool  // another process fills
}

// Ref names the bytes an image must have.
type Ref struct {
	Image  cloud.ImageID
	Digest string      // hex SHA-256 of the index object
	Size   cloud.Bytes // of the disk
}

// Cache is one folder. It is safe for concurrent use, and so is the folder by
// several caches in several processes and hosts.
type Cache struct {
	dir    string
	o      Options
	log    *slog.Logger
	codec  *image.Codec
	gates  gates
	counts counts
}

type counts struct{ hits, fills, waits, fetched atomic.Int64 }

// New opens the cache in dir and makes the folder if needed. It must be
// reachable for the user QEMU runs as.
func New(dir string, o Options, logger *slog.Logger) (*Cache, error) {
	if o.Fetches <= 0 {
		o.Fetches = 4
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Poll <= 0 {
		o.Poll = 500 * time.Millisecond
	}
	abs, err := filepath.Abs(dir) // paths are recorded in overlays
	if err != nil {
		return nil, fmt.Errorf("open image cache: %w", err)
	}
	if err := makeDirs(abs); err != nil {
		return nil, fmt.Errorf("open image cache: %w", err)
	}
	codec, err := image.NewCodec(0)
	if err != nil {
		return nil, err
	}
	return &Cache{dir: abs, o: o, log: logger.With("cache", abs), codec: codec}, nil
}

// makeDirs makes the folder so that QEMU's user can look into it, whatever our
// umask.
func makeDirs(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, pinsDir), 0o755); err != nil {
		return err
	}
	st, err := os.Stat(dir)
	if err != nil || st.Mode().Perm()&0o055 == 0o055 {
		return err
	}
	return os.Chmod(dir, 0o755)
}

// Path is where an image's disk is when it is there.
func (c *Cache) Path(id cloud.ImageID) string { return filepath.Join(c.dir, string(id)+".raw") }

func (c *Cache) recordPath(id cloud.ImageID) string {
	return filepath.Join(c.dir, string(id)+".digest")
}

// Ensure pins the image for user and returns the path of its disk, which it
// fetches from src if need be. Of all callers on all hosts one fetches; when
// that one fails or dies, the next goes on where it ended. Errors of kind
// Invalid mean that the image's bytes are damaged, Exhausted that there is no
// room; others may pass. After an error the pin made by this call is gone.
func (c *Cache) Ensure(ctx context.Context, ref Ref, user string, src Source) (string, error) {
	if err := ref.check(); err != nil {
		return "", err
	}
	fresh, err := c.pin(ref.Image, user)
	if err != nil {
		return "", noRoom(err)
	}
	if err := c.ensure(ctx, ref, src); err != nil {
		if fresh {
			err = errors.Join(err, c.Release(ref.Image, user))
		}
		return "", err
	}
	return c.Path(ref.Image), nil
}

func (c *Cache) ensure(ctx context.Context, ref Ref, src Source) error {
	open, err := c.gates.enter(ctx, ref.Image)
	if err != nil {
		return err
	}
	defer open()
	l, err := c.acquire(ctx, ref)
	if err != nil {
		return noRoom(err)
	}
	defer l.release()
	if c.complete(l, ref) {
		c.counts.hits.Add(1)
		return l.touch(c.o.Now())
	}
	if err := c.fill(ctx, l, ref, src); err != nil {
		return fmt.Errorf("fetch image %s: %w", ref.Image, err)
	}
	c.counts.fills.Add(1)
	return nil
}

func (r Ref) check() error {
	if !cloud.ValidID(cloud.PrefixImage, string(r.Image)) {
		return cloud.Errorf(cloud.Malformed, cloud.ResImage, string(r.Image), "the image id is malformed")
	}
	if len(r.Digest) != 64 || r.Size <= 0 || r.Size > image.MaxSize {
		return cloud.Errorf(cloud.Invalid, cloud.ResImage, string(r.Image), "the image has no bytes")
	}
	return nil
}
