package seal

import (
	"crypto/cipher"
	"errors"
	"fmt"
	"io"
)

// Next returns the next bytes of a stream, which are valid until the next
// call, and io.EOF at its end.
type Next func() ([]byte, error)

// Reader opens a range of a sealed stream.
type Reader struct {
	aead    cipher.AEAD
	sealed  Next
	size    int64  // of the plain stream
	at, end int64  // the rest of the range
	input   []byte // sealed bytes not opened yet
	torn    []byte // a segment that came in several pieces
	out     *[]byte
}

// NewReader opens the range [from, to) of a stream of size plain bytes. Sealed
// returns the bytes of Span(size, from, to), in pieces of any size; they are
// left as they are.
func NewReader(key []byte, size, from, to int64, sealed Next) (*Reader, error) {
	if from < 0 || to < from || size < to || size > MaxSize {
		return nil, fmt.Errorf("open %d to %d of a sealed stream of %d bytes", from, to, size)
	}
	aead, err := newAEAD(key)
	if err != nil {
		return nil, err
	}
	return &Reader{aead: aead, sealed: sealed, size: size, at: from, end: to, out: buffers.Get().(*[]byte)}, nil
}

// Next returns the next plain bytes, never an empty slice, and io.EOF at the
// end of the range. They are valid until the next call, or Close.
func (r *Reader) Next() ([]byte, error) {
	if r.at >= r.end {
		return nil, io.EOF
	}
	*r.out = (*r.out)[:0]
	skip := r.at % payload
	for start := r.at - skip; start < r.end && len(*r.out)+payload <= cap(*r.out); start += payload {
		if len(*r.out) > 0 && len(r.input) < Segment {
			break // what is here can be handed out before more is waited for
		}
		if err := r.open(start / payload); err != nil {
			return nil, err
		}
	}
	b := (*r.out)[skip:]
	b = b[:min(int64(len(b)), r.end-r.at)]
	r.at += int64(len(b))
	return b, nil
}

// open adds the plain bytes of a segment to out.
func (r *Reader) open(number int64) error {
	last := number == segments(r.size)-1
	size := Segment
	if last {
		size = int(Size(r.size) - number*Segment)
	}
	segment, err := r.take(size)
	if err != nil {
		return err
	}
	n := nonce(number, last)
	plain, err := r.aead.Open(*r.out, n[:], segment, nil)
	if err != nil {
		return fmt.Errorf("segment %d: %w", number, ErrTampered)
	}
	*r.out = plain
	return nil
}

// take returns the next size sealed bytes.
func (r *Reader) take(size int) ([]byte, error) {
	if len(r.input) == 0 {
		if err := r.fetch(); err != nil {
			return nil, err
		}
	}
	if len(r.input) >= size {
		b := r.input[:size]
		r.input = r.input[size:]
		return b, nil
	}
	r.torn = r.torn[:0]
	for {
		n := min(len(r.input), size-len(r.torn))
		r.torn = append(r.torn, r.input[:n]...)
		if r.input = r.input[n:]; len(r.torn) == size {
			return r.torn, nil
		}
		if err := r.fetch(); err != nil {
			return nil, err
		}
	}
}

// fetch asks for more sealed bytes. An end before the end of the range is no
// end: the stream was cut.
func (r *Reader) fetch() (err error) {
	r.input, err = r.sealed()
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("the stream ends at byte %d of %d or before: %w", r.at, r.size, ErrTampered)
	}
	return err
}

// Close ends reading. Where the sealed bytes came from is closed by whoever
// opened it.
func (r *Reader) Close() {
	if r.out != nil {
		recycle(r.out)
		r.out = nil
		r.at = r.end
	}
}
