package walrus

import (
	"net/http"

	"ecc/api/s3"
)

// getBucketEncryption tells how new objects are encrypted unasked. S3 encrypts
// them all, with its own key, and says so; we say so where it is true (encrypt
// = "always"). Where nothing is configured and nothing encrypted the answer is
// the one S3 gave while that was possible, which Terraform and the AWS CLI know.
func (w *Walrus) getBucketEncryption(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	answer := s.Encryption
	if answer == nil {
		if !w.cfg.EncryptAlways {
			return s3.Errorf(s3.NoEncryptionConfiguration, "")
		}
		answer = &s3.BucketEncryption{Rules: []s3.EncryptionRule{{Default: &s3.DefaultEncryption{Algorithm: s3.AES256}}}}
	}
	s3.WriteXML(c.out, answer)
	return nil
}

// putBucketEncryption stores how new objects are encrypted unasked. As in S3
// the key may be one that is not there yet: whoever writes then is told.
func (w *Walrus) putBucketEncryption(c *call) error {
	b, err := s3.ReadBucketEncryption(c.document())
	if err != nil {
		return err
	}
	if err := w.putSetting(c, "encryption", b, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deleteBucketEncryption(c *call) error {
	if err := w.deleteSetting(c, "encryption"); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
