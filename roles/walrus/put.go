package walrus

import (
	"encoding/base64"
	"net/http"

	"ecc/api/s3"
	"ecc/internal/failpoint"
	"ecc/roles/walrus/index"
)

func (w *Walrus) putObject(c *call) error {
	conditions := s3.ReadConditions(c.Header, "")
	details, d, err := w.planPut(c, conditions)
	if err != nil {
		return err
	}
	cover, err := w.cover(c)
	if err != nil {
		return err
	}
	blob := w.index.NewID()
	sealed, err := w.seal(c, cover, blob)
	if err != nil {
		return err
	}
	body, err := w.ingest(c.Body, d.under(cover))
	if err != nil {
		return err
	}
	o := index.Object{
		Key: c.key, Blob: blob,
		Summary: index.Summary{Size: body.size, ETag: body.etag()},
		Details: details,
	}
	o.Checksum, o.Seal = checksum(d.expected.Algorithm, body.sums), sealed
	if o, err = w.publish(c, o, body, conditions); err != nil {
		return err
	}
	return w.answerPut(c, o)
}

// planPut reads what an upload is to be, and refuses what can be refused before
// its body is read.
func (w *Walrus) planPut(c *call, conditions s3.Conditions) (index.Details, demand, error) {
	details, err := w.readDetails(c)
	if err != nil {
		return details, demand{}, err
	}
	d, err := c.demand()
	if err != nil {
		return details, d, err
	}
	if err := w.checkDigested(c, d, details.Lock, "Put Object"); err != nil {
		return details, d, err
	}
	if err := w.checkEarly(c, conditions); err != nil {
		return details, d, err
	}
	if d.expected.Algorithm == "" {
		d.expected.Algorithm = s3.CRC64NVME // what S3 computes unasked
	}
	d.sums = []s3.Algorithm{d.expected.Algorithm}
	return details, d, w.afford(c, d.length, 0)
}

// demand reads what an upload says of its body.
func (c *call) demand() (demand, error) {
	switch {
	case c.Length < 0 && c.form == nil:
		return demand{}, s3.Errorf(s3.MissingContentLength, "")
	case c.Length > s3.MaxPut:
		return demand{}, s3.With(s3.With(s3.Errorf(s3.EntityTooLarge, ""), "ProposedSize", c.Length), "MaxSizeAllowed", s3.MaxPut)
	}
	sum, err := s3.ReadContentMD5(c.Header)
	if err != nil {
		return demand{}, err
	}
	expected, err := s3.ReadExpected(c.Header)
	return demand{length: c.Length, md5: sum, expected: expected, trailer: c.Trailer}, err
}

// checkEarly applies the conditions of a write before the body is read; they
// are applied again where it counts, in the transaction.
func (w *Walrus) checkEarly(c *call, conditions s3.Conditions) error {
	if conditions == (s3.Conditions{}) {
		return nil // no transaction for nothing
	}
	return w.index.View(func(tx *index.Tx) error { return w.checkWrite(tx, c, c.bucket, c.key, conditions) })
}

// checkWrite applies the conditions of a write to a key. Who may not read it
// must not guess ETags.
func (w *Walrus) checkWrite(tx *index.Tx, c *call, b index.Bucket, key string, conditions s3.Conditions) error {
	if conditions == (s3.Conditions{}) {
		return nil
	}
	if conditions.IfMatch != "" {
		if err := w.permit(tx, c, "s3:GetObject", b, key, nil); err != nil {
			return err
		}
	}
	old, err := tx.Object(b.ID, key)
	if err != nil && !notFound(err) {
		return err
	}
	return conditions.CheckWrite(old.ETag)
}

// publish makes content an object, in one transaction, and returns it as it
// became.
func (w *Walrus) publish(c *call, o index.Object, body *content, conditions s3.Conditions) (index.Object, error) {
	if err := failpoint.Hit("walrus.put.6.index"); err != nil {
		w.drop(body)
		return o, err
	}
	planned := o // the transaction may be run again
	err := w.index.Update(c.ctx, func(tx *index.Tx) (err error) {
		if c.bucket, err = tx.Now(c.bucket); err != nil {
			return err
		}
		if err := w.checkWrite(tx, c, c.bucket, c.key, conditions); err != nil {
			return err
		}
		if err := body.store(tx, planned.Blob); err != nil {
			return err
		}
		o, err = w.putNew(tx, c, c.bucket, planned)
		return err
	})
	if err != nil {
		w.drop(body)
		return o, err
	}
	w.keep(body)
	w.reclaim.Kick()
	return o, failpoint.Hit("walrus.put.6.committed")
}

func (w *Walrus) answerPut(c *call, o index.Object) error {
	if err := failpoint.Hit("walrus.put.7.reply"); err != nil {
		return err
	}
	c.out.Header().Set("Etag", s3.Quote(o.ETag))
	setVersion(c.out.Header(), c.bucket, o)
	w.tellExpiry(c, o)
	writeChecksum(c.out.Header(), o.Checksum)
	if err := w.tellWrite(c, o.Seal); err != nil {
		return err
	}
	if c.form != nil {
		w.answerForm(c, o)
		return nil
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func writeChecksum(h http.Header, sum s3.Checksum) {
	if sum.Algorithm != "" {
		h.Set(sum.Algorithm.Header(), sum.Value)
		h.Set("X-Amz-Checksum-Type", sum.Type)
	}
}

// checksum makes the checksum of a body that was read in one go.
func checksum(a s3.Algorithm, sums map[s3.Algorithm][]byte) s3.Checksum {
	return s3.Checksum{Algorithm: a, Type: s3.FullObject, Value: base64.StdEncoding.EncodeToString(sums[a])}
}
