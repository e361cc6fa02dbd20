package imagecache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
)

// SweepPolicy says what Sweep may leave. Whatever it says, an image that is
// pinned or being fetched stays.
type SweepPolicy struct {
	Keep    cloud.Bytes   // evict the longest unused until the rest takes no more than this on disk
	MaxAge  time.Duration // evict what was not used for longer, too; 0 is no limit
	MinIdle time.Duration // leave what was used within; on a network filesystem at least 2 min, see below
}

// Swept is what Sweep did.
type Swept struct {
	Evicted []cloud.ImageID
	Freed   cloud.Bytes // on disk
	Left    cloud.Bytes
}

// entry is what the folder has of one image.
type entry struct {
	id    cloud.ImageID
	bytes int64 // on disk, partial files as well
	used  time.Time
	raw   bool
	pins  int
}

// Sweep evicts images nobody uses, longest unused first, and what dead fillers
// left of others.
//
// Hosts that share a folder may see another's pin late: network filesystems
// keep listings for up to a minute. The time of last use is written and read
// under the lock, which makes it current; so with MinIdle above that minute no
// image is evicted whose pin is not seen yet.
func (c *Cache) Sweep(ctx context.Context, p SweepPolicy) (Swept, error) {
	var s Swept
	entries, err := c.entries()
	if err != nil {
		return s, err
	}
	for _, e := range entries {
		s.Left += cloud.Bytes(e.bytes)
	}
	slices.SortFunc(entries, func(a, b entry) int { return a.used.Compare(b.used) })
	for _, e := range entries {
		if ctx.Err() != nil {
			return s, context.Cause(ctx)
		}
		if e.pins > 0 || !p.evicts(c.o.Now().Sub(e.used), s.Left) {
			continue
		}
		gone, err := c.evict(e)
		if err != nil {
			return s, err
		}
		if gone {
			s.Evicted = append(s.Evicted, e.id)
			s.Freed += cloud.Bytes(e.bytes)
			s.Left -= cloud.Bytes(e.bytes)
		}
	}
	return s, nil
}

func (p SweepPolicy) evicts(idle time.Duration, left cloud.Bytes) bool {
	if idle < p.MinIdle {
		return false
	}
	return left > p.Keep || (p.MaxAge > 0 && idle > p.MaxAge)
}

// evict removes an image unless somebody works on it, has used it since the
// folder was listed, or has pinned it. The pins are looked at under the lock:
// Ensure pins first and locks then.
func (c *Cache) evict(e entry) (bool, error) {
	path := c.recordPath(e.id)
	l, err := c.tryAcquire(path, os.O_CREATE)
	if l == nil {
		return false, err
	}
	defer l.release()
	st, err := l.f.Stat()
	if err != nil {
		return false, fmt.Errorf("evict image: %w", err)
	}
	users, err := c.pinsOf(e.id)
	if err != nil || len(users) > 0 || st.ModTime().After(e.used) && !e.used.IsZero() {
		return false, err
	}
	if err := c.clear(l, e.id, ""); err != nil {
		return false, err
	}
	if err := absent(os.Remove(path)); err != nil {
		return false, fmt.Errorf("evict image: %w", err)
	}
	c.log.Info("image evicted", "image", e.id, "bytes", e.bytes)
	return true, nil
}

// entries lists the images the folder has something of.
func (c *Cache) entries() ([]entry, error) {
	files, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, fmt.Errorf("list image cache: %w", err)
	}
	m := map[cloud.ImageID]*entry{}
	for _, f := range files {
		id, _, _ := strings.Cut(f.Name(), ".")
		if !cloud.ValidID(cloud.PrefixImage, id) {
			continue
		}
		e := m[cloud.ImageID(id)]
		if e == nil {
			e = &entry{id: cloud.ImageID(id)}
			m[e.id] = e
		}
		if err := e.add(f); err != nil {
			return nil, err
		}
	}
	return c.countPins(m)
}

func (e *entry) add(f os.DirEntry) error {
	st, err := f.Info()
	if err != nil {
		return absent(err)
	}
	switch filepath.Ext(f.Name()) {
	case ".digest":
		e.used = st.ModTime()
	case ".raw":
		e.raw = true
		e.bytes += allocated(st)
	case ".partial":
		e.bytes += allocated(st)
	}
	return nil
}

func (c *Cache) countPins(m map[cloud.ImageID]*entry) ([]entry, error) {
	out := make([]entry, 0, len(m))
	var errs []error
	for _, e := range m {
		users, err := c.pinsOf(e.id)
		e.pins = len(users)
		out, errs = append(out, *e), append(errs, err)
	}
	slices.SortFunc(out, func(a, b entry) int { return cmp.Compare(a.id, b.id) })
	return out, errors.Join(errs...)
}
