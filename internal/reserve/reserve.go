// Package reserve keeps a little of a disk back for the moment it is full: a
// file that holds nothing but its place. Who meets "no space left" while making
// room gives the place back and tries once more; until there is enough space to
// take it again, only work that frees space should go on.
//
// Stores on a file (package store, roles/walrus/index) import it.
package reserve

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// share bounds the place on a small file system: one part in so many.
const share = 32

// Place is what is kept back. Its methods are for any goroutine.
type Place struct {
	path string
	size int64

	mu    sync.Mutex
	spent bool
}

// Take keeps size bytes back in a file at path, or less on a small file system.
// On a disk that is full already, or cannot promise space, the place starts out
// Spent.
func Take(path string, size int64) (*Place, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(filepath.Dir(path), &st); err != nil {
		return nil, fmt.Errorf("ask for the size of the disk: %w", err)
	}
	p := &Place{path: path, size: min(size, int64(st.Blocks)*st.Bsize/share), spent: true}
	p.Retake()
	return p, nil
}

// Spend gives the place back to the disk, and reports whether there was any.
func (p *Place) Spend() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent {
		return false
	}
	p.spent = true
	return os.Truncate(p.path, 0) == nil
}

// Spent reports whether the place is gone.
func (p *Place) Spent() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.spent
}

// Retake takes the place again if it was spent and the disk has room for it
// twice over. It reports whether the place is there.
func (p *Place) Retake() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent && p.fits() {
		p.spent = p.allocate() != nil
	}
	return !p.spent
}

func (p *Place) fits() bool {
	var st unix.Statfs_t
	return unix.Statfs(filepath.Dir(p.path), &st) == nil && int64(st.Bavail)*st.Bsize >= 2*p.size
}

func (p *Place) allocate() error {
	f, err := os.OpenFile(p.path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("keep space back: %w", err)
	}
	err = unix.Fallocate(int(f.Fd()), 0, 0, p.size)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		_ = os.Truncate(p.path, 0)
		return fmt.Errorf("keep space back: %w", err)
	}
	return nil
}
