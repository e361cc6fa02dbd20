package qcow2

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"ecc/cloud"
)

const cluster = 4 << 10

// minimal is a version 3 file of a 1 MiB disk whose second cluster holds
// sevens: header, refcount table, L1, L2, data.
func minimal() []byte {
	b := make([]byte, 5*cluster)
	copy(b, Magic)
	put32, put64 := binary.BigEndian.PutUint32, binary.BigEndian.PutUint64
	put32(b[4:], 3)
	put32(b[20:], 12)
	put64(b[24:], 1<<20)
	put32(b[36:], 1)
	put64(b[40:], 2*cluster)
	put64(b[48:], cluster)
	put32(b[56:], 1)
	put32(b[96:], 4)
	put32(b[100:], 112)
	put64(b[2*cluster:], 3*cluster|copiedFlag)
	put64(b[3*cluster+8:], 4*cluster|copiedFlag)
	copy(b[4*cluster:], bytes.Repeat([]byte{7}, cluster))
	return b
}

func u32(at int, v uint32) func([]byte) []byte {
	return func(b []byte) []byte { binary.BigEndian.PutUint32(b[at:], v); return b }
}

func u64(at int, v uint64) func([]byte) []byte {
	return func(b []byte) []byte { binary.BigEndian.PutUint64(b[at:], v); return b }
}

// extension puts a header extension behind the header.
func extension(kind uint32, data string) func([]byte) []byte {
	return func(b []byte) []byte {
		binary.BigEndian.PutUint32(b[112:], kind)
		binary.BigEndian.PutUint32(b[116:], uint32(len(data)))
		copy(b[120:], data)
		return b
	}
}

func backing(name string) func([]byte) []byte {
	return func(b []byte) []byte {
		copy(b[512:], name)
		return u32(16, uint32(len(name)))(u64(8, 512)(b))
	}
}

var hostile = []struct {
	name   string
	change func([]byte) []byte
	want   string // in the message
}{
	{"backing file", backing("/etc/shadow"), "backing file"},
	{"backing json", backing(`json:{"driver":"file","filename":"/etc/shadow"}`), "backing file"},
	{"backing nbd", backing("nbd://127.0.0.1:10809/x"), "backing file"},
	{"backing relative", backing("../../secret"), "backing file"},
	{"backing name outside", u64(8, 1<<40), "name of the backing file"},
	{"backing without name", u64(8, 512), "backing file"},
	{"data file bit", u64(72, bitDataFile), "another file"},
	{"data file extension", extension(extDataFile, "/etc/shadow"), "another file"},
	{"encryption", u32(32, 1), "encrypted"},
	{"luks extension", extension(extCrypto, strings.Repeat("x", 16)), "encrypted"},
	{"unknown incompatible bit", u64(72, 1<<17), "not known"},
	{"corrupt", u64(72, bitCorrupt), "corrupt"},
	{"internal snapshots", u32(60, 1), "snapshots"},
	{"version 1", u32(4, 1), "version 1"},
	{"version 4", u32(4, 4), "version 4"},
	{"cluster bits 8", u32(20, 8), "cluster size"},
	{"cluster bits 22", u32(20, 22), "cluster size"},
	{"cluster bits huge", u32(20, 1<<31), "cluster size"},
	{"size zero", u64(24, 0), "size"},
	{"size odd", u64(24, 1000), "size"},
	{"size 8 EiB", u64(24, 1<<63), "size"},
	{"size 4 EiB", u64(24, 1<<62), "too large"},
	{"size above L1", u64(24, 1<<40), "L1 table is too small"},
	{"huge L1", u32(36, 1<<31), "L1 table is too large"},
	{"L1 outside", u64(40, 1<<50), "L1 table is not inside"},
	{"L1 in header", u64(40, 0), "L1 table is not inside"},
	{"L1 misaligned", u64(40, 2*cluster+8), "L1 table is not inside"},
	{"refcount table outside", u64(48, 1<<50), "refcount table is not inside"},
	{"refcount table huge", u32(56, 1<<30), "refcount table is too large"},
	{"refcount order", u32(96, 7), "refcount width"},
	{"header length", u32(100, 1<<31), "header's length"},
	{"compression type", func(b []byte) []byte { b[104] = 9; return b }, "compression type"},
	{"extension too long", func(b []byte) []byte { return u32(116, 1<<31)(u32(112, 5)(b)) }, "extension"},
	{"L1 entry outside", u64(2*cluster, 1<<40), "truncated"},
	{"L1 entry reserved bits", u64(2*cluster, 3*cluster|1), "malformed"},
	{"L1 entry in the header", u64(2*cluster, copiedFlag), ""},
	{"L2 entry outside", u64(3*cluster, 1<<40), "truncated"},
	{"L2 entry reserved bits", u64(3*cluster, 4*cluster|4), "malformed"},
	{"L2 entry twice", u64(3*cluster, 4*cluster), "twice"},
	{"L2 entry is the L2 table", u64(3*cluster, 3*cluster), "twice"},
	{"compressed outside", u64(3*cluster, flagCompressed|1<<40), "truncated"},
	{"compressed in the header", u64(3*cluster, flagCompressed|100), "truncated"},
	{"compressed garbage", u64(3*cluster, flagCompressed|(4*cluster+7)), "damaged"},
	{"empty", func([]byte) []byte { return nil }, "truncated"},
	{"magic only", func(b []byte) []byte { return b[:4] }, "truncated"},
	{"header cut", func(b []byte) []byte { return b[:90] }, "truncated"},
	{"cut in L1", func(b []byte) []byte { return b[:2*cluster] }, "not inside"},
	{"cut in L2", func(b []byte) []byte { return b[:3*cluster+100] }, "truncated"},
	{"cut in data", func(b []byte) []byte { return b[:5*cluster-1] }, "truncated"},
}

