// Package atomicfile replaces small state files so that a crash at any moment
// leaves the old content or the new, never a mixture, and what was written is
// still there after power loss: data, then name, then folder are synced.
//
// It is for certificates, markers and notes of a few kilobytes. Large or
// streamed files order their own writes. Every package may import it.
package atomicfile

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// Write replaces path by data with exactly the permissions perm, whatever the
// umask. When it returns nil the content survives power loss. The folder must
// exist. A crash may leave a hidden temporary file beside path.
func Write(path string, data []byte, perm os.FileMode) error {
	dir := filepath.Dir(path)
	// The temporary file must be on path's own filesystem for the rename.
	err := renameio.WriteFile(path, data, perm, renameio.WithTempDir(dir), renameio.WithStaticPermissions(perm))
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return SyncDir(dir)
}

// MkdirAll makes dir and its missing parents with perm and makes their names
// durable.
func MkdirAll(dir string, perm os.FileMode) error {
	if fi, err := os.Stat(dir); err == nil && fi.IsDir() {
		return nil
	}
	parent := filepath.Dir(dir)
	if parent != dir {
		if err := MkdirAll(parent, perm); err != nil {
			return err
		}
	}
	if err := os.Mkdir(dir, perm); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return SyncDir(parent)
}

// SyncDir makes the names in dir durable: new, renamed and removed ones.
func SyncDir(dir string) (err error) {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
