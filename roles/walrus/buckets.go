package walrus

import (
	"errors"
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
	if region := c.Query.Get("bucket-region"); region != "" && region != w.cfg.Region {
		s3.WriteXML(c.out, list) // there are none elsewhere
		return nil
	}
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

func (w *Walrus) headBucket(c *call) error {
	h := c.out.Header()
	h.Set("X-Amz-Bucket-Region", w.cfg.Region)
	h.Set("X-Amz-Bucket-Arn", "arn:aws:s3:::"+c.name)
	h.Set("X-Amz-Access-Point-Alias", "false")
	h.Set("Content-Type", "application/xml")
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucket(c *call) error {
	err := w.index.Update(c.ctx, func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		err = tx.DeleteBucket(b)
		if errors.Is(err, cloud.InUse) && b.Versioning != index.Unversioned {
			err = s3.Errorf(s3.BucketNotEmpty, "The bucket you tried to delete is not empty. You must delete all versions in the bucket.")
		}
		return err
	})
	if err != nil {
		return err
	}
	w.decoded.Delete(c.bucket.ID) // or it would stay until the process ends
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

// digested is the body of an operation that S3 does only if a digest of it came
// along.
func (c *call) digested() (s3.Document, error) {
	if !s3.Digested(c.Header) {
		return s3.Document{}, s3.Errorf(s3.InvalidRequest, "Missing required header for this request: Content-MD5 OR x-amz-checksum-*")
	}
	return c.document(), nil
}

func owner(a cloud.Account) s3.Owner { return s3.Owner{ID: a.Canonical, DisplayName: a.Name} }

func bucketOwner(b index.Bucket) s3.Owner { return s3.Owner{ID: b.Canonical} }
