package imagecache

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// lock is the right to work on one image, held on its record file. It is an
// open file description lock: the kernel drops it when its process dies, it
// excludes other openers in the same process, and NFS carries it between hosts.
type lock struct{ f *os.File }

// acquire waits for the lock of an image.
func (c *Cache) acquire(ctx context.Context, ref Ref) (*lock, error) {
	pause, begin, waited := 5*time.Millisecond, c.o.Now(), false
	for {
		l, err := c.tryAcquire(c.recordPath(ref.Image), os.O_CREATE)
		if err != nil || l != nil {
			return l, err
		}
		if !waited {
			waited = true
			c.counts.waits.Add(1)
			c.log.Info("another process fills the image", "image", ref.Image)
		}
		if c.o.Now().Sub(begin) > time.Second {
			c.reportWait(ref)
		}
		if err := sleep(ctx, pause); err != nil {
			return nil, err
		}
		pause = min(pause*2, c.o.Poll)
	}
}

// tryAcquire returns nil if somebody else holds the lock.
func (c *Cache) tryAcquire(path string, flag int) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|flag, 0o644)
	if err != nil {
		return nil, fmt.Errorf("lock image: %w", err)
	}
	err = setLock(f, unix.F_WRLCK)
	if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EACCES) {
		return nil, f.Close()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("lock image: %w", err), f.Close())
	}
	l := &lock{f}
	if !l.current(path) {
		l.release() // swept away between open and lock
		return nil, nil
	}
	return l, nil
}

// current reports whether path is still the file that is locked.
func (l *lock) current(path string) bool {
	a, err := l.f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Stat(path)
	return err == nil && os.SameFile(a, b)
}

// release gives the lock up. It unlocks by name because a child process that
// is just being started may still share the description.
func (l *lock) release() {
	_ = setLock(l.f, unix.F_UNLCK)
	_ = l.f.Close()
}

// touch notes that the image was used at t.
func (l *lock) touch(t time.Time) error {
	if err := os.Chtimes(l.f.Name(), t, t); err != nil {
		return fmt.Errorf("note use of image: %w", err)
	}
	return nil
}

func setLock(f *os.File, kind int16) error {
	return unix.FcntlFlock(f.Fd(), unix.F_OFD_SETLK, &unix.Flock_t{Type: kind})
}

// reportWait tells how much the filler has on disk.
func (c *Cache) reportWait(ref Ref) {
	if c.o.Progress == nil {
		return
	}
	st, err := os.Stat(c.partialPath(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err == nil {
		c.o.Progress(Progress{Image: ref.Image, Done: allocated(st), Total: int64(ref.Size), Waiting: true})
	}
}

// allocated is what a file takes on disk, in bytes.
func allocated(st fs.FileInfo) int64 {
	if s, ok := st.Sys().(*syscall.Stat_t); ok {
		return s.Blocks * 512
	}
	return st.Size()
}

// sleep pauses for d or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
