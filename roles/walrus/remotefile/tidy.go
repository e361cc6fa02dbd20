package remotefile

import (
	"context"
	"strings"

	"github.com/minio/minio-go/v7"

	"ecc/roles/walrus/datafile"
)

func (b *Bucket) begin(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.writing[key] = true
}

func (b *Bucket) end(key string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.writing, key)
}

func (b *Bucket) isWriting(key string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.writing[key]
}

// Tidy implements datafile.Files.
func (b *Bucket) Tidy() error {
	ctx, cancel := context.WithTimeout(b.ctx, callTimeout)
	defer cancel()
	return judge("tidy", b.data(), b.endUploads(ctx))
}

// endUploads ends multipart uploads nobody works on any more.
func (b *Bucket) endUploads(ctx context.Context) error {
	for u := range b.core.ListIncompleteUploads(ctx, b.cfg.Bucket, b.data(), true) {
		if u.Err != nil {
			return u.Err
		}
		if b.isWriting(u.Key) {
			continue
		}
		b.logger.Info("ending an upload that was left half done", "key", u.Key)
		if err := b.core.AbortMultipartUpload(ctx, b.cfg.Bucket, u.Key, u.UploadID); err != nil {
			return err
		}
	}
	return nil
}

func (b *Bucket) quarantine() string { return b.cfg.Prefix + "quarantine/" }

func (b *Bucket) quarantined(id datafile.ID) string { return b.quarantine() + id.String() }

// Quarantine implements datafile.Files. The other S3 copies the object.
func (b *Bucket) Quarantine(id datafile.ID) error {
	ctx, cancel := context.WithTimeout(b.ctx, 10*callTimeout)
	defer cancel()
	to := minio.CopyDestOptions{Bucket: b.cfg.Bucket, Object: b.quarantined(id)}
	_, err := b.core.ComposeObject(ctx, to, minio.CopySrcOptions{Bucket: b.cfg.Bucket, Object: b.key(id)})
	if code := minio.ToErrorResponse(err).Code; code == "NoSuchKey" {
		return nil
	}
	if err != nil {
		return judge("put into quarantine", b.key(id), err)
	}
	b.setDamaged()
	return b.remove(b.key(id))
}

func (b *Bucket) setDamaged() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.damaged = true
}

func (b *Bucket) hasDamaged() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.damaged
}

// findDamaged looks whether anything is in quarantine.
func (b *Bucket) findDamaged(ctx context.Context) error {
	for o := range b.core.ListObjectsIter(ctx, b.cfg.Bucket, minio.ListObjectsOptions{Prefix: b.quarantine(), MaxKeys: 1}) {
		if o.Err != nil {
			return o.Err
		}
		if strings.HasPrefix(o.Key, b.quarantine()) {
			b.setDamaged()
			break
		}
	}
	return nil
}
