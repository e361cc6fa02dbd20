package walrus

import (
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// readDetails reads what an upload wants kept with its object. That the caller
// may want it was asked when the request was authorized.
func (w *Walrus) readDetails(c *call) (index.Details, error) {
	d := index.Details{Account: c.Caller.Account}
	if err := s3.CheckHeaders(c.Header); err != nil {
		return d, err
	}
	var err error
	if d.Metadata, err = s3.ReadMetadata(c.Header); err != nil {
		return d, err
	}
	if d.Class, err = s3.ReadStorageClass(c.Header); err != nil {
		return d, err
	}
	if d.Redirect, err = s3.ReadRedirect(c.Header); err != nil {
		return d, err
	}
	if d.Tags, err = s3.ParseTagging(c.Header.Get("X-Amz-Tagging")); err != nil {
		return d, err
	}
	who, err := w.owning(c)
	if err != nil {
		return d, err
	}
	who.set(&d)
	d.Lock, err = w.readLock(c)
	return d, err
}

// putNew writes a new object as the newest version of its key, locked as
// its bucket has it if the request said nothing of that, and tells of it. The
// bucket must be its present state.
func (w *Walrus) putNew(tx *index.Tx, c *call, b index.Bucket, o index.Object) (index.Object, error) {
	if err := w.lockNew(tx, b, &o); err != nil {
		return o, err
	}
	err := w.charged(tx, b, func() (err error) {
		o, err = putNewest(tx, b, o, w.cfg.Now())
		return err
	})
	if err != nil {
		return o, err
	}
	return o, w.notify(tx, c, b, createdEvent(c.route.Op), o)
}
