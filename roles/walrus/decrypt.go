package walrus

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
	"ecc/roles/walrus/seal"
)

// locked is something encrypted that a request wants to open: an object, or an
// upload that is to get a part.
type locked struct {
	bucket index.Bucket
	key    string
	blob   index.ID
	seal   json.RawMessage
}

func lockedObject(b index.Bucket, o index.Object) locked {
	return locked{bucket: b, key: o.Key, blob: o.Blob, seal: o.Seal}
}

// unlock returns the key of an object's bytes, nil if they are not encrypted.
// The customer's key is the one the request brought for this object.
func (w *Walrus) unlock(c *call, l locked, customer s3.CustomerKey) ([]byte, error) {
	s, err := readSealed(l.seal)
	if err != nil {
		return nil, err
	}
	if err := checkCustomer(s, customer); s == nil || err != nil {
		return nil, err
	}
	b := bind(l.bucket.ID, l.key, l.blob, s.Context)
	if s.Kind == customerKind {
		data, err := w.keys.OpenWith(customer.Secret, b, s.Key.Box)
		if errors.Is(err, keyring.ErrOpen) {
			err = s3.Errorf(s3.AccessDenied, "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.")
		}
		return data, err
	}
	if s.Kind == s3.AWSKMS {
		if err := w.permitKey(c, l.bucket, s.Key.Key); err != nil {
			return nil, err
		}
	}
	data, err := w.keys.Open(s.Key, b)
	if errors.Is(err, keyring.ErrOpen) {
		return nil, fmt.Errorf("key of an object: %w", err)
	}
	return data, w.keyFailure(err, s.Key.Key)
}

// unlockFor returns the key of the object a request reads. To see an object's
// headers nobody needs a named key; a tenant's own key is asked for.
func (w *Walrus) unlockFor(c *call, o index.Object) ([]byte, error) {
	if o.Seal == nil && !s3.HasCustomerKey(c.Header, s3.Customer) {
		return nil, nil
	}
	customer, err := s3.ReadCustomerKey(c.Header, s3.Customer)
	if err != nil {
		return nil, err
	}
	s, err := readSealed(o.Seal)
	if err != nil {
		return nil, err
	}
	if c.route.Op == "HeadObject" && (s == nil || s.Kind != customerKind) {
		return nil, checkCustomer(s, customer)
	}
	return w.unlock(c, lockedObject(c.bucket, o), customer)
}

// checkCustomer refuses a request without the tenant's key for what needs it,
// and one with such a key for what does not.
func checkCustomer(s *sealed, customer s3.CustomerKey) error {
	needs := s != nil && s.Kind == customerKind
	switch {
	case needs && customer.Secret == nil:
		return s3.Errorf(s3.InvalidRequest, "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.")
	case !needs && customer.Secret != nil:
		return s3.Errorf(s3.InvalidRequest, "The encryption parameters are not applicable to this object.")
	}
	return nil
}

// permitKey asks whether the caller may use the named key of something in a
// bucket: its own, the bucket owner's, or one that is shared.
func (w *Walrus) permitKey(c *call, b index.Bucket, id string) error {
	if err := requireV4(c); err != nil {
		return err
	}
	k, err := w.keys.Key(id)
	if err != nil {
		return w.keyFailure(err, id)
	}
	if k.Account != "" && k.Account != c.Caller.Account && k.Account != b.Account {
		return s3.Errorf(s3.AccessDenied, "")
	}
	return nil
}

// partKey returns the key of an upload's bytes, of which each part makes its
// own, nil if they are not encrypted.
func (w *Walrus) partKey(c *call, u index.Upload) ([]byte, error) {
	customer, err := s3.ReadCustomerKey(c.Header, s3.Customer)
	if err != nil {
		return nil, err
	}
	s, err := readSealed(u.Details.Seal)
	if err != nil {
		return nil, err
	}
	if checkCustomer(s, customer) != nil {
		return nil, s3.Errorf(s3.InvalidRequest, "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.")
	}
	if s == nil {
		return nil, nil
	}
	key, err := w.unlock(c, locked{bucket: c.bucket, key: u.Key, blob: s.Blob, seal: u.Details.Seal}, customer)
	if s3.Is(err, s3.AccessDenied) && s.Kind == customerKind {
		err = s3.Errorf(s3.InvalidRequest, "The provided encryption parameters did not match the ones used originally.")
	}
	return key, err
}

// coverPart adds to the demand on a part how it is encrypted, and returns the
// salt of its key.
func (w *Walrus) coverPart(c *call, u index.Upload, d *demand) ([]byte, error) {
	key, err := w.partKey(c, u)
	if key == nil || err != nil {
		return nil, err
	}
	salt := make([]byte, seal.SaltSize)
	if _, err := io.ReadFull(w.cfg.Entropy, salt); err != nil {
		return nil, fmt.Errorf("make the salt of a part: %w", err)
	}
	if d.key, err = seal.PartKey(key, salt); err != nil {
		return nil, err
	}
	e, err := w.encryptionOf(c, u.Details.Seal)
	d.opaque = e.Algorithm != s3.AES256
	e.Write(c.out.Header())
	return salt, err
}

// uploadBlob returns the blob an upload becomes: the one its key was sealed
// for, if it is encrypted, and otherwise the new one.
func uploadBlob(u index.Upload, fresh index.ID) (index.ID, error) {
	s, err := readSealed(u.Details.Seal)
	if s == nil || err != nil {
		return fresh, err
	}
	return s.Blob, nil
}

// unlockSource returns the key of the source of a copy.
func (w *Walrus) unlockSource(c *call, b index.Bucket, o index.Object) ([]byte, error) {
	customer, err := s3.ReadCustomerKey(c.Header, s3.CopySourceCustomer)
	if err != nil {
		return nil, err
	}
	return w.unlock(c, lockedObject(b, o), customer)
}
