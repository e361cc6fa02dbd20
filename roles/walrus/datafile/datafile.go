// Package datafile keeps bytes in files that are named by number and can never
// be read wrong: behind the data lies a checksum of every block, and a reader
// hands out a block only after checking it, so that reading a range costs no
// more than the blocks it touches.
//
//	data            size bytes
//	table           4 bytes per block of 256 KiB: CRC-32C, little endian, over
//	                the file's number, the block's number and the block
//
// A file is written under tmp/, synced, renamed to data/<last byte>/<number>,
// and its directory synced; then it is there for good and never changes. One
// that was found damaged is moved to quarantine/<number>. Which
// files matter is for the index to say: this package knows numbers only, never
// a tenant's names. Only roles/walrus imports it.
package datafile

import (
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"golang.org/x/sys/unix"
)

// Block is the unit of checking, in bytes.
const Block = 256 << 10

// ErrCorrupt means that a file does not hold what was written to it.
var ErrCorrupt = errors.New("data file is corrupt")

// ErrPromise means that a file was written with another size than was said.
var ErrPromise = errors.New("a data file has another size than was said")

// ID numbers a file.
type ID uint64

func (id ID) String() string { return fmt.Sprintf("%016x", uint64(id)) }

// Dir is a folder of data files. It belongs to one process at a time; whoever
// opens it holds the lock of the index beside it.
type Dir struct {
	root string

	mu      sync.Mutex
	writing map[ID]bool // under tmp/, by an Output
}

var _ Files = (*Dir)(nil)

// Open prepares a folder: makes what is missing and removes what a crash left
// half written under tmp/.
func Open(root string) (*Dir, error) {
	d := &Dir{root: root, writing: map[ID]bool{}}
	if err := os.RemoveAll(d.temp()); err != nil {
		return nil, fmt.Errorf("remove half-written files: %w", err)
	}
	if err := os.MkdirAll(d.temp(), 0o700); err != nil {
		return nil, fmt.Errorf("make folder for new files: %w", err)
	}
	if err := os.MkdirAll(d.quarantine(), 0o700); err != nil {
		return nil, fmt.Errorf("make folder for damaged files: %w", err)
	}
	for i := range 256 {
		if err := os.MkdirAll(d.shard(ID(i)), 0o700); err != nil {
			return nil, fmt.Errorf("make folder for data files: %w", err)
		}
	}
	for _, p := range []string{filepath.Join(root, "data"), root} {
		if err := syncDir(p); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// At looks at a folder as it is: nothing is made, and nothing removed.
func At(root string) *Dir { return &Dir{root: root, writing: map[ID]bool{}} }

// Has reports whether a folder, which may not be there, holds data files.
func Has(root string) (bool, error) {
	for _, err := range At(root).All() {
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return err == nil, err
	}
	return false, nil
}

func (d *Dir) temp() string       { return filepath.Join(d.root, "tmp") }
func (d *Dir) quarantine() string { return filepath.Join(d.root, "quarantine") }
func (d *Dir) shard(id ID) string {
	return filepath.Join(d.root, "data", fmt.Sprintf("%02x", byte(id)))
}
func (d *Dir) path(id ID) string     { return filepath.Join(d.shard(id), id.String()) }
func (d *Dir) tempPath(id ID) string { return filepath.Join(d.temp(), id.String()) }

// Path is where a file is, once it was committed.
func (d *Dir) Path(id ID) string { return d.path(id) }

// Remove implements Files.
func (d *Dir) Remove(id ID) error {
	for _, path := range []string{d.path(id), d.quarantined(id)} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("remove data file: %w", err)
		}
	}
	return nil
}

// All implements Files. Strangers in the folder are passed over.
func (d *Dir) All() iter.Seq2[ID, error] {
	return func(yield func(ID, error) bool) {
		for i := range 256 {
			entries, err := os.ReadDir(d.shard(ID(i)))
			if err != nil && !yield(0, fmt.Errorf("list data files: %w", err)) {
				return
			}
			for _, e := range entries {
				n, err := strconv.ParseUint(e.Name(), 16, 64)
				if err == nil && ID(n).String() == e.Name() && !yield(ID(n), nil) {
					return
				}
			}
		}
	}
}

// Free implements Files: what is left on the disk for this process.
func (d *Dir) Free() (int64, error) { return DiskFree(d.root) }

// DiskFree returns the bytes that are left on the disk of a folder for this
// process.
func DiskFree(path string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(path, &st); err != nil {
		return 0, fmt.Errorf("ask for free space: %w", err)
	}
	return int64(st.Bavail) * st.Bsize, nil
}

func syncDir(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	err = f.Sync()
	return errors.Join(err, f.Close())
}
