package imagecache

import (
	"context"
	"io"

	"ecc/image"
)

// Source is where an image's objects are read from.
type Source interface {
	// Index reads the index object.
	Index(ctx context.Context) (io.ReadCloser, error)

	// Data reads n bytes of a data object from off on. The key is as the index
	// has it.
	Data(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)
}

// BlobSource reads an image from its bucket, with the bucket's credentials.
type BlobSource struct {
	Blobs image.Blobs
	Key   string // of the index object
}

var _ Source = BlobSource{}

// Index implements Source.
func (s BlobSource) Index(ctx context.Context) (io.ReadCloser, error) {
	return s.Blobs.Get(ctx, s.Key, 0, -1)
}

// Data implements Source.
func (s BlobSource) Data(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	return s.Blobs.Get(ctx, key, off, n)
}
