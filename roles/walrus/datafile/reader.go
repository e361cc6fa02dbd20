package datafile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"sync"
)

// buffers holds the blocks of readers that are done.
var buffers = sync.Pool{New: func() any { b := make([]byte, Block); return &b }}

// Reader reads a range of one file, checking as it goes.
type Reader struct {
	id         ID
	f          *os.File
	size       int64 // of the data
	next, end  int64 // the rest of the range
	firstBlock int64
	table      []byte // from firstBlock on
	buf        *[]byte
}

// Read opens the range [from, to) of a file whose data is size bytes long. The
// caller closes it.
func (d *Dir) Read(id ID, size, from, to int64) (*Reader, error) {
	if from < 0 || to < from || size < to {
		return nil, fmt.Errorf("read %d to %d of a data file of %d bytes", from, to, size)
	}
	f, err := os.Open(d.path(id))
	if err != nil {
		return nil, fmt.Errorf("open data file: %w", err)
	}
	r := &Reader{id: id, f: f, size: size, next: from, end: to, firstBlock: from / Block}
	if err := r.readTable(); err != nil {
		_ = f.Close()
		return nil, err
	}
	r.buf = buffers.Get().(*[]byte)
	return r, nil
}

// readTable reads the checksums of the range.
func (r *Reader) readTable() error {
	st, err := r.f.Stat()
	if err != nil {
		return fmt.Errorf("size of data file: %w", err)
	}
	if st.Size() != r.size+4*blocks(r.size) {
		return fmt.Errorf("file %s has %d bytes: %w", r.id, st.Size(), ErrCorrupt)
	}
	r.table = make([]byte, 4*(blocks(r.end)-r.firstBlock))
	if _, err := r.f.ReadAt(r.table, r.size+4*r.firstBlock); err != nil {
		return fmt.Errorf("read table of data file: %w", err)
	}
	return nil
}

// Next returns the next bytes of the range, at most a block, all of them
// checked, and io.EOF at its end. They are valid until the next call.
func (r *Reader) Next() ([]byte, error) {
	if r.next >= r.end {
		return nil, io.EOF
	}
	block := r.next / Block
	start := block * Block
	b := (*r.buf)[:min(Block, r.size-start)]
	if _, err := r.f.ReadAt(b, start); err != nil {
		return nil, fmt.Errorf("read data file: %w", err)
	}
	want := binary.LittleEndian.Uint32(r.table[4*(block-r.firstBlock):])
	if crc32.Update(sumStart(r.id, block), castagnoli, b) != want {
		return nil, fmt.Errorf("block %d of file %s: %w", block, r.id, ErrCorrupt)
	}
	b = b[r.next-start : min(r.end-start, int64(len(b)))]
	r.next += int64(len(b))
	return b, nil
}

// Close ends reading.
func (r *Reader) Close() error {
	if r.buf != nil {
		buffers.Put(r.buf)
		r.buf = nil
	}
	return r.f.Close()
}
