package image

import (
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// OpenFile opens a disk in a local file, raw or qcow2. Holes of a raw file are
// skipped, not read.
func OpenFile(path string) (Source, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	d, err := inspectFile(f)
	if err != nil {
		f.Close()
		return nil, err
	}
	d.closeFile = f.Close
	return d, nil
}

func inspectFile(f *os.File) (*disk, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("open image: %w", err)
	}
	if !st.Mode().IsRegular() {
		return nil, refuse("%s is not a regular file", f.Name())
	}
	d, err := inspect(f, st.Size())
	if err != nil {
		return nil, err
	}
	if d.info.Format == FormatRaw {
		d.nextData = func(off int64) (int64, error) { return seekData(f, off, st.Size()) }
	}
	return d, nil
}

// seekData returns the first offset ≥ off that is not in a hole, or size.
func seekData(f *os.File, off, size int64) (int64, error) {
	next, err := f.Seek(off, unix.SEEK_DATA)
	if errors.Is(err, unix.ENXIO) {
		return size, nil
	}
	if errors.Is(err, unix.EINVAL) { // a filesystem without holes
		return off, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for data: %w", err)
	}
	return next, nil
}
