package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketVersioning(c *call) error {
	var b index.Bucket
	err := w.index.View(func(tx *index.Tx) (err error) {
		b, err = tx.Now(c.bucket)
		return err
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, s3.Versioning{Status: string(b.Versioning)})
	return nil
}

func (w *Walrus) putBucketVersioning(c *call) error {
	v, err := s3.ReadVersioning(c.document())
	if err != nil {
		return err
	}
	err = w.index.Update(c.ctx, func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		if b.Lock && v.Status != s3.VersioningEnabled {
			return s3.Errorf(s3.InvalidBucketState, "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.")
		}
		b.Versioning = index.Versioning(v.Status)
		return tx.PutBucket(b)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}
