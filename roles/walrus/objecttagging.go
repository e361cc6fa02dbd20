package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getObjectTagging(c *call) error {
	o, err := w.viewObject(c)
	if err != nil {
		return err
	}
	s3.WriteXML(c.out, s3.Tagging{Tags: s3.TagSet{Tag: o.Tags}})
	return nil
}

func (w *Walrus) putObjectTagging(c *call) error {
	tags, err := s3.ReadObjectTags(c.document())
	if err != nil {
		return err
	}
	c.tags = append([]s3.Tag{}, tags...) // a policy may ask for them
	return w.retag(c, tags, s3.EventTagging, http.StatusOK)
}

func (w *Walrus) deleteObjectTagging(c *call) error {
	return w.retag(c, nil, s3.EventTaggingDelete, http.StatusNoContent)
}

func (w *Walrus) retag(c *call, tags []s3.Tag, e s3.Event, status int) error {
	err := w.changeObject(c, func(tx *index.Tx, o *index.Object) error {
		o.Tags = tags
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		return w.notify(tx, c, b, e, *o)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(status)
	return nil
}

// viewObject finds the version a request is about and names it in the answer.
func (w *Walrus) viewObject(c *call) (o index.Object, err error) {
	err = w.index.View(func(tx *index.Tx) error {
		o, err = w.object(tx, c)
		return err
	})
	if err == nil {
		setVersion(c.out.Header(), c.bucket, o)
	}
	return o, err
}

// changeObject rewrites what can change of the version a request is about,
// and names it in the answer. change sees the present state; it may run again.
func (w *Walrus) changeObject(c *call, change func(*index.Tx, *index.Object) error) error {
	var b index.Bucket
	var o index.Object
	err := w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		if b, err = tx.Now(c.bucket); err != nil {
			return err
		}
		clearMarker(c.out.Header()) // of another run
		if o, err = w.object(tx, c); err != nil {
			return err
		}
		if err := change(tx, &o); err != nil {
			return err
		}
		return tx.Rewrite(b.ID, o)
	})
	if err == nil {
		setVersion(c.out.Header(), b, o)
	}
	return err
}
