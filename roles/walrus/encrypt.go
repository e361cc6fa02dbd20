package walrus

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
	"ecc/roles/walrus/keyring"
	"ecc/roles/walrus/seal"
)

// customerKind is the kind of what is encrypted with a key only the tenant
// has (SSE-C). The other kinds are called as in x-amz-server-side-encryption.
const customerKind = "SSE-C"

// cover is how an object, or an upload, is encrypted as it is written. A nil
// cover is none.
type cover struct {
	kind      string // s3.AES256, s3.AWSKMS or customerKind
	key       keyring.Key
	customer  s3.CustomerKey
	context   string
	bucketKey bool
	data      []byte // the key of the bytes themselves, made for them alone
}

// sealed is how an object is encrypted, in its record.
type sealed struct {
	Kind      string         `json:"kind"`
	Key       keyring.Sealed `json:"key"`               // the key of the bytes
	Context   string         `json:"context,omitempty"` // of KMS
	BucketKey bool           `json:"bucket_key,omitempty"`
	Blob      index.ID       `json:"blob,omitempty"` // of an upload: the blob it will be
}

// readSealed decodes what a record says; nil if it is not encrypted.
func readSealed(raw json.RawMessage) (*sealed, error) {
	if raw == nil {
		return nil, nil
	}
	s := new(sealed)
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("decode the encryption of an object: %w", err)
	}
	return s, nil
}

// takesEncryption are the operations whose requests may say how to encrypt. The
// completion of an upload is none, and S3 refuses it there; but minio-go says it
// again to every server that is not Amazon's.
var takesEncryption = []string{"PutObject", "CopyObject", "CreateMultipartUpload", "PostObject", "CompleteMultipartUpload"}

// checkEncryption refuses headers that say how to encrypt where they mean
// nothing, and keys that travelled where others may have seen them.
func (w *Walrus) checkEncryption(c *call, r *http.Request) error {
	if !slices.Contains(takesEncryption, c.route.Op) {
		if err := s3.RefuseEncryption(c.Header); err != nil {
			return err
		}
	}
	if c.route.Op == "DeleteObject" && s3.HasCustomerKey(c.Header, s3.Customer) {
		return s3.Errorf(s3.InvalidArgument, "x-amz-server-side-encryption-customer-key header is not supported for this operation.")
	}
	brought := s3.HasCustomerKey(c.Header, s3.Customer) || s3.HasCustomerKey(c.Header, s3.CopySourceCustomer)
	if brought && !w.cfg.CustomerKeysAnywhere && !private(r) {
		return s3.Errorf(s3.InvalidRequest, "Requests specifying Server Side Encryption with Customer provided keys must be made over a secure connection.")
	}
	return nil
}

// private reports whether nobody else could read a request on its way: it came
// over TLS, or from this machine, where a proxy may have ended the TLS.
func private(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(host)
	return r.TLS != nil || err == nil && ip != nil && ip.IsLoopback()
}

// cover finds how what a request writes is to be encrypted: as it asks, or as
// the bucket does by default, or as this walrus does. The key of the bytes is
// made here; it is for one object, or one upload, only.
func (w *Walrus) cover(c *call) (*cover, error) {
	ask, err := s3.ReadEncryption(c.Header)
	if err != nil {
		return nil, err
	}
	s, err := w.currentSettings(c)
	if err != nil {
		return nil, err
	}
	v, err := w.chooseCover(c, ask, s.Encryption)
	if v == nil || err != nil {
		return nil, err
	}
	return w.newCover(*v)
}

// newCover makes the key of the bytes.
func (w *Walrus) newCover(v cover) (*cover, error) {
	v.data = make([]byte, seal.KeySize)
	if _, err := io.ReadFull(w.cfg.Entropy, v.data); err != nil {
		return nil, fmt.Errorf("make the key of an object: %w", err)
	}
	return &v, nil
}

// opaque reports whether the ETag is not to be the MD5 of the bytes: it would
// tell whoever may list them whether they are some bytes he thinks of.
func (v *cover) opaque() bool { return v.kind != s3.AES256 }