// walk opens b and reads all of its disk.
func walk(b []byte) error {
	r, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return err
	}
	defer r.Close()
	p := make([]byte, 512<<10)
	for off := int64(0); ; off += int64(len(p)) {
		if off, err = r.NextData(off); err != nil || off >= r.Size() {
			return err
		}
		n := min(int64(len(p)), r.Size()-off)
		if _, err := r.ReadAt(p[:n], off); err != nil {
			return err
		}
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	for _, c := range hostile {
		t.Run(c.name, func(t *testing.T) {
			err := walk(c.change(minimal()))
			if c.want == "" {
				if err != nil {
					t.Fatalf("got %v, want it read", err)
				}
				return
			}
			if !errors.Is(err, cloud.Invalid) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an invalid manifest about %q", err, c.want)
			}
		})
	}
}

func TestMinimalReads(t *testing.T) {
	b := minimal()
	r, err := Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if next, err := r.NextData(0); err != nil || next != cluster {
		t.Fatalf("first data at %d, %v, want %d", next, err, cluster)
	}
	p := make([]byte, 4)
	if _, err := r.ReadAt(p, cluster-2); err != nil || !bytes.Equal(p, []byte{0, 0, 7, 7}) {
		t.Fatalf("read %v, %v", p, err)
	}
	if n, err := r.ReadAt(p, 1<<20-2); n != 2 || err == nil {
		t.Fatalf("read %d, %v at the end, want 2 bytes and EOF", n, err)
	}
}

// TestLargeClaimIsCheap: a small file that says it is a huge disk costs
// neither time nor memory.
func TestLargeClaimIsCheap(t *testing.T) {
	b := u32(36, 1<<20)(u64(24, 2<<40)(append(minimal(), make([]byte, 8<<20)...)))
	copy(b[2*cluster+8:3*cluster], make([]byte, cluster))
	clear(b[3*cluster : 5*cluster]) // these are part of the L1 table now
	clear(b[2*cluster : 2*cluster+8])
	res := testing.Benchmark(func(bm *testing.B) {
		bm.ReportAllocs()
		for range bm.N {
			if err := walk(b); err != nil {
				bm.Fatal(err)
			}
		}
	})
	if res.AllocedBytesPerOp() > 32<<20 {
		t.Errorf("reading it takes %d bytes of memory", res.AllocedBytesPerOp())
	}
}

func FuzzReader(f *testing.F) {
	f.Add(minimal())
	for _, c := range hostile {
		f.Add(c.change(minimal()))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		r.Close()
		if r.Size() > 64<<20 {
			return // only for the time it takes
		}
		_ = walk(b)
	})
}
