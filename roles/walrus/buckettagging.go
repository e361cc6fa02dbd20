package walrus

import (
	"net/http"

	"ecc/api/s3"
)

func (w *Walrus) getBucketTagging(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.Tagging == nil {
		return s3.Errorf(s3.NoSuchTagSet, "")
	}
	s3.WriteXML(c.out, s.Tagging)
	return nil
}

func (w *Walrus) putBucketTagging(c *call) error {
	body, err := c.digested()
	if err != nil {
		return err
	}
	tags, err := s3.ReadBucketTags(body)
	if err != nil {
		return err
	}
	if err := w.setBucketTags(c, tags); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

// setBucketTags replaces a bucket's tags. None is as good as deleted.
func (w *Walrus) setBucketTags(c *call, tags []s3.Tag) error {
	if len(tags) == 0 {
		return w.deleteSetting(c, "tagging")
	}
	return w.putSetting(c, "tagging", s3.Tagging{Tags: s3.TagSet{Tag: tags}}, nil)
}

func (w *Walrus) deleteBucketTagging(c *call) error {
	if err := w.deleteSetting(c, "tagging"); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
