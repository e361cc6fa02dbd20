package qcow2

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// inflater decompresses clusters and keeps the last one, and the last bytes
// read: neighbours share a sector of the file.
type inflater struct {
	cluster []byte // the last cluster, decompressed
	at      int64  // its place in the file; -1 is none

	src    []byte // the compressed bytes of the last cluster
	srcOff int64

	deflate io.ReadCloser
	zstd    *zstd.Decoder
}

// compressedAt returns where in the file an entry's compressed bytes are. The
// size is rounded up to sectors in the entry, so the last may end with the
// file. A size ≤ 0 means that they are not in the file.
func (r *Reader) compressedAt(e entry) (off, size int64) {
	x := 62 - (r.h.ClusterBits - 8)
	off = int64(e.word & (1<<x - 1))
	sectors := int64(e.word>>x&(1<<(62-x)-1)) + 1
	size = sectors*sectorSize - off%sectorSize
	return off, min(size, r.fileSize-off)
}

// readCompressed fills dst from a compressed cluster, from its byte in on.
func (r *Reader) readCompressed(e entry, dst []byte, in int64) error {
	off, size := r.compressedAt(e)
	f := &r.inflate
	if f.at != off {
		f.at = -1
		if err := f.fetch(r.file, off, size); err != nil {
			return err
		}
		if err := f.decompress(r.h.Compression); err != nil {
			return err
		}
		f.at = off
	}
	copy(dst, f.cluster[in:])
	return nil
}

// fetch makes src the size bytes at off, taking from the last src what it has.
func (f *inflater) fetch(file io.ReaderAt, off, size int64) error {
	b := make([]byte, size)
	have := 0
	if off >= f.srcOff && off < f.srcOff+int64(len(f.src)) {
		have = copy(b, f.src[off-f.srcOff:])
	}
	if _, err := file.ReadAt(b[have:], off+int64(have)); err != nil && have < len(b) {
		return fmt.Errorf("read qcow2 compressed cluster: %w", err)
	}
	f.src, f.srcOff = b, off
	return nil
}

func (f *inflater) decompress(kind byte) error {
	r, err := f.reader(kind)
	if err != nil {
		return err
	}
	if _, err := io.ReadFull(r, f.cluster); err != nil {
		return invalid("a compressed cluster is damaged")
	}
	return nil
}

func (f *inflater) reader(kind byte) (io.Reader, error) {
	src := bytes.NewReader(f.src)
	if kind == 1 {
		return f.zstdReader(src)
	}
	if f.deflate == nil {
		f.deflate = flate.NewReader(src)
		return f.deflate, nil
	}
	if err := f.deflate.(flate.Resetter).Reset(src, nil); err != nil {
		return nil, fmt.Errorf("reset inflate: %w", err)
	}
	return f.deflate, nil
}

func (f *inflater) zstdReader(src io.Reader) (io.Reader, error) {
	if f.zstd == nil {
		d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8<<20))
		if err != nil {
			return nil, fmt.Errorf("make zstd decoder: %w", err)
		}
		f.zstd = d
	}
	if err := f.zstd.Reset(src); err != nil {
		return nil, invalid("a compressed cluster is damaged")
	}
	return f.zstd, nil
}

func (f *inflater) close() {
	if f.zstd != nil {
		f.zstd.Close()
	}
}
