package s3

import (
	"encoding/binary"
	"hash/crc32"
)

// nvme is the polynomial of CRC-64/NVME, reflected.
const nvme = 0x9a6c9329ac4bc9b5

// Combine returns the checksum of two strings put together from the checksum
// of each and the length of the second. It is for Linear algorithms, with
// checksums as hash.Sum returns them.
func (a Algorithm) Combine(first, second []byte, length int64) []byte {
	switch a {
	case CRC64NVME:
		x := shift(binary.BigEndian.Uint64(first), nvme, 64, length) ^ binary.BigEndian.Uint64(second)
		return binary.BigEndian.AppendUint64(nil, x)
	case CRC32C:
		return combine32(first, second, crc32.Castagnoli, length)
	case CRC32, SHA1, SHA256:
	}
	return combine32(first, second, crc32.IEEE, length)
}

func combine32(first, second []byte, poly uint32, length int64) []byte {
	x := uint32(shift(uint64(binary.BigEndian.Uint32(first)), uint64(poly), 32, length))
	return binary.BigEndian.AppendUint32(nil, x^binary.BigEndian.Uint32(second))
}

// matrix is a linear map over bits: row i is what bit i becomes.
type matrix [64]uint64

func (m *matrix) apply(v uint64) uint64 {
	var sum uint64
	for i := 0; v != 0; i, v = i+1, v>>1 {
		if v&1 != 0 {
			sum ^= m[i]
		}
	}
	return sum
}

func (m *matrix) square() *matrix {
	var s matrix
	for i := range m {
		s[i] = m.apply(m[i])
	}
	return &s
}

// shift moves a checksum over length zero bytes. The pre- and post-inversion
// of these CRCs cancel out when two of them are added.
func shift(crc, poly uint64, width int, length int64) uint64 {
	one := &matrix{poly} // over one zero bit
	for i := 1; i < width; i++ {
		one[i] = 1 << (i - 1)
	}
	m := one.square().square().square() // over one byte
	for ; length > 0; length >>= 1 {
		if length&1 != 0 {
			crc = m.apply(crc)
		}
		m = m.square()
	}
	return crc
}
