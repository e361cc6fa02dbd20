package walrus

import (
	"encoding/json"
	"fmt"
	"net/http"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

// creation is a bucket to be, with its first settings.
type creation struct {
	index.Bucket
	settings map[string][]byte // by name, as putSetting would write them
}

func (w *Walrus) createBucket(c *call) error {
	if err := s3.CheckBucketName(c.name); err != nil {
		return err
	}
	if c.name == w.cfg.Kept && c.Account.Name != w.cfg.KeptFor {
		return s3.Errorf(s3.BucketAlreadyExists, "") // as good as: its owner has not come yet
	}
	n, err := w.readCreation(c)
	if err != nil {
		return err
	}
	err = w.index.Update(c.ctx, func(tx *index.Tx) error { return w.addBucket(tx, n) })
	if s3.Is(err, s3.BucketAlreadyOwnedByYou) && w.cfg.Region == "us-east-1" {
		err = nil // as in the oldest region of S3, which scripts were written for
	}
	if err != nil {
		return err
	}
	c.out.Header().Set("Location", "/"+c.name)
	c.out.Header().Set("X-Amz-Bucket-Arn", "arn:aws:s3:::"+c.name)
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// readCreation reads the headers and the body of CreateBucket.
func (w *Walrus) readCreation(c *call) (creation, error) {
	n := creation{settings: map[string][]byte{}, Bucket: index.Bucket{
		ID: w.index.NewID(), Name: c.name, Account: c.Caller.Account,
		Canonical: c.Account.Canonical, Created: w.cfg.Now().UTC(),
	}}
	if err := s3.CheckHeaders(c.Header); err != nil {
		return n, err
	}
	lock, err := s3.ReadLockEnabled(c.Header)
	if err != nil {
		return n, err
	}
	if lock {
		n.Lock, n.Versioning = true, index.Enabled
	}
	var cfg s3.CreateBucketConfiguration
	if _, err := c.document().Decode(&cfg); err != nil {
		return n, err
	}
	if err := cfg.Check(w.cfg.Region); err != nil {
		return n, err
	}
	if err := w.ownBucket(c, &n); err != nil {
		return n, err
	}
	if len(cfg.Tags) > 0 {
		err = n.set("tagging", s3.Tagging{Tags: s3.TagSet{Tag: cfg.Tags}})
	}
	return n, err
}

// set adds a setting.
func (n *creation) set(name string, document any) error {
	raw, err := json.Marshal(document)
	if err != nil {
		return fmt.Errorf("encode setting %q: %w", name, err)
	}
	n.settings[name] = raw
	return nil
}

// addBucket writes a new bucket, if its name is free and its account may have
// one more.
func (w *Walrus) addBucket(tx *index.Tx, n creation) error {
	switch old, err := tx.Bucket(n.Name); {
	case err == nil && old.Account == n.Account:
		return s3.Errorf(s3.BucketAlreadyOwnedByYou, "")
	case err == nil:
		return s3.Errorf(s3.BucketAlreadyExists, "")
	case cloud.AsError(err).Kind != cloud.NotFound:
		return err
	}
	have := 0
	if err := tx.Buckets(n.Account, "", "", func(index.Bucket) bool { have++; return have < maxBuckets }); err != nil {
		return err
	}
	if have == maxBuckets {
		return s3.Errorf(s3.TooManyBuckets, "")
	}
	for name, document := range n.settings {
		if err := tx.PutSetting(n.Bucket, name, document); err != nil {
			return err
		}
	}
	return tx.PutBucket(n.Bucket)
}
