package walrus

import (
	"crypto/hmac"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
)

// coverCopy gives a copy its bytes and what follows from them. If it is to be
// encrypted with the same key as its source, both share the bytes, and only
// the bytes' key is sealed again: it opens for the one object it was sealed
// for. Otherwise the bytes are encrypted anew and returned, to be stored.
func (w *Walrus) coverCopy(c *call, o *index.Object, from index.Object, src *source, want s3.Algorithm) (*content, error) {
	v, err := w.cover(c)
	if err != nil {
		return nil, err
	}
	s, err := readSealed(from.Seal)
	if err != nil {
		return nil, err
	}
	if v == nil && s != nil {
		// Nobody asked, and nothing is configured: S3 would encrypt it with its own
		// key. What was encrypted does not become readable by being copied.
		if v, err = w.newCover(cover{kind: s3.AES256, key: keyring.Key{ID: keyring.Master}}); err != nil {
			return nil, err
		}
	}
	if !sameKey(c, s, v) {
		return w.coverAnew(c, o, from, src, want, v)
	}
	if err := identify(o, from, src, want); err != nil {
		return nil, err
	}
	if v != nil {
		v.data = src.key
		if v.opaque() && from.Parts > 0 {
			if o.ETag, err = w.blindTag(); err != nil {
				return nil, err
			}
		}
	}
	o.Seal, err = w.seal(c, v, o.Blob)
	return nil, err
}

// sameKey reports whether what is encrypted as s would be encrypted with the
// same key under v.
func sameKey(c *call, s *sealed, v *cover) bool {
	switch {
	case s == nil || v == nil:
		return s == nil && v == nil
	case s.Kind != v.kind:
		return false
	case s.Kind == customerKind:
		source, err := s3.ReadCustomerKey(c.Header, s3.CopySourceCustomer)
		return err == nil && hmac.Equal(source.Secret, v.customer.Secret)
	}
	return s.Key.Key == v.key.ID
}

// coverAnew takes the bytes of a copy's source in again, under its own cover.
func (w *Walrus) coverAnew(c *call, o *index.Object, from index.Object, src *source, want s3.Algorithm, v *cover) (*content, error) {
	if want == "" {
		want = from.Checksum.Algorithm
	}
	body, err := w.ingest(src, demand{length: from.Size, sums: []s3.Algorithm{want}}.under(v))
	if err != nil {
		return nil, err
	}
	o.Blob, o.ETag, o.Checksum = w.index.NewID(), body.etag(), checksum(want, body.sums)
	if want == "" {
		o.Checksum = s3.Checksum{}
	}
	if o.Seal, err = w.seal(c, v, o.Blob); err != nil {
		w.drop(body)
		return nil, err
	}
	return body, nil
}

// storeCopy makes the blob of a copy: new bytes, or the source's.
func storeCopy(tx *index.Tx, o index.Object, body *content) error {
	if body == nil {
		return tx.Share(o.Blob)
	}
	return body.store(tx, o.Blob)
}

// settle ends the stay outside the index of what coverCopy returned.
func (w *Walrus) settle(body *content, err error) {
	switch {
	case body == nil:
	case err != nil:
		w.drop(body)
	default:
		w.keep(body)
	}
}
