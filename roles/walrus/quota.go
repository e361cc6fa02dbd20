package walrus

import (
	"fmt"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

// Quota is what the buckets of one account may hold, all versions and the parts
// of uploads under way together; 0 is any amount. S3 has nothing like it: the
// answer is QuotaExceeded with status 403, which clients do not repeat.
type Quota struct {
	Bytes   cloud.Bytes
	Objects int64 // with old versions and delete markers
}

// quota is what the owner of a bucket may store. The bucket of images is the
// cloud's own.
func (c Config) quota(b index.Bucket) Quota {
	if c.Kept != "" && b.Name == c.Kept {
		return Quota{}
	}
	if q, ok := c.Quotas[b.Account]; ok {
		return q
	}
	return c.Quota
}

// charged does what adds to a bucket, and refuses it if its owner then holds
// more than the quota. What frees space, or moves it, is never refused.
func (w *Walrus) charged(tx *index.Tx, b index.Bucket, add func() error) error {
	q := w.cfg.quota(b)
	if q == (Quota{}) {
		return add()
	}
	before := tx.AccountUsage(b.Account)
	if err := add(); err != nil {
		return err
	}
	return q.check(before, tx.AccountUsage(b.Account))
}

func (q Quota) check(before, after index.Usage) error {
	switch {
	case q.Bytes > 0 && after.Bytes > int64(q.Bytes) && after.Bytes > before.Bytes:
		return s3.Errorf(s3.QuotaExceeded, "The account may store %s, and this request would make it %s.", size(q.Bytes), size(cloud.Bytes(after.Bytes)))
	case q.Objects > 0 && after.Versions > q.Objects && after.Versions > before.Versions:
		return s3.Errorf(s3.QuotaExceeded, "The account may store %d objects, old versions and delete markers among them, and this request would make it %d.", q.Objects, after.Versions)
	}
	return nil
}

// afford refuses an object, or a part if it has a number, before its body is
// read, if its declared length is too much; the transaction that stores it
// looks again.
func (w *Walrus) afford(c *call, length int64, part int) error {
	q := w.cfg.quota(c.bucket)
	if q == (Quota{}) || length < 0 {
		return nil
	}
	return w.index.View(func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		before := tx.AccountUsage(b.Account)
		after := before
		after.Bytes += length
		if part > 0 {
			old, err := partNumbered(tx, c.Query.Get("uploadId"), part)
			after.Bytes -= old.Size
			if err != nil {
				return err
			}
			return q.check(before, after)
		}
		after.Versions++
		if b.Versioning != index.Enabled { // it replaces the null version
			old, err := tx.Version(b.ID, c.key, index.NullVersion)
			if err == nil {
				after.Bytes, after.Versions = after.Bytes-old.Size, after.Versions-1
			} else if !notFound(err) {
				return err
			}
		}
		return q.check(before, after)
	})
}

func partNumbered(tx *index.Tx, upload string, n int) (found index.Part, err error) {
	err = tx.Parts(upload, n-1, func(p index.Part) bool {
		if p.Number == n {
			found = p
		}
		return false
	})
	return found, err
}

// size is an amount as people write it.
func size(n cloud.Bytes) string {
	for _, u := range []struct {
		name string
		size cloud.Bytes
	}{{"TiB", 1024 * cloud.GiB}, {"GiB", cloud.GiB}, {"MiB", cloud.MiB}, {"KiB", cloud.KiB}} {
		if n >= u.size {
			return fmt.Sprintf("%.4g %s", float64(n)/float64(u.size), u.name)
		}
	}
	return fmt.Sprintf("%d bytes", n)
}
