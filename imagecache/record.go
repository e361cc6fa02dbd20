package imagecache

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// The record of a complete disk is one line: what its bytes are, and when the
// file was last written. A file changed behind our back has another time, and
// is never used again.
const recordForm = "ecc-base-1 %64s %d %d\n"

// record returns the line for a disk written at mtime.
func record(ref Ref, mtime time.Time) string {
	return fmt.Sprintf(recordForm, ref.Digest, ref.Size, mtime.UnixNano())
}

// complete reports whether the disk is there and is what ref says.
func (c *Cache) complete(l *lock, ref Ref) bool {
	st, err := os.Lstat(c.Path(ref.Image))
	if errors.Is(err, fs.ErrNotExist) {
		return false
	}
	if err == nil && st.Mode().IsRegular() && st.Size() == int64(ref.Size) && l.read() == record(ref, st.ModTime()) {
		return true
	}
	c.log.Warn("the image's file is not what it should be; fetching it again", "image", ref.Image, "err", err)
	return false
}

func (l *lock) read() string {
	b, err := io.ReadAll(io.NewSectionReader(l.f, 0, 256))
	if err != nil {
		return ""
	}
	return string(b)
}

// write replaces the record, durably. "" means that there is no disk.
func (l *lock) write(s string) error {
	if err := l.f.Truncate(0); err != nil {
		return fmt.Errorf("write image record: %w", err)
	}
	if _, err := l.f.WriteAt([]byte(s), 0); err != nil {
		return fmt.Errorf("write image record: %w", err)
	}
	if err := l.f.Sync(); err != nil {
		return fmt.Errorf("write image record: %w", err)
	}
	return nil
}

// syncDir makes the names in dir durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}

// absent makes removal of what is not there a success.
func absent(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
