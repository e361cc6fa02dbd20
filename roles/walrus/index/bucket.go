package index

import (
	"encoding/json"
	"fmt"
	"time"

	"ecc/cloud"
)

// Bucket is a bucket's record.
type Bucket struct {
	ID        ID              `json:"id"`
	Name      string          `json:"name"`
	Account   cloud.AccountID `json:"account"`
	Canonical string          `json:"canonical_id"` // of the account
	Created   time.Time       `json:"created"`
}

// Bucket finds a bucket; one that does not exist is cloud.NotFound.
func (t *Tx) Bucket(name string) (Bucket, error) {
	var b Bucket
	ok, err := t.getJSON(bucketsBucket, []byte(name), &b)
	if err == nil && !ok {
		err = &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResBucket, ID: name}
	}
	return b, err
}

// SameBucket returns an error unless a bucket seen earlier is still the one of
// that name.
func (t *Tx) SameBucket(b Bucket) error {
	now, err := t.Bucket(b.Name)
	if err == nil && now.ID != b.ID {
		err = &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResBucket, ID: b.Name}
	}
	return err
}

// PutBucket writes a bucket's record.
func (t *Tx) PutBucket(b Bucket) error { return t.putJSON(bucketsBucket, []byte(b.Name), b) }

// Buckets calls fn for an account's buckets with the prefix, behind after, in
// order of name, until fn returns false.
func (t *Tx) Buckets(account cloud.AccountID, prefix, after string, fn func(Bucket) bool) error {
	return t.each(bucketsBucket, []byte(prefix), []byte(after), func(k, v []byte) (bool, error) {
		var b Bucket
		if err := json.Unmarshal(v, &b); err != nil {
			return false, fmt.Errorf("decode bucket %q: %w", k, err)
		}
		if b.Account != account || b.Name == after {
			return true, nil
		}
		return fn(b), nil
	})
}

// DeleteBucket removes a bucket, which must have no objects. Its unfinished
// uploads become garbage.
func (t *Tx) DeleteBucket(b Bucket) error {
	empty := true
	err := t.each(objectsBucket, number(b.ID), nil, func([]byte, []byte) (bool, error) {
		empty = false
		return false, nil
	})
	if err != nil {
		return err
	}
	if !empty {
		return &cloud.Error{Kind: cloud.InUse, Resource: cloud.ResBucket, ID: b.Name}
	}
	if err := t.delete(bucketsBucket, []byte(b.Name)); err != nil {
		return err
	}
	return t.discard(DeadBucket, b.ID)
}
