package image

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/minio/minio-go/v7"

	"ecc/cloud"
)

// OpenObject opens a disk in an S3 object, raw or qcow2. It is read by range
// requests, each byte once where the file's order is the disk's; ctx ends the
// reading, too.
func OpenObject(ctx context.Context, b *S3Blobs, key string) (Source, error) {
	if len(key) > maxKey { // S3 answers HEAD with a bare 400, which could be anything
		return nil, &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResObject, ID: b.bucket + "/" + key[:maxKey]}
	}
	st, err := b.core.StatObject(ctx, b.bucket, key, minio.StatObjectOptions{})
	if err != nil {
		return nil, b.wrap("look at", key, err)
	}
	o := &object{size: st.Size, open: func(off, n int64) (io.ReadCloser, error) {
		return b.get(ctx, key, st.ETag, off, n) // the same object to the end
	}}
	if err := o.keepEdges(); err != nil {
		return nil, err
	}
	d, err := inspect(o, o.size)
	if err != nil {
		return nil, errors.Join(err, o.Close())
	}
	d.closeFile = o.Close
	return d, nil
}

// maxKey is how long a key of S3 can be, in bytes.
const maxKey = 1024

// Lengths of range requests: the first of a run is what was asked for, and
// each that continues where the last ended doubles, so that random reads fetch
// nothing in vain and sequential ones are few.
const (
	minRange     = 256 << 10
	maxRange     = 32 << 20
	rangeRetries = 4
)

// object is an S3 object as an io.ReaderAt for one sequential reader. What was
// looked at for inspection is kept, so that it is not fetched again.
type object struct {
	size int64
	open func(off, n int64) (io.ReadCloser, error)
	head []byte // [0, headSize)
	tail []byte // the last sector

	body io.ReadCloser // nil if none is open
	pos  int64         // where body is
	left int64         // what body still has
	last int64         // length of the last range request
}

func (o *object) keepEdges() (err error) {
	if o.size <= 0 {
		return refuse("the object is empty")
	}
	n := min(o.size, headSize)
	if o.head, err = o.readRange(0, n); err != nil {
		return err
	}
	if n == o.size {
		return nil
	}
	n = min(o.size-n, sectorSize)
	o.tail, err = o.readRange(o.size-n, n)
	return err
}

// readRange reads one range by a request of its own.
func (o *object) readRange(off, n int64) ([]byte, error) {
	r, err := o.open(off, n)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	b := make([]byte, n)
	_, err = io.ReadFull(r, b)
	return b, err
}

// ReadAt implements io.ReaderAt for one reader at a time.
func (o *object) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= o.size {
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && off < o.size {
		m, err := o.readSome(p[n:], off)
		if err != nil {
			return n, err
		}
		n, off = n+m, off+int64(m)
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// readSome reads a first part of p: from what is kept, or from the body up to
// where something kept begins.
func (o *object) readSome(p []byte, off int64) (int, error) {
	if off < int64(len(o.head)) {
		return copy(p, o.head[off:]), nil
	}
	tail := o.size - int64(len(o.tail))
	if off >= tail {
		return copy(p, o.tail[off-tail:]), nil
	}
	return o.stream(p[:min(int64(len(p)), tail-off)], off, tail)
}

// stream reads all of p from the body, opening a new one where needed and
// where the last one broke off.
func (o *object) stream(p []byte, off, end int64) (int, error) {
	done, broken := 0, 0
	for done < len(p) {
		if err := o.seek(off+int64(done), int64(len(p)-done), end); err != nil {
			return done, err
		}
		n, err := o.body.Read(p[done:min(len(p), done+int(o.left))])
		done, o.pos, o.left = done+n, o.pos+int64(n), o.left-int64(n)
		if err == nil || o.left == 0 {
			continue
		}
		o.drop()
		if broken++; broken > rangeRetries {
			return done, fmt.Errorf("read object at %d: %w", o.pos, err)
		}
	}
	return done, nil
}

// seek makes body stand at off, with n bytes to come if end allows.
func (o *object) seek(off, n, end int64) error {
	if o.body != nil && o.pos == off && o.left > 0 {
		return nil
	}
	o.drop()
	if o.pos == off && o.last > 0 {
		n = max(n, min(max(o.last*2, minRange), maxRange))
	}
	n = min(n, end-off)
	body, err := o.open(off, n)
	if err != nil {
		if k := cloud.AsError(err).Kind; k != cloud.Internal {
			return err
		}
		return fmt.Errorf("read object: %w", err)
	}
	o.body, o.pos, o.left, o.last = body, off, n, n
	return nil
}

func (o *object) drop() {
	if o.body != nil {
		o.body.Close()
		o.body = nil
	}
}

func (o *object) Close() error {
	o.drop()
	return nil
}
