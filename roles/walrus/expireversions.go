package walrus

import (
	"context"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/lifecycle"
)

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
	var done []s3.AccessRecord
	err := w.index.Update(ctx, func(tx *index.Tx) error {
		if err := sameRevision(tx, b); err != nil {
			return err
		}
		done = done[:0] // this may be run again
		for _, v := range due {
			operation, err := w.takeAwayOne(tx, b, rules, v)
			switch {
			case notFound(err), s3.Is(err, s3.NoSuchVersion):
			case err != nil:
				return err
			case operation != "":
				done = append(done, s3.AccessRecord{Operation: operation, Key: v.key})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	w.wakeWebhooks()
	for _, line := range done {
		w.recordOwn(b, line)
	}
	return nil
}

// What access logs call it, as they name operations.
const (
	opExpire = "S3.EXPIRE.OBJECT"
	opMark   = "S3.CREATE.DELETEMARKER"
	opAbort  = "S3.DELETE.UPLOAD"
)

// takeAwayOne returns what it did, "" for nothing.
func (w *Walrus) takeAwayOne(tx *index.Tx, b index.Bucket, rules *lifecycle.Rules, v overdue) (string, error) {
	newest, err := tx.Newest(b.ID, v.key)
	if err != nil {
		return "", err
	}
	if v.action == lifecycle.Expire {
		due, ok := rules.Expiry(lifecycle.Version{Key: v.key, Modified: newest.Modified, Size: newest.Size, Tags: newest.Tags})
		if newest.Marker || newest.Version != v.id || !ok || w.cfg.Now().Before(due.At) {
			return "", nil
		}
		return w.expireNewest(tx, b, newest)
	}
	o, err := lookup(tx, b.ID, v.key, v.which)
	if err != nil || o.Version != v.id {
		return "", err
	}
	if newest.Version == o.Version {
		if alone, err := isAlone(tx, b, o); err != nil || !alone {
			return "", err
		}
	}
	return w.expireForGood(tx, b, o)
}

// isAlone reports whether a version is a delete marker and the only version of
// its key.
func isAlone(tx *index.Tx, b index.Bucket, o index.Object) (bool, error) {
	page, _, err := tx.ListVersions(b.ID, index.VersionListing{Listing: index.Listing{Prefix: o.Key, Max: 2}})
	return o.Marker && (len(page) < 2 || page[1].Key != o.Key), err
}

// expireForGood deletes a version that no lock holds.
func (w *Walrus) expireForGood(tx *index.Tx, b index.Bucket, o index.Object) (string, error) {
	if checkLock(o.Lock, w.cfg.Now(), false) != nil {
		return "", nil
	}
	if err := tx.DeleteVersion(b, o); err != nil {
		return "", err
	}
	_, err := w.emit(tx, expiration, b, s3.EventExpired, o)
	return opExpire, err
}

// expireNewest deletes a key as its bucket's versioning has it.
func (w *Walrus) expireNewest(tx *index.Tx, b index.Bucket, o index.Object) (string, error) {
	if b.Versioning == index.Unversioned {
		return w.expireForGood(tx, b, o)
	}
	marker := index.Object{Key: o.Key, Summary: index.Summary{Marker: true}, Details: index.Details{Account: b.Account}}
	marker, err := putNewest(tx, b, marker, w.cfg.Now())
	if err == nil {
		_, err = w.emit(tx, expiration, b, s3.EventExpiredMarker, marker)
	}
	return opMark, err
}
