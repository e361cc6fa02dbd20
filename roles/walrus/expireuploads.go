package walrus

import (
	"context"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/lifecycle"
)

// expireUploads aborts uploads that were begun long ago.
func (w *Walrus) expireUploads(ctx context.Context, b index.Bucket, rules *lifecycle.Rules, prefix string) error {
	now := w.cfg.Now()
	overdue := func(u index.Upload) bool {
		due, ok := rules.Abort(u.Key, u.Created)
		return ok && !now.Before(due.At)
	}
	key, id := "", ""
	for more := true; more && ctx.Err() == nil; {
		var due []index.Upload
		seen := 0
		err := w.index.View(func(tx *index.Tx) error {
			return tx.Uploads(b.ID, prefix, key, id, func(u index.Upload) bool {
				if key, id = u.Key, u.ID; overdue(u) {
					due = append(due, u)
				}
				seen++
				return seen < expireScan && len(due) < expireBatch
			})
		})
		more = seen == expireScan || len(due) == expireBatch
		if err != nil {
			return err
		}
		if err := w.abortAll(ctx, b, due); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// abortAll aborts uploads, each in a transaction of its own: one has up to ten
// thousand parts.
func (w *Walrus) abortAll(ctx context.Context, b index.Bucket, due []index.Upload) error {
	for _, u := range due {
		err := w.index.Update(ctx, func(tx *index.Tx) error {
			if err := sameRevision(tx, b); err != nil {
				return err
			}
			present, err := tx.Upload(b.ID, u.Key, u.ID)
			if err != nil {
				return err
			}
			return tx.EndUpload(present, func(index.Part) bool { return false })
		})
		if notFound(err) {
			continue
		}
		if err != nil {
			return err
		}
		w.reclaim.Kick()
		w.recordOwn(b, s3.AccessRecord{Operation: opAbort, Key: u.Key})
	}
	return nil
}
