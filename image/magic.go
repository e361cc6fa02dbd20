package image

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// headSize is how much of a file's beginning tells its format: ISO 9660 says
// what it is at 32 KiB.
const headSize = 36 << 10

// edges reads the first headSize and the last 512 bytes.
func edges(r io.ReaderAt, size int64) (head, tail []byte, err error) {
	if size <= 0 {
		return nil, nil, refuse("the file is empty")
	}
	if head, err = readUpTo(r, 0, min(size, headSize)); err != nil {
		return nil, nil, err
	}
	tail, err = readUpTo(r, max(0, size-sectorSize), min(size, sectorSize))
	return head, tail, err
}

func readUpTo(r io.ReaderAt, off, n int64) ([]byte, error) {
	b := make([]byte, n)
	if m, err := r.ReadAt(b, off); int64(m) < n {
		if errors.Is(err, io.EOF) || err == nil {
			return nil, refuse("the file is shorter than it should be")
		}
		return nil, fmt.Errorf("inspect image: %w", err)
	}
	return b, nil
}

// magics are formats that are known and not taken. A qcow2 is looked for
// before them, a disk's own signature after them.
var magics = []struct {
	name  string
	off   int // in the file; negative counts from its end
	magic string
}{
	{"vmdk", 0, "KDMV"},
	{"vmdk", 0, "COWD"},
	{"vmdk", 0, "# Disk DescriptorFile"},
	{"vhd", 0, "conectix"},
	{"vhd", -512, "conectix"},
	{"vhd", -511, "conectix"}, // made by old versions
	{"vhdx", 0, "vhdxfile"},
	{"vdi", 64, "\x7f\x10\xda\xbe"},
	{"qed", 0, "QED\x00"},
	{"parallels", 0, "WithoutFreeSpace"},
	{"parallels", 0, "WithouFreSpacExt"},
	{"bochs", 0, "Bochs Virtual HD Image"},
	{"cloop", 0, "#!/bin/sh\n#V2.0 Format"},
	{"dmg", -512, "koly"},
	{"luks", 0, "LUKS\xba\xbe"},
	{"iso", 32769, "CD001"},
	{"udf", 32769, "BEA01"},
	{"gzip", 0, "\x1f\x8b"},
	{"zip", 0, "PK\x03\x04"},
	{"zip", 0, "PK\x05\x06"},
	{"zip", 0, "PK\x07\x08"},
	{"xz", 0, "\xfd7zXZ\x00"},
	{"bzip2", 0, "BZh"},
	{"zstd", 0, "\x28\xb5\x2f\xfd"},
	{"lz4", 0, "\x04\x22\x4d\x18"},
	{"lzop", 0, "\x89LZO\x00\r\n\x1a\n"},
	{"7z", 0, "7z\xbc\xaf\x27\x1c"},
	{"rar", 0, "Rar!\x1a\x07"},
	{"tar", 257, "ustar"},
	{"cpio", 0, "070701"},
	{"cab", 0, "MSCF"},
	{"elf", 0, "\x7fELF"},
	{"squashfs", 0, "hsqs"},
	{"linux kernel", 514, "HdrS"},
	{"pdf", 0, "%PDF-"},
	{"xml", 0, "<?xml"},
}

// recognize names a format that is known and not taken, or returns "".
func recognize(head, tail []byte) string {
	for _, m := range magics {
		b, off := head, m.off
		if off < 0 {
			b, off = tail, len(tail)+off
		}
		if off >= 0 && off <= len(b) && bytes.HasPrefix(b[off:], []byte(m.magic)) {
			return m.name
		}
	}
	return ""
}
