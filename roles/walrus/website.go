package walrus

import (
	"net/http"

	"ecc/api/s3"
)

func (w *Walrus) getBucketWebsite(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.Website == nil {
		return s3.Errorf(s3.NoSuchWebsiteConfiguration, "")
	}
	s3.WriteXML(c.out, s.Website)
	return nil
}

func (w *Walrus) putBucketWebsite(c *call) error {
	site, err := s3.ReadWebsite(c.document())
	if err != nil {
		return err
	}
	if err := w.putSetting(c, "website", site, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucketWebsite(c *call) error {
	if err := w.deleteSetting(c, "website"); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
