package walrus

import (
	"net/http"

	"ecc/api/s3"
)

func (w *Walrus) getBucketLifecycle(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.Lifecycle == nil {
		return s3.Errorf(s3.NoSuchLifecycleConfiguration, "")
	}
	s3.WriteLifecycle(c.out, *s.Lifecycle)
	return nil
}

func (w *Walrus) putBucketLifecycle(c *call) error {
	body, err := c.digested()
	if err != nil {
		return err
	}
	l, err := s3.ReadLifecycle(body, w.requestID)
	if err != nil {
		return err
	}
	if err := w.putSetting(c, "lifecycle", l, nil); err != nil {
		return err
	}
	w.expire.Kick()
	c.out.Header().Set(s3.MinimumSizeHeader, l.MinimumSize)
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucketLifecycle(c *call) error {
	if err := w.deleteSetting(c, "lifecycle"); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
