package imagecache

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/image"
)

// fill makes the image's disk complete: index, blocks, publish. The lock is
// held. What was fetched and verified stays in the partial file for the next
// filler, except when the disk is full.
func (c *Cache) fill(ctx context.Context, l *lock, ref Ref, src Source) error {
	x, err := readIndex(ctx, ref, src)
	if err != nil {
		return err
	}
	if err := c.clear(l, ref.Image, c.partialPath(ref)); err != nil {
		return err
	}
	begin := c.o.Now()
	fetched, err := c.fillPartial(ctx, l, ref, src, x)
	if err != nil {
		return c.giveUp(ref, err)
	}
	c.log.Info("image fetched", "image", ref.Image, "size", ref.Size, "fetched", fetched, "took", c.o.Now().Sub(begin))
	return nil
}

// readIndex reads the index, checks its digest before it looks inside, and
// that it is of the disk wanted.
func readIndex(ctx context.Context, ref Ref, src Source) (*image.Index, error) {
	r, err := src.Index(ctx)
	if err != nil {
		return nil, fmt.Errorf("read index: %w", err)
	}
	defer r.Close()
	l := image.DefaultLimits()
	l.MaxSize = ref.Size
	x, err := image.ReadIndex(r, ref.Digest, l)
	if err != nil {
		return nil, err
	}
	if x.Size != ref.Size {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResImage, string(ref.Image), "the image's index is of another disk")
	}
	return x, nil
}

func (c *Cache) fillPartial(ctx context.Context, l *lock, ref Ref, src Source, x *image.Index) (int64, error) {
	path := c.partialPath(ref)
	if err := absent(os.Chmod(path, 0o600)); err != nil { // a filler may have died just before the rename
		return 0, fmt.Errorf("open partial image: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return 0, fmt.Errorf("open partial image: %w", err)
	}
	defer f.Close()
	if err := f.Truncate(int64(ref.Size)); err != nil {
		return 0, fmt.Errorf("size partial image: %w", err)
	}
	j := &fetch{c: c, ref: ref, src: src, x: x, f: f}
	if err := j.run(ctx); err != nil {
		return 0, err
	}
	return j.fetched.Load(), c.publish(l, ref, f)
}

// publish makes a full partial file the image's disk. The record is written
// before the name: a disk with a record is complete whenever we die.
func (c *Cache) publish(l *lock, ref Ref, f *os.File) error {
	now := c.o.Now()
	mtime := now.Truncate(time.Second) // some filesystems keep no more
	if err := os.Chtimes(f.Name(), mtime, mtime); err != nil {
		return fmt.Errorf("publish image: %w", err)
	}
	if err := f.Chmod(0o444); err != nil {
		return fmt.Errorf("publish image: %w", err)
	}
	if err := f.Sync(); err != nil {
		return fmt.Errorf("publish image: %w", err)
	}
	if err := l.write(record(ref, mtime)); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), c.Path(ref.Image)); err != nil {
		return fmt.Errorf("publish image: %w", err)
	}
	return errors.Join(syncDir(c.dir), l.touch(now))
}

// giveUp words the error of a fill, and frees the room it took when there is
// not enough.
func (c *Cache) giveUp(ref Ref, err error) error {
	e := noRoom(err)
	if errors.Is(e, cloud.Exhausted) {
		return errors.Join(e, absent(os.Remove(c.partialPath(ref))))
	}
	return e
}

// noRoom gives errors of a full disk their kind.
func noRoom(err error) error {
	if errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) || errors.Is(err, unix.EFBIG) {
		return &cloud.Error{Kind: cloud.Exhausted, Msg: "the node has no room left for the image", Err: err}
	}
	return err
}

// clear removes all of an image's files but keep: a disk that is not what it
// should be, and partial files of other digests. The record goes first.
func (c *Cache) clear(l *lock, id cloud.ImageID, keep string) error {
	if err := l.write(""); err != nil {
		return err
	}
	paths, err := filepath.Glob(filepath.Join(c.dir, string(id)+".*.partial"))
	if err != nil {
		return fmt.Errorf("clear image: %w", err)
	}
	for _, p := range append(paths, c.Path(id)) {
		if p == keep {
			continue
		}
		if err := absent(os.Remove(p)); err != nil {
			return fmt.Errorf("clear image: %w", err)
		}
	}
	return syncDir(c.dir)
}

// partialPath carries the digest: bytes of another image never mix in.
func (c *Cache) partialPath(ref Ref) string {
	return filepath.Join(c.dir, fmt.Sprintf("%s.%.16s.partial", ref.Image, ref.Digest))
}
