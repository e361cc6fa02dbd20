package walrus

import (
	"errors"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/roles/walrus/index"
)

// copyTries is how often a copy begins again because its source was replaced
// meanwhile.
const copyTries = 3

// copyObject makes an object from another without moving its bytes: both use
// the same blob.
func (w *Walrus) copyObject(c *call) error {
	plan, err := w.planCopy(c)
	if err != nil {
		return err
	}
	var o, from index.Object
	err = w.lively(c, func() (err error) {
		o, from, err = w.copyNow(c, plan)
		return err
	}, func() (any, error) {
		setVersion(c.out.Header(), c.bucket, o)
		w.tellExpiry(c, o)
		setSourceVersion(c, plan.bucket, from)
		result := s3.CopyResult{Modified: s3.Time(o.Modified), ETag: s3.Quote(o.ETag), Sums: s3.SumsOf(o.Checksum)}
		return result, w.tellWrite(c, o.Seal)
	})
	if err != nil {
		return err
	}
	return failpoint.Hit("walrus.copy.4.replied")
}

// copyNow copies whatever state of the source it can get hold of for long
// enough.
func (w *Walrus) copyNow(c *call, p plan) (o, from index.Object, err error) {
	for range copyTries {
		if o, from, err = w.tryCopy(c, p); !errors.Is(err, cloud.Stale) {
			break
		}
	}
	w.reclaim.Kick()
	if err == nil {
		err = failpoint.Hit("walrus.copy.3.committed")
	}
	return o, from, err
}

// plan is what a CopyObject request asks for.
type plan struct {
	origin
	details   index.Details // as the request has them
	metadata  bool          // take the metadata of the request
	tags      bool          // take the tags of the request
	algorithm s3.Algorithm  // "" for the source's
	write     s3.Conditions
}

func (w *Walrus) planCopy(c *call) (plan, error) {
	from, err := w.origin(c)
	if err != nil {
		return plan{}, err
	}
	p := plan{origin: from, write: s3.ReadConditions(c.Header, "")}
	if p.metadata, err = s3.ReadDirective(c.Header, "metadata"); err != nil {
		return p, err
	}
	if p.tags, err = s3.ReadDirective(c.Header, "tagging"); err != nil {
		return p, err
	}
	if !p.changes(c) {
		return p, s3.Errorf(s3.InvalidRequest, "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.")
	}
	if a := c.Header.Get("X-Amz-Checksum-Algorithm"); a != "" {
		if p.algorithm, err = s3.ParseAlgorithm(a); err != nil {
			return p, err
		}
	}
	if p.details, err = w.readDetails(c); err != nil {
		return p, err
	}
	return p, w.checkEarly(c, p.write)
}

// changes reports whether the copy differs from its source. That of an older
// version onto its key does: it is how one is brought back.
func (p plan) changes(c *call) bool {
	if p.metadata || p.bucket.ID != c.bucket.ID || p.key != c.key || p.version.given {
		return true
	}
	for _, name := range []string{"X-Amz-Storage-Class", "X-Amz-Website-Redirect-Location", "X-Amz-Server-Side-Encryption", "X-Amz-Server-Side-Encryption-Customer-Algorithm"} {
		if c.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// apply gives a copy what it takes from its source. Lock, permissions, storage
// class and redirect are its own.
func (p plan) apply(from index.Object) index.Details {
	d := p.details
	if !p.metadata {
		d.Metadata = from.Metadata
	}
	if !p.tags {
		d.Tags = from.Tags
	}
	d.Checksum, d.Seal = from.Checksum, from.Seal
	return d
}

// permitTags asks whether the tags of the source may be read, and given to the
// copy.
func (w *Walrus) permitTags(c *call, p plan, from index.Object) error {
	if p.tags || len(from.Tags) == 0 {
		return nil
	}
	return w.index.View(func(tx *index.Tx) error {
		action := "s3:GetObjectTagging"
		if p.version.given {
			action = "s3:GetObjectVersionTagging"
		}
		if err := w.permit(tx, c, action, p.bucket, p.key, &from); err != nil {
			return err
		}
		return w.permit(tx, c, "s3:PutObjectTagging", c.bucket, c.key, nil)
	})
}

// tryCopy copies one state of the source. It fails with cloud.Stale if that
// state is over by the time it would count.
func (w *Walrus) tryCopy(c *call, p plan) (o, from index.Object, err error) {
	from, src, err := w.openOrigin(c, p.origin)
	if err != nil {
		return o, from, err
	}
	defer src.close()
	if err := failpoint.Hit("walrus.copy.1.opened"); err != nil {
		return o, from, err
	}
	if err := w.permitTags(c, p, from); err != nil {
		return o, from, err
	}
	o = from
	o.Key, o.Details = c.key, p.apply(from)
	body, err := w.coverCopy(c, &o, from, src, p.algorithm)
	if err != nil {
		return o, from, err
	}
	defer func() { w.settle(body, err) }()
	planned := o // the transaction may be run again
	err = w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		if err := stillThere(tx, p.origin, from); err != nil {
			return err
		}
		if c.bucket, err = tx.Now(c.bucket); err != nil {
			return err
		}
		if err := w.checkWrite(tx, c, c.bucket, c.key, p.write); err != nil {
			return err
		}
		if err := storeCopy(tx, planned, body); err != nil {
			return err
		}
		if o, err = w.putNew(tx, c, c.bucket, planned); err != nil {
			return err
		}
		return failpoint.Hit("walrus.copy.2.written")
	})
	return o, from, err
}

// identify gives a copy its ETag and checksum. Those of an object from parts
// depend on the parts and must be worked out anew from the bytes.
func identify(o *index.Object, from index.Object, src *source, want s3.Algorithm) error {
	if want == "" {
		want = from.Checksum.Algorithm
	}
	if from.Parts == 0 && want == from.Checksum.Algorithm {
		return nil
	}
	sum, sums, err := digest(src, want)
	if err != nil {
		return err
	}
	o.ETag, o.Checksum = sum, checksum(want, sums)
	return nil
}
