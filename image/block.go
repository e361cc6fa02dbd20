package image

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"runtime"

	"github.com/klauspost/compress/zstd"

	"ecc/cloud"
)

// Codec turns blocks into their stored form and back. It is safe for
// concurrent use and needs no closing.
type Codec struct {
	enc *zstd.Encoder
	dec *zstd.Decoder
}

// NewCodec makes a codec for use by at most workers at once; more wait.
func NewCodec(workers int) (*Codec, error) {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	enc, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(workers), zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(BlockSize), zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return nil, fmt.Errorf("make block codec: %w", err)
	}
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(workers), zstd.WithDecoderMaxMemory(maxBlockSize),
		zstd.WithDecodeAllCapLimit(true))
	if err != nil {
		return nil, fmt.Errorf("make block codec: %w", err)
	}
	return &Codec{enc: enc, dec: dec}, nil
}

// Encode returns the stored form of a block: compressed into buf, or raw itself
// where that does not shrink it.
func (c *Codec) Encode(raw, buf []byte) ([]byte, Encoding) {
	out := c.enc.EncodeAll(raw, buf[:0])
	if len(out) >= len(raw) {
		return raw, EncodingRaw
	}
	return out, EncodingZstd
}

// Decode returns the raw bytes of block b of x from its stored form, after
// their digest was checked. They are in buf, or are stored itself. A block that
// is damaged gives an error of kind Invalid about the image.
func (c *Codec) Decode(x *Index, b Block, stored, buf []byte) ([]byte, error) {
	raw := stored
	_, n := x.At(b)
	if b.Encoding == EncodingZstd {
		if int64(cap(buf)) < n {
			buf = make([]byte, 0, n)
		}
		var err error
		if raw, err = c.dec.DecodeAll(stored, buf[:0:n]); err != nil {
			return nil, wrongBlock(b, err)
		}
	}
	if int64(len(raw)) != n || sha256.Sum256(raw) != b.Digest {
		return nil, wrongBlock(b, nil)
	}
	return raw, nil
}

func wrongBlock(b Block, cause error) error {
	e := cloud.Errorf(cloud.Invalid, cloud.ResImage, "", "the image's data is damaged: block %d does not have its digest", b.Number)
	e.Err = cause
	return e
}

// IsZero reports whether b is all zeros.
func IsZero(b []byte) bool {
	return len(b) == 0 || b[0] == 0 && bytes.Equal(b[1:], b[:len(b)-1])
}
