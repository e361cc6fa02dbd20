package remotefile

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/minio/minio-go/v7"

	"ecc/roles/walrus/datafile"
)

// fetch is a request for bytes of an object. It is made at once; only who
// reads waits for its answer.
type fetch struct {
	at, to int64 // what is left of the range
	cancel context.CancelFunc
	ready  chan struct{} // closed when the answer has begun, or failed
	body   io.ReadCloser
	total  int64 // size of the whole object
	err    error
}

// fetch asks for the bytes [from, to) of an object; there must be some.
func (b *Bucket) fetch(ctx context.Context, key string, from, to int64) *fetch {
	ctx, cancel := context.WithCancel(ctx)
	f := &fetch{at: from, to: to, cancel: cancel, ready: make(chan struct{})}
	go func() {
		defer close(f.ready)
		f.body, f.total, f.err = b.get(ctx, key, from, to)
	}()
	return f
}

func (b *Bucket) get(ctx context.Context, key string, from, to int64) (io.ReadCloser, int64, error) {
	var opts minio.GetObjectOptions
	if err := opts.SetRange(from, to-1); err != nil {
		return nil, 0, err
	}
	body, _, header, err := b.core.GetObject(ctx, b.cfg.Bucket, key, opts)
	if err != nil {
		if minio.ToErrorResponse(err).Code == "InvalidRange" { // it ends before the range begins
			err = fmt.Errorf("object %s: %w", key, datafile.ErrCorrupt)
		}
		return nil, 0, err
	}
	span, size, _ := strings.Cut(header.Get("Content-Range"), "/")
	total, err := strconv.ParseInt(size, 10, 64)
	if err != nil || span != fmt.Sprintf("bytes %d-%d", from, to-1) {
		_ = body.Close()
		return nil, 0, fmt.Errorf("asked for bytes %d-%d of %s, got %q: %w", from, to-1, key, header.Get("Content-Range"), datafile.ErrCorrupt)
	}
	return body, total, nil
}

// exists sees that an object has a size.
func (b *Bucket) exists(ctx context.Context, key string, size int64) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	o, err := b.core.StatObject(ctx, b.cfg.Bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return judge("look at", key, err)
	}
	if o.Size != size {
		return fmt.Errorf("object %s has %d bytes: %w", key, o.Size, datafile.ErrCorrupt)
	}
	return nil
}

// fill reads the next bytes into p, all of it.
func (f *fetch) fill(p []byte) error {
	<-f.ready
	if f.err != nil {
		return f.err
	}
	n, err := io.ReadFull(f.body, p)
	f.at += int64(n)
	if err != nil {
		return fmt.Errorf("after %d of %d bytes: %w", n, len(p), err)
	}
	return nil
}

// all reads the rest.
func (f *fetch) all() ([]byte, error) {
	p := make([]byte, f.to-f.at)
	return p, f.fill(p)
}

// close ends the request, however far it is.
func (f *fetch) close() {
	if f.at < f.to {
		f.cancel()
	}
	<-f.ready
	if f.body != nil {
		_ = f.body.Close()
		f.body = nil
	}
	f.cancel()
}
