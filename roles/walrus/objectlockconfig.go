package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getObjectLockConfiguration(c *call) error {
	l := s3.ObjectLock{Enabled: "Enabled"}
	err := w.index.View(func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		if !b.Lock {
			return s3.Errorf(s3.ObjectLockConfigurationNotFoundError, "")
		}
		s, err := w.settings(tx, b)
		if err == nil && s.ObjectLock != nil {
			l = *s.ObjectLock
		}
		return err
	})
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, l)
	return nil
}

// putObjectLockConfiguration changes what new objects get. It also turns
// locks on, which nothing turns off again.
func (w *Walrus) putObjectLockConfiguration(c *call) error {
	body, err := c.digested()
	if err != nil {
		return err
	}
	l, err := s3.ReadObjectLock(body)
	if err != nil {
		return err
	}
	err = w.putSetting(c, "object-lock", l, func(_ *index.Tx, b *index.Bucket, _ *settings) error {
		if b.Versioning != index.Enabled {
			return s3.Errorf(s3.InvalidBucketState, "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
		}
		b.Lock = true
		return nil
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}
