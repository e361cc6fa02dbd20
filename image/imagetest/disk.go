package imagetest

import (
	"encoding/binary"
	"math/rand/v2"
	"os"
	"testing"
)

// Disk returns size bytes that Inspect takes for a disk: a partition table and
// data, text and zeros after it, the same for the same seed. Size is a multiple
// of 512.
func Disk(size int64, seed uint64) []byte {
	b := make([]byte, size)
	src := rand.NewChaCha8([32]byte(binary.LittleEndian.AppendUint64(make([]byte, 24), seed)))
	const block = 64 << 10
	for off := int64(0); off < size; off += block {
		fill(b[off:min(off+block, size)], src)
	}
	clear(b[:512])
	b[510], b[511] = 0x55, 0xaa
	return b
}

// fill leaves half of the blocks zero and makes a quarter hard to compress.
func fill(b []byte, src *rand.ChaCha8) {
	switch n := src.Uint64(); n % 4 {
	case 0:
		_, _ = src.Read(b) // never fails
	case 1:
		word := byte(n>>8 | 1)
		for i := range b {
			b[i] = word + byte(i%7)
		}
	}
}

// File writes b to a new file with holes where b has zeros, and returns its
// path.
func File(tb testing.TB, b []byte) string {
	tb.Helper()
	f, err := os.CreateTemp(tb.TempDir(), "disk")
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(int64(len(b))); err != nil {
		tb.Fatal(err)
	}
	const block = 64 << 10
	zero := make([]byte, block)
	for off := 0; off < len(b); off += block {
		part := b[off:min(off+block, len(b))]
		if string(part) == string(zero[:len(part)]) {
			continue
		}
		if _, err := f.WriteAt(part, int64(off)); err != nil {
			tb.Fatal(err)
		}
	}
	return f.Name()
}
