// Package remotefile keeps data files as objects of a bucket on another S3,
// for a site whose objects outgrow one machine. A file is one object,
//
//	<prefix>data/<last byte>/<number>
//	<prefix>quarantine/<number>        one that was found damaged
//	<prefix>walrus.json                whose files these are (claim.go)
//
// with the same bytes as a file of package datafile: the data, and behind it
// the table of checksums that every block is held against when it is read. So
// nothing depends on what the other S3 says of its objects, and no byte of
// them is served that was not written here.
//
// Nothing is kept on this machine, and no object is held in memory: what is
// written streams through, what is read comes in ranges that are asked for
// before they are needed. The index, without which the files mean nothing, is
// not here: it stays in walrus' folder, and must be backed up from there.
//
// Only roles/walrus and package roles import it.
package remotefile

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/minio/minio-go/v7"

	"ecc/roles/walrus/datafile"
)

// callTimeout bounds a request that moves no data.
const callTimeout = time.Minute

// Bucket is the place on the other S3. It belongs to one process at a time.
type Bucket struct {
	cfg    Config
	core   minio.Core
	hang   func() // closes idle connections
	ctx    context.Context
	cancel context.CancelFunc
	logger *slog.Logger

	mu      sync.Mutex
	writing map[string]bool // keys, by an Output
	damaged bool            // something is in quarantine
}

var _ datafile.Files = (*Bucket)(nil)

// Open connects to the bucket and tries out that files can be written, read,
// listed and removed there; its errors say what to do. Multipart uploads that
// a crash left behind are ended. The bucket works until Close: ctx is for
// opening only.
func Open(ctx context.Context, cfg Config, logger *slog.Logger) (*Bucket, error) {
	cfg = cfg.withDefaults()
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	core, hang, err := cfg.connect()
	if err != nil {
		return nil, err
	}
	b := &Bucket{cfg: cfg, core: core, hang: hang, logger: logger, writing: map[string]bool{}}
	b.ctx, b.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if err := b.prove(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// Close ends whatever is under way.
func (b *Bucket) Close() error {
	b.cancel()
	b.hang()
	return nil
}

func (b *Bucket) data() string { return b.cfg.Prefix + "data/" }

func (b *Bucket) key(id datafile.ID) string {
	return fmt.Sprintf("%s%02x/%s", b.data(), byte(id), id)
}

// Remove implements datafile.Files.
func (b *Bucket) Remove(id datafile.ID) error {
	if err := b.remove(b.key(id)); err != nil || !b.hasDamaged() {
		return err
	}
	return b.remove(b.quarantined(id))
}

func (b *Bucket) remove(key string) error {
	ctx, cancel := context.WithTimeout(b.ctx, callTimeout)
	defer cancel()
	err := b.core.RemoveObject(ctx, b.cfg.Bucket, key, minio.RemoveObjectOptions{})
	if err != nil && minio.ToErrorResponse(err).Code != "NoSuchKey" {
		return judge("remove", key, err)
	}
	return nil
}

// All implements datafile.Files.
func (b *Bucket) All() iter.Seq2[datafile.ID, error] {
	return func(yield func(datafile.ID, error) bool) {
		ctx, cancel := context.WithCancel(b.ctx) // also ends the listing when yield does
		defer cancel()
		for o := range b.core.ListObjectsIter(ctx, b.cfg.Bucket, minio.ListObjectsOptions{Prefix: b.data(), Recursive: true}) {
			if o.Err != nil {
				yield(0, judge("list", b.data(), o.Err))
				return
			}
			if id, ok := b.number(o.Key); ok && !yield(id, nil) {
				return
			}
		}
	}
}

// number returns the file an object is; strangers are none.
func (b *Bucket) number(key string) (datafile.ID, bool) {
	n, err := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 16, 64)
	return datafile.ID(n), err == nil && b.key(datafile.ID(n)) == key
}

// Free implements datafile.Files: the other S3 says when it is full.
func (b *Bucket) Free() (int64, error) { return math.MaxInt64, nil }

// prove finds out at the start what would fail later.
func (b *Bucket) prove(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	where := fmt.Sprintf("the bucket %q at %s", b.cfg.Bucket, b.cfg.Endpoint)
	ok, err := b.core.BucketExists(ctx, b.cfg.Bucket)
	switch {
	case err != nil:
		return fmt.Errorf("reach %s: %w; check walrus.s3.endpoint, region, access_key and secret_key", where, err)
	case !ok:
		return fmt.Errorf("%s is not there: make it (aws --endpoint-url %s s3 mb s3://%s), or name another in walrus.s3.bucket", where, b.cfg.Endpoint, b.cfg.Bucket)
	}
	if err := b.endUploads(ctx); err != nil {
		return fmt.Errorf("list uploads in %s: %w; the key must have s3:ListBucketMultipartUploads and s3:AbortMultipartUpload", where, err)
	}
	if err := errors.Join(b.tryOut(ctx), b.findDamaged(ctx)); err != nil {
		return fmt.Errorf("use %s: %w; the key must have s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket", where, err)
	}
	return nil
}

// tryOut writes, reads, lists and removes an object.
func (b *Bucket) tryOut(ctx context.Context) error {
	const key, text = "probe", "written by ecc to see whether it can"
	name := b.cfg.Prefix + key
	_, err := b.core.PutObject(ctx, b.cfg.Bucket, name, strings.NewReader(text), int64(len(text)), "", "", minio.PutObjectOptions{})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	f := b.fetch(ctx, name, 8, 11)
	defer f.close()
	if got, err := f.all(); err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	} else if string(got) != text[8:11] {
		return fmt.Errorf("read 3 bytes of %s: got %q, not %q", name, got, text[8:11])
	}
	for o := range b.core.ListObjectsIter(ctx, b.cfg.Bucket, minio.ListObjectsOptions{Prefix: name, MaxKeys: 1}) {
		if o.Err != nil {
			return fmt.Errorf("list: %w", o.Err)
		}
	}
	return b.remove(name)
}
