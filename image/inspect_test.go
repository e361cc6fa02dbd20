package image_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/image"
	"ecc/image/imagetest"
)

const mib = 1 << 20

// mbr returns a disk with one partition of n sectors from 2048 on.
func mbr(size int, kind byte, n uint32) []byte {
	b := make([]byte, size)
	b[510], b[511] = 0x55, 0xaa
	e := b[446:462]
	e[0], e[4] = 0x80, kind
	binary.LittleEndian.PutUint32(e[8:], 2048)
	binary.LittleEndian.PutUint32(e[12:], n)
	return b
}

// gpt returns a disk whose GPT says that it has sectors sectors.
func gpt(size int, sectors uint64) []byte {
	b := mbr(size, 0xee, 0xffffffff)
	b[446] = 0
	copy(b[512:], "EFI PART")
	binary.LittleEndian.PutUint64(b[544:], sectors-1)
	return b
}

// with puts s at off of a plain disk, or from its end if off is negative.
func with(off int, s string) []byte {
	b := mbr(mib, 0x83, 8)
	binary.LittleEndian.PutUint32(b[446+8:], 1)
	if off < 0 {
		off += len(b)
	}
	copy(b[off:], s)
	return b
}

func TestInspectTakesDisks(t *testing.T) {
	for name, c := range map[string]struct {
		b    []byte
		want image.Info
	}{
		"mbr":        {mbr(2*mib, 0x83, 2048), image.Info{Format: "raw", VirtualSize: 2 * mib, Table: "mbr"}},
		"gpt":        {gpt(2*mib, 4096), image.Info{Format: "raw", VirtualSize: 2 * mib, Table: "gpt"}},
		"signature":  {imagetest.Disk(512, 1), image.Info{Format: "raw", VirtualSize: 512, Table: "mbr"}},
		"whole file": {mbr(2*mib, 0x83, 4096-2048), image.Info{Format: "raw", VirtualSize: 2 * mib, Table: "mbr"}},
	} {
		got, err := image.Inspect(bytes.NewReader(c.b), int64(len(c.b)))
		if err != nil || got != c.want {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

var refused = []struct {
	name string
	b    []byte
	want string // in the message
}{
	{"empty", nil, "empty"},
	{"one byte", []byte{1}, "512"},
	{"zeros", make([]byte, mib), "no partition table"},
	{"text", bytes.Repeat([]byte("hello, world\n"), 512), "no partition table"},
	{"odd size", mbr(mib+1, 0, 0), "512"},
	{"vmdk", with(0, "KDMV"), "format vmdk is not supported yet; convert it with qemu-img convert -O raw"},
	{"vmdk descriptor", []byte("# Disk DescriptorFile\nversion=1\n"), "format vmdk"},
	{"vmdk esx", with(0, "COWD"), "format vmdk"},
	{"vhd", with(0, "conectix"), "format vhd"},
	{"vhd fixed", with(-512, "conectix"), "format vhd"},
	{"vhdx", with(0, "vhdxfile"), "format vhdx"},
	{"vdi", with(64, "\x7f\x10\xda\xbe"), "format vdi"},
	{"qed", with(0, "QED\x00"), "format qed"},
	{"iso polyglot", with(32769, "CD001"), "format iso"},
	{"gzip", []byte("\x1f\x8b\x08\x00rest"), "format gzip"},
	{"zip", []byte("PK\x03\x04rest"), "format zip"},
	{"xz", []byte("\xfd7zXZ\x00rest"), "format xz"},
	{"zstd", []byte("\x28\xb5\x2f\xfdrest"), "format zstd"},
	{"elf", []byte("\x7fELFrest"), "format elf"},
	{"tar", append(make([]byte, 257), "ustar\x0000"...), "format tar"},
	{"kernel", with(514, "HdrS"), "format linux kernel"},
	{"luks", with(0, "LUKS\xba\xbe"), "format luks"},
	{"qcow1", append([]byte("QFI\xfb\x00\x00\x00\x01"), make([]byte, 512)...), "version 1"},
	{"qcow2 cut", []byte("QFI\xfb\x00\x00\x00\x03"), "truncated"},
	{"mbr cut", mbr(2*mib, 0x83, 2049), "truncated"},
	{"gpt cut", gpt(2*mib, 4097), "truncated"},
}

func TestInspectRefuses(t *testing.T) {
	for _, c := range refused {
		_, err := image.Inspect(bytes.NewReader(c.b), int64(len(c.b)))
		var e *cloud.Error
		if !errors.As(err, &e) || e.Kind != cloud.Invalid || e.Resource != cloud.ResManifest || !strings.Contains(e.Msg, c.want) {
			t.Errorf("%s: got %v, want an invalid manifest about %q", c.name, err, c.want)
		}
	}
}

// TestInspectQEMUFormats lets qemu-img make each foreign format.
func TestInspectQEMUFormats(t *testing.T) {
	raw := imagetest.File(t, imagetest.Disk(3*mib, 3))
	for format, want := range map[string]string{
		"qcow2": "", "vmdk": "vmdk", "vpc": "vhd", "vhdx": "vhdx", "vdi": "vdi", "qed": "qed", "qcow": "version 1", "parallels": "parallels",
	} {
		out := filepath.Join(t.TempDir(), "out")
		if b, err := exec.Command("qemu-img", "convert", "-f", "raw", "-O", format, raw, out).CombinedOutput(); err != nil {
			t.Fatalf("qemu-img: %v\n%s", err, b)
		}
		b, err := os.ReadFile(out)
		if err != nil {
			t.Fatal(err)
		}
		info, err := image.Inspect(bytes.NewReader(b), int64(len(b)))
		switch {
		case want == "" && (err != nil || info.VirtualSize != 3*mib || info.Format != image.FormatQCOW2):
			t.Errorf("%s: got %+v, %v", format, info, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: got %v, want an error about %s", format, err, want)
		}
	}
}

// TestInspectQCOW2WithoutTable: the disk in it must be one, too.
func TestInspectQCOW2WithoutTable(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	if b, err := exec.Command("qemu-img", "create", "-q", "-f", "qcow2", out, "1M").CombinedOutput(); err != nil {
		t.Fatalf("qemu-img: %v\n%s", err, b)
	}
	if _, err := image.OpenFile(out); err == nil || !strings.Contains(err.Error(), "no partition table") {
		t.Errorf("got %v, want no partition table", err)
	}
}

func FuzzInspect(f *testing.F) {
	for _, c := range refused {
		if len(c.b) < 40<<10 {
			f.Add(c.b)
		}
	}
	f.Add(gpt(1024, 2))
	f.Fuzz(func(t *testing.T, b []byte) {
		info, err := image.Inspect(bytes.NewReader(b), int64(len(b)))
		if err == nil && (info.VirtualSize <= 0 || info.VirtualSize%512 != 0) {
			t.Errorf("took %+v", info)
		}
		if err != nil && cloud.AsError(err).Kind != cloud.Invalid {
			t.Errorf("bytes alone gave %v", err)
		}
	})
}
