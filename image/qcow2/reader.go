package qcow2

import (
	"fmt"
	"io"
)

// Reader is the disk inside a qcow2 file. Read front to back it reads each
// byte of the file at most once. It is not safe for concurrent use.
type Reader struct {
	file     io.ReaderAt
	fileSize int64
	h        Header
	unit     int64 // a cluster, or with extended L2 a subcluster

	l1      []int64  // host offsets of the L2 tables; 0 is none
	used    []uint64 // bitmap of host clusters seen
	checked []bool   // by L1 index: the table's entries were checked

	l2Index int64 // which table l2 is; -1 is none
	l2      []entry
	l2Bytes []byte

	inflate inflater
}

var _ io.ReaderAt = (*Reader)(nil)

// Open reads header and L1 table of a file of size bytes. A file that is not a
// plain qcow2 is refused with an error of kind Invalid.
func Open(file io.ReaderAt, size int64) (*Reader, error) {
	h, err := ReadHeader(file, size)
	if err != nil {
		return nil, err
	}
	if err := h.Plain(); err != nil {
		return nil, err
	}
	r := &Reader{file: file, fileSize: size, h: h, unit: h.ClusterSize(), l2Index: -1}
	if h.ExtendedL2 {
		r.unit /= 32
	}
	r.used = make([]uint64, size>>h.ClusterBits/64+1)
	r.used[0] = 1 // the header
	r.checked = make([]bool, h.l1Entries)
	r.l2Bytes = make([]byte, h.ClusterSize())
	r.l2 = make([]entry, h.ClusterSize()/h.l2EntrySize())
	r.inflate.cluster = make([]byte, h.ClusterSize())
	r.inflate.at = -1
	return r, r.readL1()
}

// Header is the file's header.
func (r *Reader) Header() Header { return r.h }

// Size is the disk's size in bytes.
func (r *Reader) Size() int64 { return r.h.Size }

// Close frees the decompressor. The file stays the caller's.
func (r *Reader) Close() error {
	r.inflate.close()
	return nil
}

// ReadAt reads the disk at off.
func (r *Reader) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("read qcow2 at %d: negative offset", off)
	}
	var end error
	if left := r.h.Size - off; int64(len(p)) > left {
		p, end = p[:max(left, 0)], io.EOF
	}
	var run run
	for n := int64(0); n < int64(len(p)); {
		e, err := r.lookup(off + n)
		if err != nil {
			return 0, err
		}
		size := r.span(e, off+n)
		dst := p[n:min(n+size, int64(len(p)))]
		if err := r.read(e, dst, off+n, &run); err != nil {
			return 0, err
		}
		n += int64(len(dst))
	}
	if err := run.flush(r.file); err != nil {
		return 0, err
	}
	return len(p), end
}

// span is how far what holds at off goes: to the end of its subcluster, or of
// its cluster when that is compressed.
func (r *Reader) span(e entry, off int64) int64 {
	if e.compressed() {
		return r.h.ClusterSize() - off&(r.h.ClusterSize()-1)
	}
	return r.unit - off&(r.unit-1)
}

// read fills dst from the one cluster or subcluster that holds off. Data that
// lies side by side in the file is collected in run and read at once.
func (r *Reader) read(e entry, dst []byte, off int64, run *run) error {
	in := off & (r.h.ClusterSize() - 1)
	if e.compressed() {
		return r.readCompressed(e, dst, in)
	}
	if r.isZero(e, in) {
		clear(dst)
		return nil
	}
	return run.add(r.file, dst, e.host()+in)
}

// isZero reports whether the byte at in of the cluster reads as zero without a
// look at the data.
func (r *Reader) isZero(e entry, in int64) bool {
	if r.h.ExtendedL2 {
		return e.bitmap&(1<<(in/r.unit)) == 0
	}
	return e.word&flagZero != 0 || e.host() == 0
}

// lookup finds the entry of the cluster that holds off.
func (r *Reader) lookup(off int64) (entry, error) {
	c := off >> r.h.ClusterBits
	i := c / int64(len(r.l2))
	if r.l1[i] == 0 {
		return entry{}, nil
	}
	if err := r.loadTable(i); err != nil {
		return entry{}, err
	}
	return r.l2[c%int64(len(r.l2))], nil
}

// NextData returns the first offset at or behind off that may hold data other
// than zeros, or Size when there is none.
func (r *Reader) NextData(off int64) (int64, error) {
	for off < r.h.Size {
		c := off >> r.h.ClusterBits
		i := c / int64(len(r.l2))
		if r.l1[i] == 0 {
			off = (i + 1) * int64(len(r.l2)) << r.h.ClusterBits
			continue
		}
		e, err := r.lookup(off)
		if err != nil {
			return 0, err
		}
		if e.compressed() || !r.isZero(e, off&(r.h.ClusterSize()-1)) {
			return off, nil
		}
		off += r.span(e, off)
	}
	return r.h.Size, nil
}

// run is a stretch of the file that fills a stretch of memory.
type run struct {
	dst []byte
	off int64
}

func (u *run) add(file io.ReaderAt, dst []byte, off int64) error {
	n := len(u.dst)
	if n > 0 && u.off+int64(n) == off && cap(u.dst) >= n+len(dst) && &u.dst[:n+1][n] == &dst[0] {
		u.dst = u.dst[:n+len(dst)]
		return nil
	}
	err := u.flush(file)
	u.dst, u.off = dst, off
	return err
}

func (u *run) flush(file io.ReaderAt) error {
	if len(u.dst) == 0 {
		return nil
	}
	if _, err := file.ReadAt(u.dst, u.off); err != nil {
		return fmt.Errorf("read qcow2 data: %w", err)
	}
	u.dst = nil
	return nil
}
