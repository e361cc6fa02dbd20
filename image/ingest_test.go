package image_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"ecc/cloud"
	"ecc/image"
	"ecc/image/imagetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const prefix = "images/ami-1/"

// ingestFile ingests a file and returns what was made.
func ingestFile(tb testing.TB, path string, dst image.Blobs) image.Result {
	tb.Helper()
	src, err := image.OpenFile(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer src.Close()
	res, err := image.Ingest(tb.Context(), src, dst, prefix, image.IngestOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	return res
}

// assemble rebuilds the disk from its objects.
func assemble(tb rapid.TB, dst image.Blobs, res image.Result) []byte {
	tb.Helper()
	ctx := context.Background()
	x, err := image.FetchIndex(ctx, dst, res.IndexKey, res.Digest, res.Size)
	if err != nil {
		tb.Fatal(err)
	}
	codec, err := image.NewCodec(1)
	if err != nil {
		tb.Fatal(err)
	}
	disk := make([]byte, x.Size)
	for _, b := range x.Blocks {
		r, err := dst.Get(ctx, x.Key(b.Object), int64(b.Offset), int64(b.Length))
		if err != nil {
			tb.Fatal(err)
		}
		stored, _ := io.ReadAll(r)
		raw, err := codec.Decode(x, b, stored, nil)
		if err != nil {
			tb.Fatal(err)
		}
		if image.IsZero(raw) {
			tb.Fatalf("block %d is stored and all zeros", b.Number)
		}
		off, _ := x.At(b)
		copy(disk[off:], raw)
	}
	return disk
}

func TestIngestRaw(t *testing.T) {
	disk := imagetest.Disk(90*mib+512, 4) // several objects, a short last block
	disk[len(disk)-1] = 1
	var dst imagetest.Store
	res := ingestFile(t, imagetest.File(t, disk), &dst)
	if !bytes.Equal(assemble(t, &dst, res), disk) {
		t.Fatal("the disk differs")
	}
	if res.Size != cloud.Bytes(len(disk)) || res.IndexKey != prefix+"index" {
		t.Errorf("result %+v", res)
	}
	var stored int64
	for _, k := range dst.Keys() {
		b, _ := dst.Bytes(k)
		stored += int64(len(b))
		if !strings.HasPrefix(k, prefix) || len(b) > 32<<20 {
			t.Errorf("object %s of %d bytes", k, len(b))
		}
	}
	if stored != res.StoredBytes || stored >= int64(len(disk)) {
		t.Errorf("%d bytes stored, result says %d", stored, res.StoredBytes)
	}
}

// TestIngestIsTheSameWhateverTheFile: raw or qcow2, however packed, a disk's
// content digest is the same, and so are the bytes at rest.
func TestIngestIsTheSameWhateverTheFile(t *testing.T) {
	raw := imagetest.File(t, imagetest.Disk(9*mib, 5))
	var want image.Result
	for i, opts := range []string{"", "compat=0.10", "cluster_size=2M", "extended_l2=on,cluster_size=16k", "compression_type=zstd"} {
		path := raw
		if i > 0 {
			path = filepath.Join(t.TempDir(), "q")
			args := []string{"convert", "-f", "raw", "-O", "qcow2", "-o", opts}
			if strings.Contains(opts, "zstd") {
				args = append(args, "-c")
			}
			if b, err := exec.Command("qemu-img", append(args, raw, path)...).CombinedOutput(); err != nil {
				t.Fatalf("qemu-img: %v\n%s", err, b)
			}
		}
		var dst imagetest.Store
		res := ingestFile(t, path, &dst)
		if i == 0 {
			want = res
		} else if res != want {
			t.Errorf("%s: got %+v, want %+v", opts, res, want)
		}
	}
}

func TestIngestOfZerosStoresTheIndexOnly(t *testing.T) {
	f := filepath.Join(t.TempDir(), "disk")
	if err := os.WriteFile(f, imagetest.Disk(512, 1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(f, 1<<40); err != nil { // 1 TiB, all but one sector a hole
		t.Fatal(err)
	}
	var dst imagetest.Store
	res := ingestFile(t, f, &dst)
	if res.Blocks != 1 || res.StoredBytes > 4096 || res.Size != 1<<40 {
		t.Errorf("result %+v", res)
	}
}

// TestIngestRoundTrip: any disk, in any number of workers.
func TestIngestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		disk := imagetest.Disk(rapid.Int64Range(1, 8<<11).Draw(t, "sectors")*512, rapid.Uint64().Draw(t, "seed"))
		path := filepath.Join(dir, "disk")
		if err := os.WriteFile(path, disk, 0o600); err != nil {
			t.Fatal(err)
		}
		src, err := image.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		defer src.Close()
		var dst imagetest.Store
		workers := rapid.IntRange(1, 4).Draw(t, "workers")
		res, err := image.Ingest(context.Background(), src, &dst, prefix, image.IngestOptions{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(assemble(t, &dst, res), disk) {
			t.Fatal("the disk differs")
		}
	})
}

func TestIngestReportsProgress(t *testing.T) {
	src, err := image.OpenFile(imagetest.File(t, imagetest.Disk(9*mib, 6)))
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	var last, calls int64
	_, err = image.Ingest(t.Context(), src, &imagetest.Store{}, prefix, image.IngestOptions{Progress: func(done, total int64) {
		if done < last || total != 9*mib {
			t.Errorf("progress %d of %d after %d", done, total, last)
		}
		last, calls = done, calls+1
	}})
	if err != nil || last != 9*mib || calls < 2 {
		t.Errorf("%v; ended at %d after %d calls", err, last, calls)
	}
}

// TestFailedIngestLeavesNothing: whichever object fails, those before it go.
func TestFailedIngestLeavesNothing(t *testing.T) {
	path := imagetest.File(t, imagetest.Disk(200*mib, 7))
	for _, name := range []string{"data-00000", "data-00001", "index"} {
		src, err := image.OpenFile(path)
		if err != nil {
			t.Fatal(err)
		}
		boom := errors.New("boom")
		dst := imagetest.Store{FailPut: func(key string) error {
			if strings.HasSuffix(key, name) {
				return boom
			}
			return nil
		}}
		_, err = image.Ingest(t.Context(), src, &dst, prefix, image.IngestOptions{})
		if !errors.Is(err, boom) || len(dst.Keys()) != 0 {
			t.Errorf("%s fails: got %v, left %v", name, err, dst.Keys())
		}
		src.Close()
	}
}

// endless is a disk that never ends and says how far it was read.
type endless struct{ read atomic.Int64 }

func (e *endless) Info() image.Info { return image.Info{VirtualSize: image.MaxSize} }
func (e *endless) Close() error     { return nil }
func (e *endless) Next(p []byte) (int64, int, error) {
	p[0] = 1
	n := int64(len(p))
	return e.read.Add(n) - n, len(p), nil
}

func TestCancelledIngestLeavesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var dst imagetest.Store
	_, err := image.Ingest(ctx, &endless{}, &dst, prefix, image.IngestOptions{Progress: func(done, _ int64) {
		if done >= 64*mib {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(dst.Keys()) != 0 {
		t.Errorf("got %v, left %v", err, dst.Keys())
	}
}

func TestIngestBoundsTheDisk(t *testing.T) {
	_, err := image.Ingest(t.Context(), &endless{}, &imagetest.Store{}, prefix, image.IngestOptions{MaxSize: cloud.GiB})
	if !errors.Is(err, cloud.Invalid) {
		t.Errorf("got %v, want it refused", err)
	}
}

func TestIngestRefusesOpenPrefix(t *testing.T) {
	for _, p := range []string{"", "images/ami-1", "/", "a//", "../"} {
		if _, err := image.Ingest(t.Context(), &endless{}, &imagetest.Store{}, p, image.IngestOptions{}); err == nil {
			t.Errorf("prefix %q was taken", p)
		}
	}
}

// TestTruncatedWhileRead: the file shrinks after it was inspected.
func TestTruncatedWhileRead(t *testing.T) {
	path := imagetest.File(t, bytes.Repeat(imagetest.Disk(512, 1), 8192))
	src, err := image.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	if err := os.Truncate(path, mib+100); err != nil {
		t.Fatal(err)
	}
	var dst imagetest.Store
	_, err = image.Ingest(t.Context(), src, &dst, prefix, image.IngestOptions{})
	if !errors.Is(err, cloud.Invalid) || len(dst.Keys()) != 0 {
		t.Errorf("got %v, left %v", err, dst.Keys())
	}
}

func TestDecodeFindsDamage(t *testing.T) {
	var dst imagetest.Store
	res := ingestFile(t, imagetest.File(t, imagetest.Disk(9*mib, 8)), &dst)
	x, err := image.FetchIndex(t.Context(), &dst, res.IndexKey, res.Digest, res.Size)
	if err != nil {
		t.Fatal(err)
	}
	codec, err := image.NewCodec(1)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range x.Blocks {
		data, _ := dst.Bytes(x.Key(b.Object))
		stored := bytes.Clone(data[b.Offset:][:b.Length])
		stored[len(stored)/2] ^= 1
		if _, err := codec.Decode(x, b, stored, nil); !errors.Is(err, cloud.Invalid) {
			t.Errorf("block %d, %s: damage gives %v", b.Number, fmt.Sprint(b.Encoding), err)
		}
	}
}
