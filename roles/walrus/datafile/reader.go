package datafile

import (
	"fmt"
	"io"
	"os"
	"sync"
)

// buffers holds the blocks of readers that are done.
var buffers = sync.Pool{New: func() any { b := make([]byte, Block); return &b }}

// reader is the Input of a Dir.
type reader struct {
	f         *os.File
	size      int64 // of the data
	next, end int64 // the rest of the range
	sums      Sums  // of the range
	buf       *[]byte
}

// Read implements Files.
func (d *Dir) Read(id ID, size, from, to int64) (Input, error) {
	if from < 0 || to < from || size < to {
		return nil, fmt.Errorf("read %d to %d of a data file of %d bytes", from, to, size)
	}
	f, err := os.Open(d.path(id))
	if err != nil {
		return nil, fmt.Errorf("open data file: %w", err)
	}
	r := &reader{f: f, size: size, next: from, end: to, sums: Sums{ID: id, First: from / Block}}
	if err := r.readTable(); err != nil {
		_ = f.Close()
		return nil, err
	}
	r.buf = buffers.Get().(*[]byte)
	return r, nil
}

// readTable reads the checksums of the range.
func (r *reader) readTable() error {
	st, err := r.f.Stat()
	if err != nil {
		return fmt.Errorf("size of data file: %w", err)
	}
	if st.Size() != Stored(r.size) {
		return fmt.Errorf("file %s has %d bytes: %w", r.sums.ID, st.Size(), ErrCorrupt)
	}
	r.sums.Table = make([]byte, 4*(Blocks(r.end)-r.sums.First))
	if _, err := r.f.ReadAt(r.sums.Table, r.size+4*r.sums.First); err != nil {
		return fmt.Errorf("read table of data file: %w", err)
	}
	return nil
}

// Next implements Input.
func (r *reader) Next() ([]byte, error) {
	if r.next >= r.end {
		return nil, io.EOF
	}
	block := r.next / Block
	start := block * Block
	b := (*r.buf)[:min(Block, r.size-start)]
	if _, err := r.f.ReadAt(b, start); err != nil {
		return nil, fmt.Errorf("read data file: %w", err)
	}
	if err := r.sums.Check(block, b); err != nil {
		return nil, err
	}
	b = b[r.next-start : min(r.end-start, int64(len(b)))]
	r.next += int64(len(b))
	return b, nil
}

// Close implements Input.
func (r *reader) Close() error {
	if r.buf != nil {
		buffers.Put(r.buf)
		r.buf = nil
	}
	return r.f.Close()
}
