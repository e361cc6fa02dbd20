package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

func (w *Walrus) listBuckets(c *call) error {
	max, err := s3.ReadInt(c.Query, "max-buckets", maxBuckets, 1, 10000)
	if err != nil {
		return err
	}
	list := s3.BucketList{Owner: owner(c.Account), Prefix: c.Query.Get("prefix")}
	err = w.index.View(func(tx *index.Tx) error {
		return tx.Buckets(c.Caller.Account, list.Prefix, c.Query.Get("continuation-token"), func(b index.Bucket) bool {
			if len(list.Buckets) == max {
				list.Token = list.Buckets[max-1].Name
				return false
			}
			list.Buckets = append(list.Buckets, s3.BucketEntry{Name: b.Name, Created: s3.Time(b.Created), Region: w.cfg.Region})
			return true
		})
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, list)
	return nil
}

func (w *Walrus) createBucket(c *call) error {
	if err := s3.CheckBucketName(c.name); err != nil {
		return err
	}
	if err := s3.CheckHeaders(c.Header); err != nil {
		return err
	}
	if err := w.checkLocation(c); err != nil {
		return err
	}
	if c.name == w.cfg.Kept && c.Account.Name != w.cfg.KeptFor {
		return s3.Errorf(s3.BucketAlreadyExists, "") // as good as: its owner has not come yet
	}
	b := index.Bucket{
		ID: w.index.NewID(), Name: c.name, Account: c.Caller.Account,
		Canonical: c.Account.Canonical, Created: w.cfg.Now().UTC(),
	}
	if err := w.index.Update(c.ctx, func(tx *index.Tx) error { return addBucket(tx, b) }); err != nil {
		return err
	}
	c.out.Header().Set("Location", "/"+c.name)
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// checkLocation reads the body of CreateBucket: only this region is offered.
func (w *Walrus) checkLocation(c *call) error {
	var cfg s3.CreateBucketConfiguration
	if _, err := c.document().Decode(&cfg); err != nil {
		return err
	}
	switch {
	case cfg.Bucket != nil || len(cfg.Tags) > 0:
		return s3.Errorf(s3.NotImplemented, "Directory buckets and tags at creation are not implemented.")
	case cfg.Location != "" && cfg.Location != w.cfg.Region:
		return s3.Errorf(s3.InvalidLocationConstraint, "The specified location-constraint is not valid: %q; this is %q", cfg.Location, w.cfg.Region)
	}
	return nil
}

// addBucket writes a new bucket, if its name is free and its account may have
// one more.
func addBucket(tx *index.Tx, b index.Bucket) error {
	switch old, err := tx.Bucket(b.Name); {
	case err == nil && old.Account == b.Account:
		return s3.Errorf(s3.BucketAlreadyOwnedByYou, "")
	case err == nil:
		return s3.Errorf(s3.BucketAlreadyExists, "")
	case cloud.AsError(err).Kind != cloud.NotFound:
		return err
	}
	n := 0
	if err := tx.Buckets(b.Account, "", "", func(index.Bucket) bool { n++; return n < maxBuckets }); err != nil {
		return err
	}
	if n == maxBuckets {
		return s3.Errorf(s3.TooManyBuckets, "")
	}
	return tx.PutBucket(b)
}

func (w *Walrus) headBucket(c *call) error {
	c.out.Header().Set("X-Amz-Bucket-Region", w.cfg.Region)
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucket(c *call) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		if err := tx.SameBucket(c.bucket); err != nil {
			return err
		}
		return tx.DeleteBucket(c.bucket)
	})
	if err != nil {
		return err
	}
	w.reclaim.Kick()
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Walrus) getBucketLocation(c *call) error {
	region := w.cfg.Region
	if region == "us-east-1" {
		region = "" // as S3 has it since the days when there was only one
	}
	s3.WriteXML(c.out, s3.Location{Region: region})
	return nil
}

func (c *call) document() s3.Document {
	return s3.Document{Body: c.Body, Header: c.Header, Trailer: c.Trailer()}
}

func owner(a cloud.Account) s3.Owner { return s3.Owner{ID: a.Canonical, DisplayName: a.Name} }

func bucketOwner(b index.Bucket) s3.Owner { return s3.Owner{ID: b.Canonical} }