func (w *Walrus) chooseCover(c *call, ask s3.Encryption, b *s3.BucketEncryption) (*cover, error) {
	var unasked *s3.DefaultEncryption
	if b != nil {
		unasked = b.Rules[0].Default
	}
	switch {
	case ask.Customer.Secret != nil && b.BlocksCustomerKeys():
		return nil, s3.Errorf(s3.AccessDenied, "User: %s is not authorized to perform: %s on resource: %q because this bucket has blocked upload requests that specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different server-side encryption type",
			c.Caller.ARN, "s3:"+c.route.Op, "arn:aws:s3:::"+c.bucket.Name+"/"+c.key)
	case ask.Customer.Secret != nil:
		return &cover{kind: customerKind, customer: ask.Customer}, nil
	case ask.Algorithm == s3.AWSKMS:
		v, err := w.kmsCover(c, c.Caller.Account, ask.KeyID)
		if err != nil {
			return nil, err
		}
		v.context, v.bucketKey = ask.Context, b != nil && b.Rules[0].BucketKey
		if ask.BucketKey != nil {
			v.bucketKey = *ask.BucketKey
		}
		return v, nil
	case ask.Algorithm == "" && unasked != nil && unasked.Algorithm == s3.AWSKMS:
		v, err := w.kmsCover(c, c.bucket.Account, unasked.KeyID)
		if err != nil {
			return nil, err
		}
		v.bucketKey = b.Rules[0].BucketKey
		return v, nil
	case ask.Algorithm == s3.AES256, unasked != nil, w.cfg.EncryptAlways:
		return &cover{kind: s3.AES256, key: keyring.Key{ID: keyring.Master}}, nil
	}
	return nil, nil
}

// seal makes what the record of an object says of its encryption: the key of
// its bytes, sealed for this bucket, key and blob and for nothing else.
func (w *Walrus) seal(c *call, v *cover, blob index.ID) (json.RawMessage, error) {
	if v == nil {
		return nil, nil
	}
	s := sealed{Kind: v.kind, Context: v.context, BucketKey: v.bucketKey}
	b := bind(c.bucket.ID, c.key, blob, v.context)
	var err error
	if v.kind == customerKind {
		s.Key.Box, err = w.keys.SealWith(v.customer.Secret, b, v.data)
	} else if err = w.bindKeyring(c.ctx); err == nil {
		s.Key, err = w.keys.Seal(v.key.ID, b, v.data)
		err = w.keyFailure(err, v.key.ID)
	}
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("encode the encryption of an object: %w", err)
	}
	return raw, nil
}

// sealUpload is seal for an upload: the blob that it will be is chosen now,
// because nobody may bring the tenant's key when it is completed.
func (w *Walrus) sealUpload(c *call, v *cover) (json.RawMessage, error) {
	blob := w.index.NewID()
	raw, err := w.seal(c, v, blob)
	if raw == nil || err != nil {
		return nil, err
	}
	s, err := readSealed(raw)
	if err != nil {
		return nil, err
	}
	s.Blob = blob
	if raw, err = json.Marshal(s); err != nil {
		return nil, fmt.Errorf("encode the encryption of an upload: %w", err)
	}
	return raw, nil
}

func bind(bucket index.ID, key string, blob index.ID, context string) keyring.Binding {
	return keyring.Binding{Bucket: uint64(bucket), Object: key, Blob: uint64(blob), Context: context}
}

// under adds to what is demanded of a body how it is encrypted.
func (d demand) under(v *cover) demand {
	if v != nil {
		d.key, d.opaque = v.data, v.opaque()
	}
	return d
}

// encryptionOf returns what an answer says of the encryption of what it is about.
func (w *Walrus) encryptionOf(c *call, raw json.RawMessage) (s3.Encrypted, error) {
	s, err := readSealed(raw)
	switch {
	case s == nil || err != nil:
		return s3.Encrypted{}, err
	case s.Kind == customerKind:
		return s3.Encrypted{CustomerMD5: c.Header.Get(s3.Customer + "Key-Md5")}, nil // the key was right
	case s.Kind == s3.AES256:
		return s3.Encrypted{Algorithm: s3.AES256}, nil
	}
	k, err := w.keys.Key(s.Key.Key)
	if err != nil { // the answer is still right without its name
		w.logger.Error("key of an object", "error", err)
	}
	return s3.Encrypted{Algorithm: s3.AWSKMS, KeyARN: k.ARN, BucketKey: s.BucketKey}, nil
}

// tellWrite sets the headers of the answer to a write that chose a cover: as
// encryptionOf, and the context.
func (w *Walrus) tellWrite(c *call, raw json.RawMessage) error {
	e, err := w.encryptionOf(c, raw)
	if err != nil {
		return err
	}
	if s, err := readSealed(raw); err == nil && s != nil {
		e.Context = s.Context
	}
	e.Write(c.out.Header())
	return nil
}

// signedWithV4 reports whether a request is signed with Signature Version 4.
func signedWithV4(c *call) bool {
	if c.form != nil && c.form.Fields["x-amz-signature"] == "" {
		return false
	}
	return !c.Anonymous && !strings.HasPrefix(c.Header.Get("Authorization"), "AWS ") && !c.Query.Has("AWSAccessKeyId")
}
