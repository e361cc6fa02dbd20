package datafile

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
)

// buffers holds buffers that nobody uses, of readers and of writers: a crowd of
// the ones takes over what a crowd of the others had.
var buffers = sync.Pool{New: func() any { b := make([]byte, Block); return &b }}

// Borrow returns a buffer of Block bytes, for whoever moves blocks. GiveBack
// ends its use.
func Borrow() *[]byte { return buffers.Get().(*[]byte) }

// GiveBack ends the use of a buffer.
func GiveBack(b *[]byte) { buffers.Put(b) }

// reader is the Input of a Dir.
type reader struct {
	f         *os.File
	size      int64 // of the data
	next, end int64 // the rest of the range
	sums      Sums  // of the range
	buf       *[]byte
	spare     *[]byte      // the block behind is read into it
	ahead     chan fetched // nil while no block is being read ahead
	eager     bool         // it may read ahead
	counted   bool         // in ahead
}

// fetched is a block that was read and checked.
type fetched struct {
	block []byte
	err   error
}

// crowd is how many readers may read ahead at a time: it takes twice the memory,
// and in a crowd there is always another one at work while one waits.
const crowd = 8

var ahead atomic.Int32 // readers that may

// readAhead is how much of a range must be left for the block behind to be read
// and checked while the one before is being sent.
const readAhead = 4 * Block

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
	r.buf = Borrow()
	if to-from >= readAhead {
		r.eager = ahead.Add(1) <= crowd
		r.counted = true
	}
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
	b, err := r.take(r.next / Block)
	if err != nil {
		return nil, err
	}
	start := r.next / Block * Block
	b = b[r.next-start : min(r.end-start, int64(len(b)))]
	r.next += int64(len(b))
	if r.eager && r.end-r.next >= readAhead {
		r.start(r.next / Block)
	}
	return b, nil
}

// take returns a block, which may have been read already.
func (r *reader) take(block int64) ([]byte, error) {
	if r.ahead == nil {
		return r.fetch(block, *r.buf)
	}
	got := <-r.ahead
	r.ahead = nil
	r.buf, r.spare = r.spare, r.buf
	return got.block, got.err
}

// start begins to read a block ahead. Next or Close waits for it.
func (r *reader) start(block int64) {
	if r.spare == nil {
		r.spare = Borrow()
	}
	done, spare := make(chan fetched, 1), *r.spare
	r.ahead = done
	go func() {
		b, err := r.fetch(block, spare)
		done <- fetched{b, err}
	}()
}

// fetch reads a block and checks it.
func (r *reader) fetch(block int64, buf []byte) ([]byte, error) {
	start := block * Block
	b := buf[:min(Block, r.size-start)]
	if _, err := r.f.ReadAt(b, start); err != nil {
		return nil, fmt.Errorf("read data file: %w", err)
	}
	return b, r.sums.Check(block, b)
}

// Close implements Input.
func (r *reader) Close() error {
	if r.ahead != nil {
		<-r.ahead
		r.ahead = nil
	}
	if r.counted {
		ahead.Add(-1)
		r.counted = false
	}
	for _, b := range []**[]byte{&r.buf, &r.spare} {
		if *b != nil {
			GiveBack(*b)
			*b = nil
		}
	}
	return r.f.Close()
}
