package image

import (
	"encoding/binary"
	"io"
)

const typeProtective = 0xee // the MBR entry that stands for a GPT

// partitionTable tells which table a disk of size bytes begins with, "mbr" or
// "gpt". A disk without one, or that ends before its table says it should, is
// refused.
func partitionTable(r io.ReaderAt, size int64) (string, error) {
	b, err := readUpTo(r, 0, min(size, 2*sectorSize))
	if err != nil {
		return "", err
	}
	if len(b) < sectorSize || b[510] != 0x55 || b[511] != 0xaa {
		return "", refuse("not a whole-disk image: no partition table")
	}
	end, gpt := tableEnd(b)
	if end > uint64(size/sectorSize) {
		return "", refuse("the image is truncated: its partition table needs a disk of %d bytes", end*sectorSize)
	}
	if gpt {
		return "gpt", nil
	}
	return "mbr", nil
}

// tableEnd is the number of sectors a disk needs for what its table says.
func tableEnd(b []byte) (sectors uint64, gpt bool) {
	le := binary.LittleEndian
	var end uint64
	for i := range 4 {
		e := b[446+16*i:][:16]
		if e[0] != 0 && e[0] != 0x80 {
			return 0, false // the boot sector of a file system, or code: no table to judge
		}
		if e[4] == typeProtective {
			gpt = true
		} else if e[4] != 0 {
			end = max(end, uint64(le.Uint32(e[8:]))+uint64(le.Uint32(e[12:])))
		}
	}
	if gpt && len(b) >= 2*sectorSize && string(b[512:520]) == "EFI PART" {
		end = max(end, min(le.Uint64(b[512+32:]), 1<<50)+1) // where the second header is
	}
	return end, gpt
}
