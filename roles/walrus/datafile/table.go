package datafile

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// Blocks returns how many blocks hold size bytes.
func Blocks(size int64) int64 { return (size + Block - 1) / Block }

// Stored returns the bytes that a file of size bytes takes, with its table.
func Stored(size int64) int64 { return size + 4*Blocks(size) }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sumStart begins the checksum of a block with its place, so that a block that
// strayed from another file or offset is not taken for the right one.
func sumStart(id ID, block int64) uint32 {
	var place [16]byte
	binary.BigEndian.PutUint64(place[:8], uint64(id))
	binary.BigEndian.PutUint64(place[8:], uint64(block))
	return crc32.Checksum(place[:], castagnoli)
}

// Table makes the table of a file while its data passes by.
type Table struct {
	id   ID
	size int64  // of the data so far
	sum  uint32 // of the block under way
	sums []byte
}

// NewTable begins the table of a file.
func NewTable(id ID) *Table { return &Table{id: id, sum: sumStart(id, 0)} }

// Size returns the bytes added so far.
func (t *Table) Size() int64 { return t.size }

// Add takes the next bytes of the file in.
func (t *Table) Add(p []byte) {
	for len(p) > 0 {
		n := min(int64(len(p)), Block-t.size%Block)
		t.sum = crc32.Update(t.sum, castagnoli, p[:n])
		t.size += n
		p = p[n:]
		if t.size%Block == 0 {
			t.endBlock()
		}
	}
}

func (t *Table) endBlock() {
	t.sums = binary.LittleEndian.AppendUint32(t.sums, t.sum)
	t.sum = sumStart(t.id, t.size/Block)
}

// Finish returns the table as it lies behind the data. Nothing is added after
// it.
func (t *Table) Finish() []byte {
	if t.size%Block != 0 {
		t.endBlock()
	}
	return t.sums
}

// Sums are the checksums of some blocks of a file, read back from its table.
type Sums struct {
	ID    ID
	First int64  // the block the table begins with here
	Table []byte // 4 bytes per block
}

// Check returns ErrCorrupt unless data, a whole block of the file or its last
// one, is what was written.
func (s Sums) Check(block int64, data []byte) error {
	want := binary.LittleEndian.Uint32(s.Table[4*(block-s.First):])
	if crc32.Update(sumStart(s.ID, block), castagnoli, data) != want {
		return fmt.Errorf("block %d of file %s: %w", block, s.ID, ErrCorrupt)
	}
	return nil
}
