package index

import (
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
)

// TestEmptying deletes what is on each page of versions before the next one is
// asked for: in the end nothing is left, whatever moved meanwhile.
func TestEmptying(t *testing.T) {
	x := newIndex(t)
	bucket := ID(0)
	rapid.Check(t, func(t *rapid.T) {
		bucket++
		b := Bucket{ID: bucket, Name: fmt.Sprint(bucket), Account: cloud.AccountID(fmt.Sprint(bucket))}
		mustUpdate(t, x, func(tx *Tx) error { return tx.PutBucket(b) })
		fill(t, x, b)
		l := VersionListing{Listing: Listing{Max: rapid.IntRange(1, 4).Draw(t, "max")}}
		for more := true; more; {
			var page []Listed
			mustUpdate(t, x, func(tx *Tx) (err error) {
				if page, more, err = tx.ListVersions(b.ID, l); err != nil {
					return err
				}
				return remove(t, tx, b, page)
			})
			if more && len(page) == 0 {
				t.Fatal("an empty page, and more")
			}
			for _, e := range page {
				l.After, l.Version, l.Within = e.Key, e.Version, true
			}
		}
		err := x.View(func(tx *Tx) error {
			left, _, err := tx.ListVersions(b.ID, VersionListing{Listing: Listing{Max: 100}})
			if len(left) > 0 {
				t.Fatalf("left: %+v", left)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

// fill writes some versions and delete markers under all states of versioning.
func fill(t *rapid.T, x *Index, b Bucket) {
	for range rapid.IntRange(1, 12).Draw(t, "writes") {
		b.Versioning = rapid.SampledFrom([]Versioning{Enabled, Enabled, Suspended}).Draw(t, "state")
		o := Object{Key: rapid.SampledFrom([]string{"a", "a/b", "b"}).Draw(t, "key"), Summary: Summary{Marker: rapid.Bool().Draw(t, "marker")}}
		if !o.Marker {
			o.Blob = x.NewID()
		}
		mustUpdate(t, x, func(tx *Tx) error { return discardObject(tx.PutObject(b, o)) })
	}
}

// remove deletes a page. An entry is the latest if nothing newer was listed.
func remove(t *rapid.T, tx *Tx, b Bucket, page []Listed) error {
	seen := map[string]bool{}
	var all error
	for _, e := range page {
		if e.Latest == seen[e.Key] {
			t.Fatalf("version %s of %q is latest: %v, after others of it: %v", e.VersionID(), e.Key, e.Latest, seen[e.Key])
		}
		seen[e.Key] = true
	}
	for _, e := range page {
		o, err := tx.Version(b.ID, e.Key, e.named())
		if err == nil {
			err = tx.DeleteVersion(b, o)
		}
		all = errors.Join(all, err)
	}
	return all
}

// named is the version as a client asks for it.
func (s Summary) named() ID {
	if s.Null {
		return NullVersion
	}
	return s.Version
}
