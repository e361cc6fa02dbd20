package image_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecc/image"
	"ecc/image/imagetest"
)

// folder keeps objects as files, durably, as walrus does.
type folder string

func (d folder) path(key string) string {
	return filepath.Join(string(d), strings.ReplaceAll(key, "/", "_"))
}

func (d folder) Put(_ context.Context, key string, r io.Reader, _ int64) error {
	f, err := os.Create(d.path(key))
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil {
		return err
	}
	return f.Sync()
}

func (d folder) Get(_ context.Context, key string, _, _ int64) (io.ReadCloser, error) {
	return os.Open(d.path(key))
}

func (d folder) Delete(_ context.Context, key string) error { return os.Remove(d.path(key)) }

// BenchmarkIngest measures one pass over a disk of which half is zeros, a
// quarter text and a quarter random, against a plain copy of the file with
// fsync in the same run. read/data and written/data are the bytes this process
// read and wrote, by system calls, for each byte of the disk that is not in a
// hole; the design allows 1.02.
func BenchmarkIngest(b *testing.B) {
	path := imagetest.File(b, imagetest.Disk(1<<30, 1))
	data := float64(allocatedBytes(b, path))
	var ingest, plain time.Duration
	var read, written float64
	for b.Loop() {
		plain += copyFile(b, path)
		dst := folder(b.TempDir())
		r0, w0 := processIO(b)
		begin := time.Now()
		ingestFile(b, path, dst)
		ingest += time.Since(begin)
		r1, w1 := processIO(b)
		read, written = float64(r1-r0)/data, float64(w1-w0)/data
		os.RemoveAll(string(dst))
	}
	b.SetBytes(int64(data))
	b.ReportMetric(read, "read/data")
	b.ReportMetric(written, "written/data")
	b.ReportMetric(plain.Seconds()/ingest.Seconds(), "x-copy")
	b.ReportMetric(data/1e6*float64(b.N)/ingest.Seconds(), "MB/s-ingest")
}

func allocatedBytes(b *testing.B, path string) int64 {
	b.Helper()
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	total, off := int64(0), int64(0)
	for {
		begin, err := f.Seek(off, 3) // SEEK_DATA
		if err != nil {
			return total
		}
		if off, err = f.Seek(begin, 4); err != nil { // SEEK_HOLE
			b.Fatal(err)
		}
		total += off - begin
	}
}

func copyFile(b *testing.B, path string) time.Duration {
	b.Helper()
	begin := time.Now()
	src, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	dst, err := os.Create(filepath.Join(b.TempDir(), "copy"))
	if err != nil {
		b.Fatal(err)
	}
	defer os.Remove(dst.Name())
	defer dst.Close()
	buf := make([]byte, 1<<20)
	if _, err := io.CopyBuffer(struct{ io.Writer }{dst}, struct{ io.Reader }{src}, buf); err != nil {
		b.Fatal(err)
	}
	if err := dst.Sync(); err != nil {
		b.Fatal(err)
	}
	return time.Since(begin)
}

// processIO is what this process has read and written by system calls.
func processIO(b *testing.B) (read, written int64) {
	b.Helper()
	s, err := os.ReadFile("/proc/self/io")
	if err != nil {
		b.Fatal(err)
	}
	if _, err := fmt.Sscanf(string(s), "rchar: %d\nwchar: %d", &read, &written); err != nil {
		b.Fatal(err)
	}
	return read, written
}

var _ image.Blobs = folder("")
