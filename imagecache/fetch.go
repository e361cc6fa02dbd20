package imagecache

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"ecc/image"
)

// maxRun bounds one range request, in stored bytes.
const maxRun = 8 << 20

// sparseUnit is the unit in which zeros inside a block are left as holes.
const sparseUnit = 32 << 10

// fetch brings the missing blocks of one disk into its partial file.
type fetch struct {
	c   *Cache
	ref Ref
	src Source
	x   *image.Index
	f   *os.File

	fetched atomic.Int64 // stored bytes that came
	mu      sync.Mutex
	done    int64 // bytes of the disk that are there
	total   int64
}

func (j *fetch) run(ctx context.Context) error {
	j.total = j.x.Data()
	missing, err := j.missing(ctx)
	if err != nil {
		return err
	}
	runs := j.runs(missing)
	g, ctx := errgroup.WithContext(ctx)
	var next atomic.Int64
	for range min(j.c.o.Fetches, len(runs)) {
		g.Go(func() error {
			b := &buffers{stored: make([]byte, j.x.BlockSize), raw: make([]byte, 0, j.x.BlockSize)}
			for i := next.Add(1) - 1; i < int64(len(runs)); i = next.Add(1) - 1 {
				if err := j.fetchRun(ctx, runs[i], b); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return g.Wait()
}

// buffers are those of one of the goroutines that fetch.
type buffers struct{ stored, raw []byte }

// missing returns the blocks that are not in the partial file yet. Blocks an
// earlier filler left are believed only when their digest is right, so nothing
// needs to be recorded about them. Blocks in the index are not zeros, so holes
// need no hashing.
func (j *fetch) missing(ctx context.Context) ([]image.Block, error) {
	st, err := j.f.Stat()
	if err != nil {
		return nil, fmt.Errorf("look at partial image: %w", err)
	}
	if allocated(st) == 0 {
		return j.x.Blocks, nil
	}
	var missing []image.Block
	buf := make([]byte, j.x.BlockSize)
	for _, b := range j.x.Blocks {
		off, n := j.x.At(b)
		if _, err := j.f.ReadAt(buf[:n], off); err != nil {
			return nil, fmt.Errorf("read partial image: %w", err)
		}
		there, err := j.verify(b, buf[:n], off)
		if err != nil {
			return nil, err
		}
		if !there {
			missing = append(missing, b)
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
	}
	return missing, nil
}

// verify reports whether raw, read at off, is block b. What is neither that nor
// nothing is wiped, because write leaves out zeros.
func (j *fetch) verify(b image.Block, raw []byte, off int64) (bool, error) {
	if image.IsZero(raw) {
		return false, nil
	}
	if sha256.Sum256(raw) == b.Digest {
		j.progress(int64(len(raw)))
		return true, nil
	}
	clear(raw)
	if _, err := j.f.WriteAt(raw, off); err != nil {
		return false, fmt.Errorf("wipe partial image: %w", err)
	}
	return false, nil
}

// runs joins blocks that lie side by side in one object, so that they come in
// one request.
func (j *fetch) runs(blocks []image.Block) [][]image.Block {
	var runs [][]image.Block
	begin, size := 0, int64(0)
	for i, b := range blocks {
		if i > begin && (!follows(blocks[i-1], b) || size+int64(b.Length) > maxRun) {
			runs = append(runs, blocks[begin:i])
			begin, size = i, 0
		}
		size += int64(b.Length)
	}
	if begin < len(blocks) {
		runs = append(runs, blocks[begin:])
	}
	return runs
}

func follows(a, b image.Block) bool {
	return a.Object == b.Object && uint64(a.Offset)+uint64(a.Length) == uint64(b.Offset)
}

// fetchRun fetches, verifies and writes the blocks of one run.
func (j *fetch) fetchRun(ctx context.Context, run []image.Block, buf *buffers) error {
	first, last := run[0], run[len(run)-1]
	n := int64(last.Offset) + int64(last.Length) - int64(first.Offset)
	r, err := j.src.Data(ctx, j.x.Key(first.Object), int64(first.Offset), n)
	if err != nil {
		return fmt.Errorf("read data: %w", err)
	}
	defer r.Close()
	for _, b := range run {
		stored := buf.stored[:b.Length]
		if _, err := io.ReadFull(r, stored); err != nil {
			return fmt.Errorf("read data: %w", err)
		}
		j.fetched.Add(int64(b.Length))
		j.c.counts.fetched.Add(int64(b.Length))
		if err := j.write(b, stored, buf.raw); err != nil {
			return err
		}
	}
	return nil
}

// write puts one block in its place, if its digest is right.
func (j *fetch) write(b image.Block, stored, buf []byte) error {
	raw, err := j.c.codec.Decode(j.x, b, stored, buf)
	if err != nil {
		return err
	}
	off, n := j.x.At(b)
	for len(raw) > 0 {
		unit := raw[:min(sparseUnit, len(raw))]
		if !image.IsZero(unit) { // where nothing was written the file has zeros
			if _, err := j.f.WriteAt(unit, off); err != nil {
				return fmt.Errorf("write image: %w", err)
			}
		}
		raw, off = raw[len(unit):], off+int64(len(unit))
	}
	j.progress(n)
	return nil
}

func (j *fetch) progress(n int64) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.done += n
	if j.c.o.Progress != nil {
		j.c.o.Progress(Progress{Image: j.ref.Image, Done: j.done, Total: j.total})
	}
}
