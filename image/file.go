package image

import (
	"errors"
	"fmt"
	"io"
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
		x := &extents{f: f, size: st.Size()}
		d.r, d.nextData = x, x.next
	}
	return d, nil
}

// extents reads a sparse file and leaves its holes alone.
type extents struct {
	f        *os.File
	size     int64
	from, to int64 // the stretch of data found last
}

var _ io.ReaderAt = (*extents)(nil)

// next returns the first offset ≥ off that is not in a hole, or size.
func (x *extents) next(off int64) (int64, error) {
	if off >= x.from && off < x.to {
		return off, nil
	}
	from, err := seekData(x.f, off, x.size)
	if err != nil {
		return 0, err
	}
	if from >= x.size {
		return x.size, x.intact()
	}
	to, err := x.f.Seek(from, unix.SEEK_HOLE)
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENXIO) {
		to, err = x.size, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look for a hole: %w", err)
	}
	x.from, x.to = from, to
	return from, nil
}

// intact tells the last hole from a file that was cut while we read.
func (x *extents) intact() error {
	st, err := x.f.Stat()
	if err == nil && st.Size() < x.size {
		return refuse("the file is shorter than it should be")
	}
	return err
}

// ReadAt implements io.ReaderAt, for one reader at a time.
func (x *extents) ReadAt(p []byte, off int64) (int, error) {
	n := 0
	for n < len(p) {
		pos := off + int64(n)
		if pos >= x.size {
			return n, io.EOF
		}
		from, err := x.next(pos)
		if err != nil {
			return n, err
		}
		hole := min(from-pos, int64(len(p)-n))
		clear(p[n : n+int(hole)])
		n += int(hole)
		if n == len(p) || from >= x.size {
			continue
		}
		m, err := x.f.ReadAt(p[n:min(int64(len(p)), int64(n)+x.to-from)], from)
		if n += m; err != nil {
			return n, err
		}
	}
	return n, nil
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
