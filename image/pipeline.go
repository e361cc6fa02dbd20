package image

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
)

// job is one block on its way through the pipeline. Jobs are used again, so
// their number bounds the memory.
type job struct {
	off  int64
	n    int
	raw  []byte // BlockSize long
	buf  []byte // for the compressed form
	done chan struct{}

	zero bool
	out  []byte // the stored form: in buf or raw
	enc  Encoding
	sum  [sha256.Size]byte
}

// pipeline has one reader, several encoders and one taker in order.
type pipeline struct {
	free  chan *job
	work  chan *job // read, to be encoded by whoever comes first
	order chan *job // the same jobs, in the disk's order
}

func newPipeline(workers int) *pipeline {
	n := 2*workers + 2
	p := &pipeline{free: make(chan *job, n), work: make(chan *job, n), order: make(chan *job, n)}
	for range n {
		p.free <- &job{raw: make([]byte, BlockSize), buf: make([]byte, 0, BlockSize+BlockSize/64), done: make(chan struct{}, 1)}
	}
	return p
}

// read fills jobs from src until its end.
func (p *pipeline) read(ctx context.Context, src Source) error {
	defer close(p.work)
	defer close(p.order)
	for {
		j, err := receive(ctx, p.free)
		if err != nil {
			return err
		}
		j.off, j.n, err = src.Next(j.raw)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		p.order <- j // neither blocks: they hold as many as there are jobs
		p.work <- j
	}
}

// encode hashes and compresses blocks until there are no more.
func (p *pipeline) encode(ctx context.Context, c *Codec) error {
	for {
		j, err := receive(ctx, p.work)
		if err != nil || j == nil {
			return err
		}
		raw := j.raw[:j.n]
		if j.zero = IsZero(raw); !j.zero {
			j.sum = sha256.Sum256(raw)
			j.out, j.enc = c.Encode(raw, j.buf)
		}
		j.done <- struct{}{}
	}
}

// inOrder calls take with every encoded block in the disk's order.
func (p *pipeline) inOrder(ctx context.Context, take func(*job) error) error {
	for {
		j, err := receive(ctx, p.order)
		if err != nil || j == nil {
			return err
		}
		if _, err := receive(ctx, j.done); err != nil {
			return err
		}
		if err := take(j); err != nil {
			return err
		}
		p.free <- j
	}
}

// receive takes a value from c, or the zero value once c is closed and empty.
func receive[T any](ctx context.Context, c <-chan T) (T, error) {
	select {
	case v := <-c:
		return v, nil
	case <-ctx.Done():
		var zero T
		return zero, context.Cause(ctx)
	}
}
