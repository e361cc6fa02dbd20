package walrus

import (
	"context"
	"errors"
	"time"

	"ecc/api/s3"
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

// expireRound enforces the lifecycle rules of all buckets. It remembers
// nothing that matters: after a crash it begins again.
func (w *Walrus) expireRound(ctx context.Context) error {
	buckets, err := w.bucketsWithRules()
	if err != nil {
		return err
	}
	day := w.cfg.Now().UTC().Truncate(24 * time.Hour)
	for _, b := range buckets {
		now := scanned{b.Revision, day}
		if w.expired[b.ID] == now {
			continue
		}
		err := w.expireBucket(ctx, b.Bucket, b.rules)
		switch {
		case errors.Is(err, errRevised), notFound(err):
			w.expire.Kick()
			continue
		case err != nil:
			return err
		}
		w.expired[b.ID] = now
	}
	return ctx.Err()
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

// overdue is a version something is to be done to.
type overdue struct {
	key    string
	which  which
	id     index.ID
	action lifecycle.Action
}

// expireVersions walks all versions under a prefix, page by page, and acts on
// what it finds after each page.
func (w *Walrus) expireVersions(ctx context.Context, b index.Bucket, rules *lifecycle.Rules, prefix string) error {
	walk := rules.Walk(w.cfg.Now())
	at := index.VersionListing{Listing: index.Listing{Prefix: prefix, Max: expireScan}}
	for more := true; more && ctx.Err() == nil; {
		var due []overdue
		err := w.index.View(func(tx *index.Tx) (err error) {
			due, more, err = w.findOverdue(tx, b, rules, walk, &at)
			return err
		})
		if err != nil {
			return err
		}
		for len(due) > 0 {
			n := min(expireBatch, len(due))
			if err := w.takeAway(ctx, b, rules, due[:n]); err != nil {
				return err
			}
			due = due[n:]
		}
	}
	return ctx.Err()
}

// findOverdue reads one page and moves at behind it. Whether the last version
// of a page is the last of its key shows only the next one: it is left for
// that.
func (w *Walrus) findOverdue(tx *index.Tx, b index.Bucket, rules *lifecycle.Rules, walk *lifecycle.Walk, at *index.VersionListing) ([]overdue, bool, error) {
	page, more, err := tx.ListVersions(b.ID, *at)
	if err != nil {
		return nil, false, err
	}
	use := len(page)
	if more {
		use--
	}
	var due []overdue
	for i, e := range page[:use] {
		v := lifecycle.Version{Key: e.Key, Modified: e.Modified, Size: e.Size, Marker: e.Marker}
		version := which{given: true, id: e.Version}
		if e.Null {
			version.id = index.NullVersion
		}
		if rules.Tagged() {
			o, err := tx.Version(b.ID, e.Key, version.id)
			if err != nil {
				return nil, false, err
			}
			v.Tags = o.Tags
		}
		last := i+1 == len(page) || page[i+1].Key != e.Key
		if action := walk.Next(v, last); action != lifecycle.Keep {
			due = append(due, overdue{e.Key, version, e.Version, action})
		}
		at.After, at.Version, at.Within = e.Key, e.Version, true
	}
	return due, more, nil
}

// takeAway acts on what is overdue, in one transaction. What has changed since
// it was found is left for the next time.
func (w *Walrus) takeAway(ctx context.Context, b index.Bucket, rules *lifecycle.Rules, due []overdue) error {
	err := w.index.Update(ctx, func(tx *index.Tx) error {
		now, err := tx.Now(b)
		if err != nil {
			return err
		}
		if now.Revision != b.Revision {
			return errRevised
		}
		for _, v := range due {
			if err := w.takeAwayOne(tx, b, rules, v); err != nil && !notFound(err) && !s3.Is(err, s3.NoSuchVersion) {
				return err
			}
		}
		return nil
	})
	w.reclaim.Kick()
	w.wakeWebhooks()
	return err
}

func (w *Walrus) takeAwayOne(tx *index.Tx, b index.Bucket, rules *lifecycle.Rules, v overdue) error {
	newest, err := tx.Newest(b.ID, v.key)
	if err != nil {
		return err
	}
	if v.action == lifecycle.Expire {
		due, ok := rules.Expiry(lifecycle.Version{Key: v.key, Modified: newest.Modified, Size: newest.Size, Tags: newest.Tags})
		if newest.Marker || newest.Version != v.id || !ok || w.cfg.Now().Before(due.At) {
			return nil
		}
		return w.expireNewest(tx, b, newest)
	}
	o, err := lookup(tx, b.ID, v.key, v.which)
	if err != nil {
		return err
	}
	if o.Version != v.id || checkLock(o.Lock, w.cfg.Now(), false) != nil {
		return nil
	}
	if newest.Version == o.Version {
		if alone, err := isAlone(tx, b, o); err != nil || !alone {
			return err
		}
	}
	return w.expireForGood(tx, b, o)
}

func (w *Walrus) expireForGood(tx *index.Tx, b index.Bucket, o index.Object) error {
	if err := tx.DeleteVersion(b, o); err != nil {
		return err
	}
	_, err := w.emit(tx, expiration, b, s3.EventExpired, o)
	return err
}

// isAlone reports whether a version is a delete marker and the only version of
// its key.
func isAlone(tx *index.Tx, b index.Bucket, o index.Object) (bool, error) {
	page, _, err := tx.ListVersions(b.ID, index.VersionListing{Listing: index.Listing{Prefix: o.Key, Max: 2}})
	return o.Marker && (len(page) < 2 || page[1].Key != o.Key), err
}

// expireNewest deletes a key as its bucket's versioning has it.
func (w *Walrus) expireNewest(tx *index.Tx, b index.Bucket, o index.Object) error {
	if b.Versioning == index.Unversioned {
		if checkLock(o.Lock, w.cfg.Now(), false) != nil {
			return nil
		}
		return w.expireForGood(tx, b, o)
	}
	marker := index.Object{Key: o.Key, Summary: index.Summary{Marker: true}, Details: index.Details{Account: b.Account}}
	marker, err := putNewest(tx, b, marker, w.cfg.Now())
	if err == nil {
		_, err = w.emit(tx, expiration, b, s3.EventExpiredMarker, marker)
	}
	return err
}

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
			now, err := tx.Now(b)
			if err != nil {
				return err
			}
			if now.Revision != b.Revision {
				return errRevised
			}
			if u, err = tx.Upload(b.ID, u.Key, u.ID); err != nil {
				return err
			}
			return tx.EndUpload(u, func(index.Part) bool { return false })
		})
		if err != nil && !notFound(err) {
			return err
		}
		w.reclaim.Kick()
	}
	return nil
}
