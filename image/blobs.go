package image

import (
	"context"
	"io"
	"time"

	"ecc/cloud"
)

// Blobs is a bucket of objects. A missing object is NotFound for Get and
// success for Delete. S3Blobs is one.
type Blobs interface {
	// Put stores size bytes of r under key, durably when it returns nil. The
	// reader may be read again from its start if it can seek.
	Put(ctx context.Context, key string, r io.Reader, size int64) error

	// Get reads n bytes from off on, or to the end if n is negative.
	Get(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)

	// Delete removes an object.
	Delete(ctx context.Context, key string) error
}

const cleanupTime = 30 * time.Second

// remove deletes objects that became useless, even after ctx has ended.
func remove(ctx context.Context, b Blobs, keys []string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	var first error
	for _, k := range keys {
		if err := b.Delete(ctx, k); err != nil && first == nil {
			first = err
		}
	}
	return first
}

// FetchIndex reads the index object of an image of at most size bytes and
// checks it: its digest (hex SHA-256) if that is not "", and that it speaks of
// objects beside it only.
func FetchIndex(ctx context.Context, b Blobs, key, digest string, size cloud.Bytes) (*Index, error) {
	r, err := b.Get(ctx, key, 0, -1)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	l := DefaultLimits()
	l.MaxSize = min(l.MaxSize, size)
	l.Prefix = prefixOf(key)
	return ReadIndex(r, digest, l)
}
