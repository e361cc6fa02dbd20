package qcow2

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// qemu runs one of QEMU's tools. These tests compare with what QEMU reads, so
// they need it.
func qemu(tb rapid.TB, name string, args ...string) {
	tb.Helper()
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		tb.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
}

// content writes a raw disk of size bytes with data, text and holes.
func content(tb rapid.TB, path string, size int64, seed uint64) {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		tb.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(seed, 1))
	for range 24 {
		n := min(1+rnd.Int64N(200<<10), size)
		b := bytes.Repeat([]byte("the quick brown fox "), int(n)/20+1)[:n]
		if rnd.IntN(2) == 0 {
			for i := range b {
				b[i] = byte(rnd.Uint32())
			}
		}
		if _, err := f.WriteAt(b, rnd.Int64N(size-n+1)); err != nil {
			tb.Fatal(err)
		}
	}
}

// countingReaderAt counts how often each byte is read.
type countingReaderAt struct {
	r     io.ReaderAt
	total int64
	seen  map[int64]int64 // start of a read → its length
	twice int64
}

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.r.ReadAt(p, off)
	c.total += int64(n)
	for at, l := range c.seen {
		if lo, hi := max(at, off), min(at+l, off+int64(n)); lo < hi {
			c.twice += hi - lo
		}
	}
	c.seen[off] = max(c.seen[off], int64(n))
	return n, err
}

// open opens a qcow2 file through a counter.
func open(tb rapid.TB, path string) (*Reader, *countingReaderAt, func()) {
	tb.Helper()
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	st, err := f.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	c := &countingReaderAt{r: f, seen: map[int64]int64{}}
	r, err := Open(c, st.Size())
	if err != nil {
		tb.Fatalf("open %s: %v", path, err)
	}
	return r, c, func() { r.Close(); f.Close() }
}

// readThrough reads the disk front to back by NextData and ReadAt, as ingest
// does, and returns the hash of the whole disk.
func readThrough(tb rapid.TB, r *Reader, block int64) [32]byte {
	tb.Helper()
	all := make([]byte, r.Size())
	for off := int64(0); ; {
		next, err := r.NextData(off)
		if err != nil {
			tb.Fatal(err)
		}
		if next >= r.Size() {
			return sha256.Sum256(all)
		}
		off = next / block * block
		n := min(block, r.Size()-off)
		if _, err := r.ReadAt(all[off:off+n], off); err != nil {
			tb.Fatal(err)
		}
		off += n
	}
}

func sum(tb rapid.TB, path string) [32]byte {
	tb.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	return sha256.Sum256(b)
}

var qemuOptions = []string{
	"compat=0.10", "compat=1.1", "cluster_size=512", "cluster_size=4k", "cluster_size=2M",
	"lazy_refcounts=on", "refcount_bits=1", "refcount_bits=64", "preallocation=metadata",
	"preallocation=falloc", "preallocation=full", "extended_l2=on,cluster_size=16k",
	"extended_l2=on,cluster_size=128k", "extended_l2=on,cluster_size=2M",
	"extended_l2=on,preallocation=metadata", "compression_type=zstd",
}

func TestReadsWhatQEMUConverted(t *testing.T) {
	dir := t.TempDir()
	raw := filepath.Join(dir, "raw")
	content(t, raw, 9<<20+512, 7)
	want := sum(t, raw)
	for _, opts := range qemuOptions {
		for _, flags := range [][]string{nil, {"-c"}} {
			if flags != nil && strings.Contains(opts, "preallocation") {
				continue // qemu-img refuses the two together
			}
			t.Run(opts+strings.Join(flags, ""), func(t *testing.T) {
				file := filepath.Join(t.TempDir(), "q")
				args := append([]string{"convert", "-f", "raw", "-O", "qcow2", "-o", opts}, flags...)
				qemu(t, "qemu-img", append(args, raw, file)...)
				r, c, done := open(t, file)
				defer done()
				if got := readThrough(t, r, 512<<10); got != want {
					t.Error("the disk differs from what was converted")
				}
				// Header and extensions are looked at in pieces; all else once.
				if c.twice > 256 {
					t.Errorf("%d bytes of the file were read twice", c.twice)
				}
			})
		}
	}
}

// TestReadsWhatQEMUWrote lets qemu-io write, zero and discard at random places
// of images with random options, and compares.
func TestReadsWhatQEMUWrote(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		file, raw := filepath.Join(dir, "q"), filepath.Join(dir, "r")
		size := rapid.Int64Range(1, 6<<11).Draw(t, "sectors") * 512
		opts := rapid.SampledFrom(qemuOptions).Draw(t, "options")
		qemu(t, "qemu-img", "create", "-q", "-f", "qcow2", "-o", opts, file, fmt.Sprint(size))
		args := []string{"-f", "qcow2", "-d", "unmap"}
		for range rapid.IntRange(0, 20).Draw(t, "commands") {
			args = append(args, "-c", command(t, size))
		}
		if len(args) > 4 {
			qemu(t, "qemu-io", append(args, file)...)
		}
		qemu(t, "qemu-img", "convert", "-f", "qcow2", "-O", "raw", file, raw)
		r, _, done := open(t, file)
		defer done()
		if readThrough(t, r, 64<<10) != sum(t, raw) {
			t.Fatal("the disk differs from what QEMU reads")
		}
	})
}

func command(t *rapid.T, size int64) string {
	verb := rapid.SampledFrom([]string{"write -P 7", "write -z", "write -z -u", "discard"}).Draw(t, "verb")
	off := rapid.Int64Range(0, size/512-1).Draw(t, "sector") * 512
	n := rapid.Int64Range(1, min(600, (size-off)/512)).Draw(t, "count") * 512
	return fmt.Sprintf("%s %d %d", verb, off, n)
}
