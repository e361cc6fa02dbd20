package walrus

import (
	"encoding/json"
	"fmt"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/lifecycle"
)

// settings are the configuration documents of one bucket, decoded. They belong
// to one revision of the bucket, are shared by requests and never change.
type settings struct {
	bucket index.ID
	at     index.ID // revision

	access // who may do what

	Tagging      *s3.Tagging
	ObjectLock   *s3.ObjectLock
	Payment      *s3.RequestPayment
	Lifecycle    *s3.Lifecycle
	rules        *lifecycle.Rules // compiled from it; nil if there are none
	Logging      *s3.Logging
	Notification *s3.Notification
	targets      []s3.Target // from it
	Encryption   *s3.BucketEncryption
	CORS         *s3.CORS
	Website      *s3.Website
}

// decoders say, for each setting by its name in the index, where it goes.
var decoders = map[string]func(*settings, []byte) error{
	policySetting:    decodePolicy,
	aclSetting:       decodeACL,
	blockSetting:     decodeBlock,
	ownershipSetting: into(func(s *settings) **s3.OwnershipControls { return &s.controls }),

	"tagging":      into(func(s *settings) **s3.Tagging { return &s.Tagging }),
	"object-lock":  into(func(s *settings) **s3.ObjectLock { return &s.ObjectLock }),
	"payment":      into(func(s *settings) **s3.RequestPayment { return &s.Payment }),
	"lifecycle":    decodeLifecycle,
	"notification": decodeNotification,
	"logging":      into(func(s *settings) **s3.Logging { return &s.Logging }),
	"encryption":   into(func(s *settings) **s3.BucketEncryption { return &s.Encryption }),
	"cors":         into(func(s *settings) **s3.CORS { return &s.CORS }),
	"website":      into(func(s *settings) **s3.Website { return &s.Website }),
}

func decodeLifecycle(s *settings, document []byte) error {
	s.Lifecycle = new(s3.Lifecycle)
	if err := json.Unmarshal(document, s.Lifecycle); err != nil {
		return err
	}
	s.rules = lifecycle.Compile(*s.Lifecycle)
	return nil
}

// into makes the decoder of a setting that is kept as the JSON of its shape.
func into[T any](field func(*settings) **T) func(*settings, []byte) error {
	return func(s *settings, document []byte) error {
		v := new(T)
		*field(s) = v
		return json.Unmarshal(document, v)
	}
}

// settings returns the settings of a bucket, which must be its present state
// in the transaction.
func (w *Walrus) settings(tx *index.Tx, b index.Bucket) (*settings, error) {
	if s, ok := w.decoded.Load(b.ID); ok && s.(*settings).at == b.Revision {
		return s.(*settings), nil
	}
	s := &settings{bucket: b.ID, at: b.Revision}
	var failed error
	err := tx.Settings(b.ID, func(name string, document []byte) {
		decode, ok := decoders[name]
		if !ok {
			failed = fmt.Errorf("bucket %q has a setting %q that this ecc does not know", b.Name, name)
			return
		}
		if err := decode(s, document); err != nil {
			failed = fmt.Errorf("decode setting %q of bucket %q: %w", name, b.Name, err)
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err // a bucket whose policy cannot be read is closed
	}
	w.decoded.Store(b.ID, s)
	return s, nil
}

// currentSettings returns the settings of the bucket of a request, as they were
// when it was authorized or later.
func (w *Walrus) currentSettings(c *call) (*settings, error) {
	if s, ok := w.decoded.Load(c.bucket.ID); ok && s.(*settings).at == c.bucket.Revision {
		return s.(*settings), nil // without a transaction
	}
	return w.viewSettings(c)
}

// viewSettings returns the settings of the bucket of a request.
func (w *Walrus) viewSettings(c *call) (s *settings, err error) {
	err = w.index.View(func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		s, err = w.settings(tx, b)
		return err
	})
	return s, err
}

// putSetting writes a setting of the bucket of a request: the JSON of a shape,
// or the bytes themselves. check, which may be nil, sees the state it would
// change, may change the bucket's record, and may refuse.
func (w *Walrus) putSetting(c *call, name string, document any, check func(*index.Tx, *index.Bucket, *settings) error) error {
	raw, ok := document.([]byte)
	if !ok {
		var err error
		if raw, err = json.Marshal(document); err != nil {
			return fmt.Errorf("encode setting %q: %w", name, err)
		}
	}
	return w.changeSetting(c, name, raw, check)
}

// deleteSetting removes a setting of the bucket of a request, if it is there.
func (w *Walrus) deleteSetting(c *call, name string) error { return w.changeSetting(c, name, nil, nil) }

func (w *Walrus) changeSetting(c *call, name string, raw []byte, check func(*index.Tx, *index.Bucket, *settings) error) error {
	return w.index.Update(c.ctx, func(tx *index.Tx) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		if check != nil {
			s, err := w.settings(tx, b)
			if err != nil {
				return err
			}
			if err := check(tx, &b, s); err != nil {
				return err
			}
		}
		return tx.PutSetting(b, name, raw)
	})
}
