package roles

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/imagecache"
)

// disk is what the file system of the instances offers: what is free and what
// instances hold of it already, less what is kept for the host.
func (p *Process) disk() (cloud.Bytes, error) {
	dir := p.cfg.NC.InstancesDir
	if err := os.MkdirAll(dir, 0o711); err != nil {
		return 0, fmt.Errorf("make the folder of instances: %w", err)
	}
	_, free, err := room(dir)
	if err != nil {
		return 0, err
	}
	held, err := allocated(dir)
	if err != nil {
		return 0, fmt.Errorf("add up what instances hold: %w", err)
	}
	return max(free+held-cloud.Bytes(p.cfg.NC.ReservedDisk), 0), nil
}

// room is the size of a folder's file system and what is free of it.
func room(dir string) (total, free cloud.Bytes, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, 0, fmt.Errorf("ask for the room in %s: %w", dir, err)
	}
	size := cloud.Bytes(st.Bsize)
	return cloud.Bytes(st.Blocks) * size, cloud.Bytes(st.Bavail) * size, nil
}

// allocated adds up what the files below a folder take on disk. Files that go
// while it looks take nothing.
func allocated(dir string) (cloud.Bytes, error) {
	var sum cloud.Bytes
	err := filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil {
			return ifThere(err)
		}
		info, err := e.Info()
		if err != nil {
			return ifThere(err)
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok {
			sum += cloud.Bytes(st.Blocks) * 512
		}
		return nil
	})
	return sum, err
}

func ifThere(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// scarce is the part of the disk that the image cache leaves free when nothing
// else is configured: a tenth.
const scarce = 10

// sweepCache adds a role that keeps the image cache within its limit, or from
// filling the disk when it has none.
func (p *Process) sweepCache(cache *imagecache.Cache) {
	p.addLoop("image cache", 10*time.Minute, func(ctx context.Context) error {
		keep, err := p.cacheLimit(cache)
		if err != nil || keep < 0 {
			return err
		}
		_, err = cache.Sweep(ctx, imagecache.SweepPolicy{Keep: keep, MinIdle: 5 * time.Minute})
		return err
	})
}

// cacheLimit is what the cache may take now; negative when that is no matter.
func (p *Process) cacheLimit(cache *imagecache.Cache) (cloud.Bytes, error) {
	if p.cfg.NC.CacheLimit > 0 {
		return cloud.Bytes(p.cfg.NC.CacheLimit), nil
	}
	total, free, err := room(p.cfg.NC.CacheDir)
	if err != nil || free >= total/scarce {
		return -1, err
	}
	st, err := cache.Stats()
	if err != nil {
		return -1, fmt.Errorf("add up the image cache: %w", err)
	}
	return max(st.Bytes-(total/scarce-free), 0), nil
}
