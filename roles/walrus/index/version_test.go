package index

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"ecc/cloud"
)

// model is a bucket as a plain list of versions per key, oldest first.
type model map[string][]Object

func (m model) put(state Versioning, o Object) {
	if state != Enabled {
		m[o.Key] = slices.DeleteFunc(m[o.Key], func(old Object) bool { return old.Null })
	}
	m[o.Key] = append(m[o.Key], o)
}

func (m model) list(l VersionListing) (out []string) {
	groups := map[string]bool{}
	for _, key := range sortedKeys(m) {
		if len(key) < len(l.Prefix) || key[:len(l.Prefix)] != l.Prefix {
			continue
		}
		if g, ok := l.group(key); ok {
			if !groups[g] && len(m[key]) > 0 {
				groups[g] = true
				out = append(out, "group "+g)
			}
			continue
		}
		for i := len(m[key]) - 1; i >= 0; i-- {
			out = append(out, describe(key, m[key][i], i == len(m[key])-1))
		}
	}
	return out
}

func describe(key string, o Object, latest bool) string {
	return fmt.Sprintf("%q %s marker=%v latest=%v", key, o.VersionID(), o.Marker, latest)
}

func sortedKeys(m model) []string {
	keys := []string{}
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// TestVersionsLikeAList does random writes and deletions under all states of
// versioning, and compares listings, lookups and counters with a plain list.
func TestVersionsLikeAList(t *testing.T) {
	x := newIndex(t)
	bucket := ID(0)
	rapid.Check(t, func(t *rapid.T) {
		bucket++
		b := Bucket{ID: bucket, Name: fmt.Sprint(bucket), Account: cloud.AccountID(fmt.Sprint(bucket))}
		m := model{}
		mustUpdate(t, x, func(tx *Tx) error { return tx.PutBucket(b) })
		keys := rapid.SampledFrom([]string{"a", "a/b", "a/c", "a\x00", "a\x00b", "b", "a/\U0010FFFF"})
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				o := Object{Key: keys.Draw(t, "key"), Summary: Summary{Marker: b.Versioning != Unversioned && rapid.Bool().Draw(t, "marker")}}
				if !o.Marker {
					o.Size, o.Blob = 3, x.NewID()
				}
				mustUpdate(t, x, func(tx *Tx) (err error) { o, err = tx.PutObject(b, o); return err })
				m.put(b.Versioning, o)
			},
			"delete": func(t *rapid.T) {
				key := keys.Draw(t, "key")
				if len(m[key]) == 0 {
					return
				}
				i := rapid.IntRange(0, len(m[key])-1).Draw(t, "version")
				mustUpdate(t, x, func(tx *Tx) error { return tx.DeleteVersion(b, m[key][i]) })
				m[key] = slices.Delete(m[key], i, i+1)
			},
			"versioning": func(t *rapid.T) {
				b.Versioning = rapid.SampledFrom([]Versioning{Enabled, Suspended}).Draw(t, "state")
			},
			"": func(t *rapid.T) { compare(t, x, b, m) },
		})
	})
}

func mustUpdate(t *rapid.T, x *Index, fn func(*Tx) error) {
	if err := x.Update(context.Background(), fn); err != nil {
		t.Fatal(err)
	}
}

func compare(t *rapid.T, x *Index, b Bucket, m model) {
	l := VersionListing{Listing: Listing{Prefix: rapid.SampledFrom([]string{"", "a", "a/", "a\x00"}).Draw(t, "prefix"),
		Delimiter: rapid.SampledFrom([]string{"", "/", "\x00"}).Draw(t, "delimiter"), Max: rapid.IntRange(1, 4).Draw(t, "max")}}
	want := m.list(l)
	err := x.View(func(tx *Tx) error {
		var got []string
		for more := true; more; {
			page, again, err := tx.ListVersions(b.ID, l)
			if err != nil {
				return err
			}
			for _, e := range page {
				l.After, l.Version, l.Within = e.Key, e.Version, !e.Group
				if e.Group {
					got = append(got, "group "+e.Key)
				} else {
					got = append(got, describe(e.Key, Object{Summary: e.Summary}, e.Latest))
				}
			}
			more = again
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("versions (-want +got):\n%s", diff)
		}
		return compareKeys(t, tx, b, m)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func compareKeys(t *rapid.T, tx *Tx, b Bucket, m model) error {
	var count Usage
	for key, versions := range m {
		for _, o := range versions {
			count.Bytes, count.Versions = count.Bytes+o.Size, count.Versions+1
			ask := o.Version
			if o.Null {
				ask = NullVersion
			}
			got, err := tx.Version(b.ID, key, ask)
			if err != nil || got.Version != o.Version || got.Blob != o.Blob {
				t.Fatalf("version %s of %q: %+v, %v", o.VersionID(), key, got, err)
			}
		}
		newest, err := tx.Newest(b.ID, key)
		if found := err == nil; found != (len(versions) > 0) || (found && newest.Version != versions[len(versions)-1].Version) {
			t.Fatalf("newest of %q: %+v, %v", key, newest, err)
		}
		now, err := tx.Object(b.ID, key)
		if live := len(versions) > 0 && !versions[len(versions)-1].Marker; (err == nil) != live || (live && now.Version != newest.Version) {
			t.Fatalf("object %q: %+v, %v", key, now, err)
		}
	}
	if got := tx.BucketUsage(b.ID); got != count || got != tx.AccountUsage(b.Account) {
		t.Fatalf("usage %+v, account %+v, want %+v", got, tx.AccountUsage(b.Account), count)
	}
	return nil
}
