package binary_test

import (
	"math/rand/v2"
	"os"
	"testing"
)

// writeDisk writes a raw whole-disk image: a partition table of one entry and
// something in the partition.
func writeDisk(tb testing.TB, name string, size int) {
	tb.Helper()
	disk := make([]byte, size)
	copy(disk[446:], []byte{0x80, 0, 2, 0, 0x83, 0, 0, 0, 1, 0, 0, 0, byte(size/512 - 1), byte((size/512 - 1) >> 8), 0, 0})
	disk[510], disk[511] = 0x55, 0xaa
	noise := rand.NewChaCha8([32]byte{1})
	_, _ = noise.Read(disk[512 : size/2]) // never fails; the rest is zeros
	if err := os.WriteFile(name, disk, 0o644); err != nil {
		tb.Fatal(err)
	}
}
