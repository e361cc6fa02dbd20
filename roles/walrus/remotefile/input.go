package remotefile

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"ecc/roles/walrus/datafile"
)

const (
	chunk = 8 << 20 // bytes of a file asked for in one request
	ahead = 2       // requests under way for one reader
	tries = 2       // of one block that did not come, or came wrong
)

var buffers = sync.Pool{New: func() any { b := make([]byte, datafile.Block); return &b }}

// input reads a range of a file. While one request is being read from, the
// next one is under way already; what it brings waits in the connection, not in
// this process' memory.
type input struct {
	b         *Bucket
	ctx       context.Context
	cancel    context.CancelFunc
	key       string
	size      int64 // of the data
	next, end int64 // the rest of the range
	last      int64 // end of the last block of the range
	planned   int64 // no request was made for what lies behind
	queue     []*fetch
	sums      datafile.Sums // of the range
	buf       *[]byte
}

// Read implements datafile.Files.
func (b *Bucket) Read(id datafile.ID, size, from, to int64) (datafile.Input, error) {
	if from < 0 || to < from || size < to {
		return nil, fmt.Errorf("read %d to %d of a data file of %d bytes", from, to, size)
	}
	ctx, cancel := context.WithCancel(b.ctx)
	first := from / datafile.Block
	r := &input{
		b: b, ctx: ctx, cancel: cancel, key: b.key(id), size: size, next: from, end: to,
		last: min(size, datafile.Blocks(to)*datafile.Block), planned: first * datafile.Block,
		sums: datafile.Sums{ID: id, First: first},
	}
	if from < to {
		r.plan() // side by side with the table
	}
	if err := r.readTable(); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	r.buf = buffers.Get().(*[]byte)
	return r, nil
}

// readTable reads the checksums of the range, and sees that the object has the
// size it must have.
func (r *input) readTable() error {
	n := 4 * (datafile.Blocks(r.end) - r.sums.First)
	if r.next == r.end {
		return r.b.exists(r.ctx, r.key, datafile.Stored(r.size))
	}
	at := r.size + 4*r.sums.First
	f := r.b.fetch(r.ctx, r.key, at, at+n)
	defer f.close()
	guard := time.AfterFunc(r.b.cfg.Stall, r.cancel)
	defer guard.Stop()
	table, err := f.all()
	if err != nil {
		return judge("read", r.key, err)
	}
	if f.total != datafile.Stored(r.size) {
		return fmt.Errorf("object %s has %d bytes: %w", r.key, f.total, datafile.ErrCorrupt)
	}
	r.sums.Table = table
	return nil
}

// plan keeps requests under way.
func (r *input) plan() {
	for len(r.queue) < ahead && r.planned < r.last {
		to := min(r.planned+chunk, r.last)
		r.queue = append(r.queue, r.b.fetch(r.ctx, r.key, r.planned, to))
		r.planned = to
	}
}

// Next implements datafile.Input.
func (r *input) Next() ([]byte, error) {
	if r.next >= r.end {
		return nil, io.EOF
	}
	block := r.next / datafile.Block
	start := block * datafile.Block
	b := (*r.buf)[:min(datafile.Block, r.size-start)]
	err := r.readBlock(block, b)
	for range tries - 1 {
		if err == nil || r.ctx.Err() != nil {
			break
		}
		r.again(start)
		err = r.readBlock(block, b)
	}
	if err != nil {
		return nil, err
	}
	b = b[r.next-start : min(r.end-start, int64(len(b)))]
	r.next += int64(len(b))
	return b, nil
}

// readBlock reads and checks the block that the first request of the queue has
// come to.
func (r *input) readBlock(block int64, p []byte) error {
	r.plan()
	f := r.queue[0]
	guard := time.AfterFunc(r.b.cfg.Stall, r.cancel)
	defer guard.Stop()
	if err := f.fill(p); err != nil {
		return judge("read", r.key, err)
	}
	if f.at == f.to {
		f.close()
		r.queue = r.queue[1:]
		r.plan()
	}
	return r.sums.Check(block, p)
}

// again asks anew for everything from a block on.
func (r *input) again(start int64) {
	r.drop()
	r.planned = start
}

func (r *input) drop() {
	for _, f := range r.queue {
		f.close()
	}
	r.queue = nil
}

// Close implements datafile.Input.
func (r *input) Close() error {
	r.cancel()
	r.drop()
	if r.buf != nil {
		buffers.Put(r.buf)
		r.buf = nil
	}
	return nil
}
