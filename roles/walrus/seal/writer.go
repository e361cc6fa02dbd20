package seal

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
	"sync"
)

// batch is how many segments are sealed before they are written together.
const batch = 4

// buffers hold batches of sealed segments.
var buffers = sync.Pool{New: func() any { b := make([]byte, 0, batch*Segment); return &b }}

// recycle gives a buffer back, empty.
func recycle(b *[]byte) {
	*b = (*b)[:0]
	buffers.Put(b)
}

// Writer seals what is written to it. It must be closed: the last segment is
// sealed only then.
type Writer struct {
	dst   io.Writer
	aead  cipher.AEAD
	next  int64  // number of the next segment
	plain int64  // bytes taken
	held  []byte // a segment under way; full only while it may be the last
	out   *[]byte
	err   error
}

// NewWriter begins a stream that is sealed with a key of its own and written
// to dst.
func NewWriter(dst io.Writer, key []byte) (*Writer, error) {
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &Writer{dst: dst, aead: aead, out: buffers.Get().(*[]byte)}, nil
}

// Size returns the plain bytes written so far.
func (w *Writer) Size() int64 { return w.plain }

// Write seals p. It does not keep p, nor change it.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err == nil && w.plain+int64(len(p)) > MaxSize {
		w.err = fmt.Errorf("seal more than %d bytes", int64(MaxSize))
	}
	w.plain += int64(len(p))
	for rest := p; len(rest) > 0 && w.err == nil; {
		if len(w.held) == payload {
			w.seal(w.held, false)
			w.held = w.held[:0]
		}
		if len(w.held) == 0 && len(rest) > payload { // not the last: more follows
			w.seal(rest[:payload], false)
			rest = rest[payload:]
			continue
		}
		n := min(len(rest), payload-len(w.held))
		w.held = append(w.held, rest[:n]...)
		rest = rest[n:]
	}
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// seal adds a segment to the batch and writes the batch when it is full.
func (w *Writer) seal(segment []byte, last bool) {
	n := nonce(w.next, last)
	w.next++
	*w.out = w.aead.Seal(*w.out, n[:], segment, nil)
	if len(*w.out) == cap(*w.out) || last {
		_, w.err = w.dst.Write(*w.out)
		*w.out = (*w.out)[:0]
	}
}

// errEnded answers a write after the end.
var errEnded = errors.New("the sealed stream has ended")

// Close seals and writes what is left. It does not close dst. A writer that
// failed, or is to be given up, is closed as well.
func (w *Writer) Close() error {
	if w.out == nil {
		return nil
	}
	if w.err == nil {
		w.seal(w.held, true)
	}
	err := w.err
	if w.err == nil {
		w.err = errEnded
	}
	recycle(w.out)
	w.out = nil
	return err
}
