package remotefile

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/minio/minio-go/v7"

	"ecc/internal/failpoint"
	"ecc/roles/walrus/datafile"
)

const (
	maxSingle    = 4 << 30 // bytes of an object that is sent in one request; S3 takes 5 GiB
	partSize     = 1 << 30 // of a larger one, streamed like it
	bufferedPart = 8 << 20 // of one whose size is not known; held in memory
	abortGrace   = 5 * time.Second
	commitStalls = 3 // Config.Stalls that the other S3 may take to say that it has a file
)

// output sends a file while it is being written: a pipe leads to the request.
// The table, which only Commit knows, is part of what the request promised: the
// other S3 has no complete object before Commit.
type output struct {
	b       *Bucket
	id      datafile.ID
	promise int64 // of data; -1 if unknown
	table   *datafile.Table
	pipe    *io.PipeWriter
	cancel  context.CancelFunc
	done    chan struct{} // closed when the request has ended, with result
	result  error
	ended   bool
}

// Create implements datafile.Files.
func (b *Bucket) Create(id datafile.ID, size int64) (datafile.Output, error) {
	ctx, cancel := context.WithCancel(b.ctx)
	body, pipe := io.Pipe()
	b.begin(b.key(id))
	o := &output{b: b, id: id, promise: size, table: datafile.NewTable(id), pipe: pipe, cancel: cancel, done: make(chan struct{})}
	go func() {
		defer close(o.done)
		defer b.end(b.key(id))
		o.result = b.send(ctx, b.key(id), body, size)
		_ = body.CloseWithError(errors.Join(errEnded, o.result)) // frees a Write
	}()
	if err := failpoint.Hit("walrus.put.1.opened"); err != nil {
		o.Abort()
		return nil, err
	}
	return o, nil
}

var (
	errEnded   = errors.New("the request to the other S3 has ended")
	errAborted = errors.New("the file is not wanted any more")
)

// send sends a body, data and table, in the way its size asks for.
func (b *Bucket) send(ctx context.Context, key string, body io.Reader, size int64) error {
	opts := minio.PutObjectOptions{ContentType: "application/octet-stream", PartSize: bufferedPart}
	var err error
	switch total := datafile.Stored(size); {
	case size < 0:
		_, err = b.core.Client.PutObject(ctx, b.cfg.Bucket, key, body, -1, opts)
	case total <= b.cfg.single:
		_, err = b.core.PutObject(ctx, b.cfg.Bucket, key, body, total, "", "", opts)
	default:
		err = b.sendParts(ctx, key, body, total)
	}
	return err
}

// sendParts streams an object that is too large for one request.
func (b *Bucket) sendParts(ctx context.Context, key string, body io.Reader, total int64) error {
	id, err := b.core.NewMultipartUpload(ctx, b.cfg.Bucket, key, minio.PutObjectOptions{ContentType: "application/octet-stream"})
	if err != nil {
		return err
	}
	var parts []minio.CompletePart
	for sent := int64(0); sent < total; sent += b.cfg.part {
		n := min(b.cfg.part, total-sent)
		p, err := b.core.PutObjectPart(ctx, b.cfg.Bucket, key, id, len(parts)+1, io.LimitReader(body, n), n, minio.PutObjectPartOptions{})
		if err != nil {
			return errors.Join(err, b.endUpload(ctx, key, id))
		}
		parts = append(parts, minio.CompletePart{PartNumber: p.PartNumber, ETag: p.ETag})
	}
	if _, err := b.core.CompleteMultipartUpload(ctx, b.cfg.Bucket, key, id, parts, minio.PutObjectOptions{}); err != nil {
		return errors.Join(err, b.endUpload(ctx, key, id))
	}
	return nil
}

// endUpload ends an upload that failed. What it cannot end the next start will.
func (b *Bucket) endUpload(ctx context.Context, key, id string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortGrace)
	defer cancel()
	return b.core.AbortMultipartUpload(ctx, b.cfg.Bucket, key, id)
}

// Size implements datafile.Output.
func (o *output) Size() int64 { return o.table.Size() }

// Write implements datafile.Output.
func (o *output) Write(p []byte) (int, error) {
	if o.promise >= 0 && o.Size()+int64(len(p)) > o.promise {
		return 0, datafile.ErrPromise
	}
	o.table.Add(p)
	return o.push(p)
}

// push hands bytes to the request, which must take them before long.
func (o *output) push(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	guard := time.AfterFunc(o.b.cfg.Stall, o.cancel)
	defer guard.Stop()
	n, err := o.pipe.Write(p)
	if err != nil {
		return n, o.failure()
	}
	return n, nil
}

// failure waits for the request to end and says why it did so early.
func (o *output) failure() error {
	<-o.done
	if o.result == nil {
		return judge("write", o.b.key(o.id), errEnded)
	}
	return judge("write", o.b.key(o.id), o.result)
}

// Commit implements datafile.Output. The file is durable when the other S3 has
// said so.
func (o *output) Commit() error {
	err := o.commit()
	if err != nil {
		o.Abort()
		// The request may have been taken in all the same.
		return errors.Join(err, o.b.Remove(o.id))
	}
	o.ended = true
	o.cancel()
	return nil
}

func (o *output) commit() error {
	if o.ended || o.promise >= 0 && o.Size() != o.promise {
		return datafile.ErrPromise
	}
	if _, err := o.push(o.table.Finish()); err != nil {
		return err
	}
	if err := failpoint.Hit("walrus.put.4.synced"); err != nil {
		return err
	}
	_ = o.pipe.Close() // never fails
	guard := time.AfterFunc(commitStalls*o.b.cfg.Stall, o.cancel)
	defer guard.Stop()
	if <-o.done; o.result != nil {
		return judge("write", o.b.key(o.id), o.result)
	}
	return failpoint.Hit("walrus.put.5.renamed")
}

// Abort implements datafile.Output.
func (o *output) Abort() {
	if o.ended {
		return
	}
	o.ended = true
	_ = o.pipe.CloseWithError(errAborted) // never fails
	guard := time.AfterFunc(abortGrace, o.cancel)
	defer guard.Stop()
	<-o.done
	o.cancel()
}
