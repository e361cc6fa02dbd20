package walrus

import (
	"crypto/md5"
	"io"
	"sync"
	"sync/atomic"

	"ecc/roles/walrus/datafile"
	"ecc/roles/walrus/seal"
)

// depth is how many buffers of datafile.Block bytes one of so many uploads
// uses. One or a few are faster with more; a crowd keeps the processors busy in
// any case, and its memory has to be bounded.
func depth(uploads int) int {
	if uploads > 16 {
		return 2
	}
	return 4
}

// pumpSealed is pump with encryption, if there is a key for it. It returns the
// size of the body, too.
func pumpSealed(body io.Reader, f datafile.Output, key []byte, depth int, s sums) ([]byte, int64, error) {
	if key == nil {
		sum, err := pump(body, f, depth, s)
		return sum, f.Size(), err
	}
	w, err := seal.NewWriter(f, key)
	if err != nil {
		return nil, 0, err
	}
	sum, err := pump(body, w, depth, s)
	if closing := w.Close(); err == nil {
		err = closing
	}
	return sum, w.Size(), err
}

// pump moves a body to a data file and returns its MD5. MD5 is the slowest
// part and runs beside the others: this goroutine reads (and with that checks
// signatures), a second one computes MD5, a third one the other checksums and
// writes.
func pump(body io.Reader, f io.Writer, depth int, s sums) ([]byte, error) {
	p := &pipeline{free: make(chan *load, depth), digest: make(chan *load, depth), write: make(chan *load, depth)}
	for range depth {
		p.free <- &load{buf: datafile.Borrow()}
	}
	sum := md5.New()
	var writeErr error
	var wg sync.WaitGroup
	wg.Go(func() {
		for l := range p.digest {
			sum.Write(l.data)
			p.done(l)
		}
	})
	wg.Go(func() {
		for l := range p.write {
			if writeErr == nil {
				s.write(l.data)
				_, writeErr = f.Write(l.data)
			}
			if writeErr != nil {
				p.failed.Store(true)
			}
			p.done(l)
		}
	})
	readErr := p.fill(body)
	wg.Wait()
	p.recycle()
	if writeErr != nil {
		return nil, writeErr
	}
	return sum.Sum(nil), readErr
}

// load is a buffer on its way; it is free again when both sides are done.
type load struct {
	buf  *[]byte
	data []byte
	left atomic.Int32
}

type pipeline struct {
	free, digest, write chan *load
	failed              atomic.Bool
}

func (p *pipeline) done(l *load) {
	if l.left.Add(-1) == 0 {
		p.free <- l
	}
}

// fill reads the body to its end, whole buffers at a time.
func (p *pipeline) fill(body io.Reader) error {
	defer close(p.write) // also if reading panics: then too the others must end
	defer close(p.digest)
	for !p.failed.Load() {
		l := <-p.free
		n, err := io.ReadFull(body, *l.buf)
		l.data = (*l.buf)[:n]
		if n == 0 {
			p.free <- l
		} else {
			l.left.Store(2)
			p.digest <- l
			p.write <- l
		}
		// Exactly these, unwrapped: a failure that carries an io.EOF as its cause
		// is not the end of the body.
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return errStopped
}

// recycle gives the buffers back; all of them are free now.
func (p *pipeline) recycle() {
	for range cap(p.free) {
		datafile.GiveBack((<-p.free).buf)
	}
}
