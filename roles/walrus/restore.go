package walrus

import "ecc/api/s3"

// restoreObject answers what S3 answers for an object that is not archived:
// here none ever is.
func (w *Walrus) restoreObject(c *call) error {
	o, err := w.viewObject(c)
	if err != nil {
		return err
	}
	return s3.With(s3.Errorf(s3.InvalidObjectState, "Restore is not allowed for the object's current storage class"), "StorageClass", classOf(o.Details))
}
