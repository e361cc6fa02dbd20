package qcow2

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

const (
	flagCompressed = 1 << 62
	flagZero       = 1 << 0
	offsetMask     = 0x00fffffffffffe00
	copiedFlag     = 1 << 63
)

// entry is one L2 entry: where a cluster of the disk is.
type entry struct {
	word   uint64
	bitmap uint64 // extended L2: low half allocated, high half zero
}

func (e entry) compressed() bool { return e.word&flagCompressed != 0 }
func (e entry) host() int64      { return int64(e.word & offsetMask) }

// readL1 reads the part of the L1 table the disk needs.
func (r *Reader) readL1() error {
	b := make([]byte, r.h.l1Entries*8)
	if _, err := r.file.ReadAt(b, r.h.l1Offset); err != nil {
		return fmt.Errorf("read qcow2 L1 table: %w", err)
	}
	r.l1 = make([]int64, r.h.l1Entries)
	for i := range r.l1 {
		w := binary.BigEndian.Uint64(b[i*8:])
		if w&^(copiedFlag|offsetMask) != 0 {
			return invalid("an entry of the L1 table is malformed")
		}
		r.l1[i] = int64(w & offsetMask)
		if r.l1[i] == 0 {
			continue
		}
		if err := r.claim(r.l1[i], r.h.ClusterSize()); err != nil {
			return err
		}
	}
	return nil
}

// claim marks the host cluster at off as used, and refuses one that is
// misaligned, used already, or not in the file with its first n bytes. With
// that the data read from a file is never more than the file: a small file
// cannot pose as a large disk by mapping one cluster many times.
func (r *Reader) claim(off, n int64) error {
	if off%r.h.ClusterSize() != 0 {
		return invalid("a cluster is misaligned")
	}
	if off > r.fileSize || n > r.fileSize-off {
		return invalid("the file is truncated")
	}
	i := off >> r.h.ClusterBits
	if r.used[i/64]&(1<<(i%64)) != 0 {
		return invalid("a cluster is used twice")
	}
	r.used[i/64] |= 1 << (i % 64)
	return nil
}

// loadTable makes r.l2 the L2 table of l1 index i. Its entries are checked the
// first time.
func (r *Reader) loadTable(i int64) error {
	if r.l2Index == i {
		return nil
	}
	r.l2Index = -1
	b := r.l2Bytes
	if _, err := r.file.ReadAt(b, r.l1[i]); err != nil {
		return fmt.Errorf("read qcow2 L2 table: %w", err)
	}
	size := r.h.l2EntrySize()
	for k := range r.l2 {
		r.l2[k] = entry{word: binary.BigEndian.Uint64(b[int64(k)*size:])}
		if r.h.ExtendedL2 {
			r.l2[k].bitmap = binary.BigEndian.Uint64(b[int64(k)*size+8:])
		}
	}
	if !r.checked[i] {
		if err := r.checkTable(i); err != nil {
			return err
		}
		r.checked[i] = true
	}
	r.l2Index = i
	return nil
}

func (r *Reader) checkTable(i int64) error {
	for k, e := range r.l2 {
		off := (i*int64(len(r.l2)) + int64(k)) << r.h.ClusterBits
		if off >= r.h.Size {
			return nil // entries behind the disk's end mean nothing
		}
		if err := r.checkEntry(e, min(r.h.ClusterSize(), r.h.Size-off)); err != nil {
			return err
		}
	}
	return nil
}

// checkEntry checks one entry of a cluster of which the disk has n bytes.
func (r *Reader) checkEntry(e entry, n int64) error {
	if e.compressed() {
		if off, size := r.compressedAt(e); size <= 0 || off < r.h.ClusterSize() {
			return invalid("the file is truncated")
		}
		return nil
	}
	if e.word&^(copiedFlag|offsetMask|flagZero) != 0 {
		return invalid("an entry of an L2 table is malformed")
	}
	if r.h.ExtendedL2 {
		alloc, zero := uint32(e.bitmap), uint32(e.bitmap>>32)
		if alloc&zero != 0 || e.word&flagZero != 0 || (alloc != 0 && e.host() == 0) {
			return invalid("an entry of an L2 table is malformed")
		}
		n = min(n, r.allocated(alloc))
	} else if e.word&flagZero != 0 {
		n = 0 // preallocated and zero: the file may end before it
	}
	if e.host() == 0 {
		return nil
	}
	if n == 0 && e.host() > r.fileSize-r.h.ClusterSize() {
		return nil
	}
	return r.claim(e.host(), n)
}

// allocated is the end of the last allocated subcluster within its cluster.
func (r *Reader) allocated(alloc uint32) int64 {
	return int64(bits.Len32(alloc)) * r.unit
}
