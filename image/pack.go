package image

import "context"

// packSize is how large data objects get, and uploads how many are sent at
// once. Their product (and one more that is being filled) is the larger part
// of the memory Ingest takes.
const (
	packSize = 32 << 20
	uploads  = 2
)

// packer puts blocks one behind the other into buffers of packSize.
type packer struct {
	free chan []byte
	buf  []byte
}

func newPacker() *packer {
	p := &packer{free: make(chan []byte, uploads+1)}
	for range uploads + 1 {
		p.free <- nil // made when first needed: small images take little
	}
	return p
}

// fits reports whether n more bytes go into the buffer being filled.
func (p *packer) fits(n int) bool { return len(p.buf)+n <= packSize }

// add appends b and returns where it is. It waits for an upload to end if all
// buffers are under way.
func (p *packer) add(ctx context.Context, b []byte) (off int, err error) {
	if p.buf == nil {
		if p.buf, err = receive(ctx, p.free); err != nil {
			return 0, err
		}
		if p.buf == nil {
			p.buf = make([]byte, 0, packSize)
		}
	}
	off = len(p.buf)
	p.buf = append(p.buf, b...)
	return off, nil
}

// take returns the buffer being filled; give gives it back.
func (p *packer) take() []byte {
	b := p.buf
	p.buf = nil
	return b
}

func (p *packer) give(b []byte) { p.free <- b[:0] }
