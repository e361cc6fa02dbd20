package image

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"

	"ecc/cloud"
)

// ParseIndex reads an index. What does not keep to the format or to the limits
// is refused with an error of kind Invalid about the image. The memory it
// takes grows with what is really read, not with what the header claims.
func ParseIndex(r io.Reader, l Limits) (*Index, error) {
	p := &indexParser{r: bufio.NewReaderSize(r, 64<<10)}
	x := p.header()
	p.objects(x, l)
	p.blocks(x)
	if p.err == nil {
		p.end()
	}
	if p.err != nil {
		return nil, p.err
	}
	if err := x.check(l); err != nil {
		return nil, err
	}
	if x.Content != x.contentDigest() {
		return nil, damaged("its content digest is wrong")
	}
	return x, nil
}

// damaged makes the error of an index that cannot be used.
func damaged(format string, args ...any) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResImage, "", "the image's index is damaged: "+format, args...)
}

// indexParser reads the wire form. After an error it reads zeros.
type indexParser struct {
	r   *bufio.Reader
	buf [64]byte
	err error
}

func (p *indexParser) bytes(n int) []byte {
	b := p.buf[:min(n, len(p.buf))]
	if n > len(p.buf) {
		b = make([]byte, n)
	}
	if p.err == nil {
		_, p.err = io.ReadFull(p.r, b)
		if errors.Is(p.err, io.EOF) || errors.Is(p.err, io.ErrUnexpectedEOF) {
			p.err = damaged("it is truncated")
		}
	}
	if p.err != nil {
		clear(b)
	}
	return b
}

func (p *indexParser) u16() uint16 { return binary.BigEndian.Uint16(p.bytes(2)) }
func (p *indexParser) u32() uint32 { return binary.BigEndian.Uint32(p.bytes(4)) }

// size reads a number of bytes.
func (p *indexParser) size() int64 {
	n := binary.BigEndian.Uint64(p.bytes(8))
	if n > 1<<62 {
		p.fail("a size is out of bounds")
		return 0
	}
	return int64(n)
}

// str reads a string of at most limit bytes.
func (p *indexParser) str(limit int) string {
	n := int(p.u16())
	if n > limit {
		p.fail("a name is too long")
		return ""
	}
	return string(p.bytes(n))
}

func (p *indexParser) fail(why string) {
	if p.err == nil {
		p.err = damaged("%s", why)
	}
}

func (p *indexParser) header() *Index {
	x := &Index{}
	if string(p.bytes(len(indexMagic))) != indexMagic {
		p.fail("it is not an index")
	}
	if v := p.u16(); v != indexVersion {
		p.fail("its version is not known")
	}
	if p.u16() != 0 {
		p.fail("its version is not known")
	}
	x.BlockSize = int(p.u32())
	if x.BlockSize < minBlockSize || x.BlockSize > maxBlockSize {
		p.fail("its block size is out of bounds")
	}
	x.Size = cloud.Bytes(p.size())
	copy(x.Content[:], p.bytes(len(x.Content)))
	x.Prefix = p.str(maxPrefix)
	return x
}

func (p *indexParser) objects(x *Index, l Limits) {
	n := p.u32()
	if int64(n) > int64(l.MaxObjects) {
		p.fail("it has too many objects")
	}
	for range n {
		if p.err != nil {
			return
		}
		o := Object{Name: p.str(maxName)}
		o.Size = p.size()
		x.Objects = append(x.Objects, o)
	}
}

func (p *indexParser) blocks(x *Index) {
	for range p.u32() {
		if p.err != nil {
			return
		}
		b := p.bytes(entrySize)
		be := binary.BigEndian
		e := Block{Number: be.Uint32(b), Object: be.Uint32(b[4:]), Offset: be.Uint32(b[8:]), Length: be.Uint32(b[12:])}
		e.Encoding = Encoding(b[16])
		copy(e.Digest[:], b[17:])
		if k := len(x.Blocks); k > 0 && x.Blocks[k-1].Number >= e.Number {
			p.fail("its blocks are out of order") // here, so that their number is bounded by the disk
		} else if int64(e.Number)*int64(x.BlockSize) >= int64(x.Size) {
			p.fail("it has a block behind the disk's end")
		}
		x.Blocks = append(x.Blocks, e)
	}
}

// end makes sure that nothing follows.
func (p *indexParser) end() {
	_, err := p.r.ReadByte()
	switch {
	case err == nil:
		p.fail("something follows it")
	case !errors.Is(err, io.EOF):
		p.err = err
	}
}
