package index

import (
	"bytes"
	"encoding/json"
	"fmt"
	"time"

	"ecc/cloud"
)

// Versioning says what a write does to the version it supersedes.
type Versioning string

// The states of a bucket. One that was ever Enabled is never Unversioned again.
const (
	Unversioned Versioning = ""
	Enabled     Versioning = "Enabled"
	Suspended   Versioning = "Suspended"
)

// Bucket is a bucket's record. What else is configured are settings.
type Bucket struct {
	ID         ID              `json:"id"`
	Name       string          `json:"name"`
	Account    cloud.AccountID `json:"account"`
	Canonical  string          `json:"canonical_id"` // of the account
	Created    time.Time       `json:"created"`
	Versioning Versioning      `json:"versioning,omitempty"`
	Lock       bool            `json:"lock,omitempty"`     // versions can be locked
	Revision   ID              `json:"revision,omitempty"` // another one after every change of the bucket or its settings
}

// cachedBucket is a decoded record beside what it was decoded from: it holds
// for every transaction that finds the same bytes.
type cachedBucket struct {
	raw    []byte
	bucket Bucket
}

// Bucket finds a bucket; one that does not exist is cloud.NotFound.
func (t *Tx) Bucket(name string) (Bucket, error) {
	raw := t.get(bucketsBucket, []byte(name))
	if raw == nil {
		return Bucket{}, noBucket(name)
	}
	if c, ok := t.index.cache.Load(name); ok && bytes.Equal(c.(*cachedBucket).raw, raw) {
		return c.(*cachedBucket).bucket, nil
	}
	var b Bucket
	if err := json.Unmarshal(raw, &b); err != nil {
		return b, fmt.Errorf("decode bucket %q: %w", name, err)
	}
	t.index.cache.Store(name, &cachedBucket{bytes.Clone(raw), b})
	return b, nil
}

func noBucket(name string) error {
	return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResBucket, ID: name}
}

// SameBucket returns an error unless a bucket seen earlier is still the one of
// that name.
func (t *Tx) SameBucket(b Bucket) error {
	_, err := t.Now(b)
	return err
}

// Now returns the present state of a bucket seen earlier.
func (t *Tx) Now(b Bucket) (Bucket, error) {
	now, err := t.Bucket(b.Name)
	if err == nil && now.ID != b.ID {
		err = noBucket(b.Name)
	}
	return now, err
}

// PutBucket writes a bucket's record, under a new revision.
func (t *Tx) PutBucket(b Bucket) error {
	b.Revision = t.index.NewID()
	return t.putJSON(bucketsBucket, []byte(b.Name), b)
}

// Buckets calls fn for an account's buckets with the prefix, behind after, in
// order of name, until fn returns false.
func (t *Tx) Buckets(account cloud.AccountID, prefix, after string, fn func(Bucket) bool) error {
	return t.buckets(prefix, after, func(b Bucket) bool { return b.Account != account || b.Name == after || fn(b) })
}

// AllBuckets calls fn for every bucket, in order of name, until fn returns
// false.
func (t *Tx) AllBuckets(fn func(Bucket) bool) error { return t.buckets("", "", fn) }

func (t *Tx) buckets(prefix, from string, fn func(Bucket) bool) error {
	return t.each(bucketsBucket, []byte(prefix), []byte(from), func(k, v []byte) (bool, error) {
		var b Bucket
		if err := json.Unmarshal(v, &b); err != nil {
			return false, fmt.Errorf("decode bucket %q: %w", k, err)
		}
		return fn(b), nil
	})
}

// DeleteBucket removes a bucket, which must have no versions and no delete
// markers. Its unfinished uploads become garbage.
func (t *Tx) DeleteBucket(b Bucket) error {
	for _, where := range [][]byte{objectsBucket, versionsBucket} {
		if t.has(where, number(b.ID)) {
			return &cloud.Error{Kind: cloud.InUse, Resource: cloud.ResBucket, ID: b.Name}
		}
	}
	if err := t.dropSettings(b.ID); err != nil {
		return err
	}
	if err := t.delete(bucketsBucket, []byte(b.Name)); err != nil {
		return err
	}
	t.index.cache.Delete(b.Name)
	return t.discard(DeadBucket, b.ID)
}

// has reports whether there is any key with the prefix.
func (t *Tx) has(bucket, prefix []byte) bool {
	k, _ := t.tx.Bucket(bucket).Cursor().Seek(prefix)
	return bytes.HasPrefix(k, prefix)
}
