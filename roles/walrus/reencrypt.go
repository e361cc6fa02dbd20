package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// updateObjectEncryption encrypts an object with another key without touching
// its bytes: their key is opened and sealed again. Of the object nothing else
// changes, its ETag and time included.
func (w *Walrus) updateObjectEncryption(c *call) error {
	ask, err := s3.ReadObjectEncryption(c.document())
	if err != nil {
		return err
	}
	v, err := w.kmsCover(c, c.Caller.Account, ask.KeyARN)
	if err != nil {
		return err
	}
	v.bucketKey = ask.BucketKey
	if err := w.bindKeyring(c.ctx); err != nil { // not in the transaction below
		return err
	}
	err = w.changeObject(c, func(_ *index.Tx, o *index.Object) error {
		return w.reseal(c, o, *v)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// reseal seals the key of an object's bytes under another cover. As in S3 that
// is for what is encrypted with keys of the keyring, and not for what is locked.
func (w *Walrus) reseal(c *call, o *index.Object, v cover) error {
	s, err := readSealed(o.Seal)
	if err != nil {
		return err
	}
	if s == nil || s.Kind == customerKind {
		return s3.Errorf(s3.InvalidRequest, "The encryption of an object can be changed only if it is SSE-S3 or SSE-KMS.")
	}
	if o.Lock.Hold || retained(o.Lock, w.cfg.Now()) {
		return s3.Errorf(s3.AccessDenied, "Access Denied because object protected by object lock.")
	}
	if v.data, err = w.unlock(c, lockedObject(c.bucket, *o), s3.CustomerKey{}); err != nil {
		return err
	}
	o.Seal, err = w.seal(c, &v, o.Blob)
	return err
}
