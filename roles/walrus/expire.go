package walrus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ecc/roles/walrus/index"
	"ecc/roles/walrus/lifecycle"
)

const (
	expirePeriod = time.Hour // S3 itself looks once a day
	expireScan   = 1000      // versions read in one transaction
	expireBatch  = 100       // versions or uploads taken away in one
)

// scanned is the state in which a bucket was last gone through to its end. On
// the same day the same rules find nothing new.
type scanned struct {
	revision index.ID
	day      time.Time
}

// errRevised means that a bucket changed while its rules were enforced.
var errRevised = errors.New("the bucket was configured anew")

// sameRevision returns an error if a bucket is not what it was when its rules
// were looked at.
func sameRevision(tx *index.Tx, b index.Bucket) error {
	now, err := tx.Now(b)
	if err == nil && now.Revision != b.Revision {
		err = errRevised
	}
	return err
}

// expireRound enforces the lifecycle rules of all buckets. It remembers
// nothing that matters: after a crash it begins again.
func (w *Walrus) expireRound(ctx context.Context) error {
	buckets, err := w.bucketsWithRules()
	if err != nil {
		return err
	}
	day := w.cfg.Now().UTC().Truncate(24 * time.Hour)
	var failed []error
	for _, b := range buckets {
		now := scanned{b.Revision, day}
		if w.expired[b.ID] == now || ctx.Err() != nil {
			continue
		}
		err := w.expireBucket(ctx, b.Bucket, b.rules)
		switch {
		case err == nil:
			w.expired[b.ID] = now
		case errors.Is(err, errRevised), notFound(err):
			w.expire.Kick()
		default:
			failed = append(failed, fmt.Errorf("expire objects of bucket %q: %w", b.Name, err))
		}
	}
	return errors.Join(append(failed, ctx.Err())...)
}

type bucketWithRules struct {
	index.Bucket
	rules *lifecycle.Rules
}

func (w *Walrus) bucketsWithRules() ([]bucketWithRules, error) {
	var all []bucketWithRules
	known := map[index.ID]scanned{}
	err := w.index.View(func(tx *index.Tx) error {
		return tx.AllBuckets(func(b index.Bucket) bool {
			known[b.ID] = w.expired[b.ID]
			s, err := w.settings(tx, b)
			switch {
			case err != nil: // it is closed for requests, too, and in nobody's way
				w.logger.Error("the rules of a bucket cannot be read", "bucket", b.Name, "error", err)
			case s.Lifecycle != nil:
				all = append(all, bucketWithRules{b, s.rules})
			}
			return true
		})
	})
	if err == nil {
		w.expired = known // without those of buckets that are gone
	}
	return all, err
}

func (w *Walrus) expireBucket(ctx context.Context, b index.Bucket, rules *lifecycle.Rules) error {
	for _, prefix := range rules.Prefixes() {
		if err := w.expireVersions(ctx, b, rules, prefix); err != nil {
			return err
		}
		if err := w.expireUploads(ctx, b, rules, prefix); err != nil {
			return err
		}
	}
	return nil
}
