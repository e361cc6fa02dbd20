package walrus

import (
	"net/http"

	"ecc/api/s3"
)

// What is not offered, and read by clients that only want to know: S3 has an
// answer of its own for "not configured". Writing it is NotImplemented.

func (w *Walrus) getBucketAccelerate(c *call) error {
	s3.WriteXML(c.out, s3.Accelerate{})
	return nil
}

func (w *Walrus) getBucketReplication(*call) error {
	return s3.Errorf(s3.ReplicationConfigurationNotFoundError, "")
}

func (w *Walrus) deleteBucketReplication(c *call) error {
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
