// Package overlay makes and checks the disks of instances: qcow2 files over a
// raw base that is shared and never written. It drives qemu-img and is the only
// place that starts it.
//
// Formats are always named, never probed: a guest can write whatever it likes
// to the beginning of its disk. A base that is not named raw here would be
// taken for what its first bytes say.
//
// It does not fetch bases (imagecache does) and knows no instances. roles/nc
// uses it.
package overlay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
)

// Owner is the user and group an overlay is given to: QEMU's. The zero value
// is root; KeepOwner leaves it to who makes it.
type Owner struct{ UID, GID int }

// KeepOwner does not change the owner.
var KeepOwner = Owner{-1, -1}

// Options tune Create. The zero value is good.
type Options struct {
	Layout  Layout
	Growing bool   // do not give the file its final length in advance: see settle
	QemuImg string // the program; "" is qemu-img in the PATH
}

// Layout is how the file is organised inside, in qemu-img's words; "" is
// DefaultLayout.
type Layout string

// tables is room for the header and the first tables; those that grow with the
// disk are below 1/4096 of it.
const tables = 4 * cloud.MiB

// Create makes an overlay of size bytes, or of the base's size if that is
// larger, at path over the raw disk base. Both paths are absolute. It appears
// under its name complete and durable or not at all; an overlay that exists is
// left as it is and fs.ErrExist is returned. A full disk gives kind Exhausted.
func Create(ctx context.Context, path, base string, size cloud.Bytes, owner Owner, o Options) error {
	size, err := sizeOver(path, base, size)
	if err != nil {
		return fmt.Errorf("create overlay: %w", err)
	}
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("create overlay %s: %w", path, fs.ErrExist)
	}
	tmp := path + ".new" // one worker per instance: what is there is a dead one's
	if err := os.RemoveAll(tmp); err != nil {
		return fmt.Errorf("create overlay: %w", err)
	}
	err = o.create(ctx, tmp, base, size)
	if err == nil {
		err = o.settle(tmp, path, size, owner)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("create overlay %s: %w", path, err), os.RemoveAll(tmp))
	}
	return nil
}

// sizeOver checks the two paths and returns the overlay's size in whole
// sectors.
func sizeOver(path, base string, size cloud.Bytes) (cloud.Bytes, error) {
	if !filepath.IsAbs(path) || !filepath.IsAbs(base) { // QEMU takes "nbd:…" and the like for protocols
		return 0, fmt.Errorf("%q or %q is not an absolute path", path, base)
	}
	st, err := os.Lstat(base)
	if err != nil {
		return 0, err
	}
	if !st.Mode().IsRegular() {
		return 0, fmt.Errorf("base %s is not a regular file", base)
	}
	size = max(size, cloud.Bytes(st.Size()))
	return (size + 511) &^ 511, nil
}

// settle gives a finished file its length, its owner and its name, durably.
//
// The length is that of a full overlay, in a hole that takes no room. Without
// it every new cluster would lengthen the file, and ext4 lets such writes wait
// for each other: scattered small writes take more than twice as long. It does
// what preallocation=metadata does for them, at no cost that grows with the
// disk.
func (o Options) settle(tmp, path string, size cloud.Bytes, owner Owner) error {
	f, err := os.OpenFile(tmp, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	if !o.Growing {
		err = f.Truncate(int64(size + size/4096 + tables))
	}
	err = errors.Join(err, f.Chmod(0o600), f.Chown(owner.UID, owner.GID), f.Sync())
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, tmp, unix.AT_FDCWD, path, unix.RENAME_NOREPLACE); err != nil {
		return fmt.Errorf("name it %s: %w", path, err)
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func (o Options) create(ctx context.Context, path, base string, size cloud.Bytes) error {
	layout := o.Layout
	if layout == "" {
		layout = DefaultLayout
	}
	return o.run(ctx, "create", "-q", "-f", "qcow2", "-b", base, "-F", "raw", "-o", string(layout),
		"--", path, strconv.FormatInt(int64(size), 10))
}

// run runs qemu-img.
func (o Options) run(ctx context.Context, args ...string) error {
	name := o.QemuImg
	if name == "" {
		name = "qemu-img"
	}
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	cmd.Stderr = &stderr
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return worded(fmt.Errorf("qemu-img %s: %w: %s", args[0], err, firstLine(stderr.String())))
	}
	return nil
}

// worded gives a full disk its kind; qemu-img has only words for it.
func worded(err error) error {
	if strings.Contains(err.Error(), unix.ENOSPC.Error()) || strings.Contains(err.Error(), "No space left") {
		return &cloud.Error{Kind: cloud.Exhausted, Msg: "the node has no room left for the instance's disk", Err: err}
	}
	return err
}

func firstLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return s[:min(len(s), 500)]
}
