package image

import (
	"errors"
	"fmt"
	"io"
)

// Source is a disk that is read once, front to back.
type Source interface {
	// Info is what the disk is.
	Info() Info

	// Next reads into p, whose length is a power of two and the same in every
	// call, the next stretch of the disk that may hold data other than zeros.
	// Its offset is a multiple of len(p), and it is shorter than p only at the
	// disk's end. After the last comes io.EOF.
	Next(p []byte) (off int64, n int, err error)

	// Close lets go of what was opened.
	Close() error
}

// disk is a Source over any disk that can be read at offsets.
type disk struct {
	info      Info
	r         io.ReaderAt
	pos       int64
	nextData  func(off int64) (int64, error) // the first offset ≥ off that may hold data
	closeDisk func() error
	closeFile func() error
}

var _ Source = (*disk)(nil)

func (d *disk) Info() Info { return d.info }

func (d *disk) Next(p []byte) (int64, int, error) {
	size, block := int64(d.info.VirtualSize), int64(len(p))
	if d.pos >= size {
		return 0, 0, io.EOF
	}
	next, err := d.nextData(d.pos)
	if err != nil {
		return 0, 0, fmt.Errorf("read image: %w", err)
	}
	if next >= size {
		d.pos = size
		return 0, 0, io.EOF
	}
	off := next &^ (block - 1)
	n := min(block, size-off)
	if m, err := d.r.ReadAt(p[:n], off); int64(m) < n {
		if errors.Is(err, io.EOF) {
			return 0, 0, refuse("the file is shorter than it should be")
		}
		return 0, 0, fmt.Errorf("read image at %d: %w", off, err)
	}
	d.pos = off + n
	return off, int(n), nil
}

func (d *disk) Close() error {
	return errors.Join(d.closeDisk(), d.closeFile())
}
