package imagecache

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// resumer reads a range over as many connections as it takes.
type resumer struct {
	ctx  context.Context // of the whole read: the reader is used within one call
	s    *URLSource
	url  string
	off  int64
	left int64 // negative: until the end

	body   io.ReadCloser
	guard  *time.Timer // ends the attempt when nothing comes
	cancel context.CancelFunc
	failed int // attempts since the last byte
}

var errStalled = errors.New("nothing came for too long")

// Read implements io.Reader.
func (r *resumer) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	if r.left > 0 {
		p = p[:min(int64(len(p)), r.left)]
	}
	for {
		if err := r.connect(); err != nil {
			return 0, err
		}
		r.guard.Reset(r.stall())
		n, err := r.body.Read(p)
		stalled := !r.guard.Stop() // whoever reads may take its time between
		if n > 0 {
			r.advance(int64(n))
			return n, nil // an error comes again
		}
		if errors.Is(err, io.EOF) && r.left < 0 {
			return 0, io.EOF
		}
		if err == nil {
			continue
		}
		if stalled {
			err = errStalled
		}
		r.disconnect()
		if err := r.pause(err); err != nil {
			return 0, err
		}
	}
}

func (r *resumer) advance(n int64) {
	r.off += n
	r.failed = 0
	if r.left > 0 {
		r.left -= n
	}
}

// connect makes attempts until one is answered well.
func (r *resumer) connect() error {
	for r.body == nil {
		ctx, cancel := context.WithCancel(r.ctx)
		guard := time.AfterFunc(r.stall(), cancel)
		body, err := r.s.get(ctx, r.url, r.off, r.left)
		if err == nil {
			r.body, r.guard, r.cancel = body, guard, cancel
			return nil
		}
		stalled := !guard.Stop()
		cancel()
		if err := r.retry(err, stalled); err != nil {
			return err
		}
	}
	return nil
}

// retry pauses if the failure may pass, else returns it.
func (r *resumer) retry(err error, stalled bool) error {
	var p *passing
	if !errors.As(err, &p) {
		return err
	}
	if stalled {
		err = errStalled
	}
	return r.pause(err)
}

func (r *resumer) pause(err error) error {
	if r.ctx.Err() != nil {
		return context.Cause(r.ctx)
	}
	if r.failed++; r.failed >= cmp.Or(r.s.Attempts, 6) {
		return fmt.Errorf("after %d attempts: %w", r.failed, err)
	}
	return sleep(r.ctx, cmp.Or(r.s.Backoff, 200*time.Millisecond)<<(r.failed-1))
}

func (r *resumer) stall() time.Duration { return cmp.Or(r.s.Stall, 30*time.Second) }

func (r *resumer) disconnect() {
	if r.body == nil {
		return
	}
	r.guard.Stop()
	r.cancel()
	r.body.Close()
	r.body = nil
}

// Close implements io.Closer.
func (r *resumer) Close() error {
	r.disconnect()
	return nil
}
