package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"ecc/api/s3"
	"ecc/cloud"
)

// Versions of an object's record: its first byte.
const (
	firstRecord  = 1 // of schema 1
	recordFormat = 2
)

// Flags of a record.
const (
	flagMarker  = 1 << iota // a delete marker
	flagNull                // the null version
	flagSpecial             // a listing must look into Details: they have a Class or an Owner
)

// Summary is the part of an object's record that a listing shows.
type Summary struct {
	Modified  time.Time
	Size      int64
	ETag      string       // without quotes
	Version   ID           // larger than that of every older version of the key
	Null      bool         // written without versioning: S3 calls it "null"
	Marker    bool         // a delete marker: no bytes, no ETag
	Algorithm s3.Algorithm // of the checksum; "" if there is none
	Composite bool         // that checksum is of the checksums of parts
}

// VersionID is the name S3 clients know the version by.
func (s Summary) VersionID() string { return versionID(s.Version, s.Null) }

// Details is the rest.
type Details struct {
	Metadata s3.Metadata     `json:"metadata,omitzero"`
	Checksum s3.Checksum     `json:"checksum,omitzero"`
	Parts    int             `json:"parts,omitempty"`    // of a multipart upload
	Account  cloud.AccountID `json:"account"`            // who wrote it
	Owner    string          `json:"owner,omitempty"`    // canonical id; "" for the bucket's
	Class    string          `json:"class,omitempty"`    // storage class; "" for STANDARD
	Redirect string          `json:"redirect,omitempty"` // where a website sends who asks for it
	Tags     []s3.Tag        `json:"tags,omitempty"`
	ACL      json.RawMessage `json:"acl,omitempty"` // in the form of package walrus; nil for private
	Lock     Lock            `json:"lock,omitzero"`
	Seal     json.RawMessage `json:"seal,omitempty"` // how it is encrypted, in the form of package walrus; nil if it is not
}

// Lock is what keeps a version from being deleted.
type Lock struct {
	Mode  string    `json:"mode,omitempty"` // GOVERNANCE, COMPLIANCE or ""
	Until time.Time `json:"until,omitzero"`
	Hold  bool      `json:"hold,omitempty"` // legal hold
	Held  bool      `json:"held,omitempty"` // Hold was set to something, be it off
}

// Object is a version of an object, or a delete marker.
type Object struct {
	Key string
	Summary
	Blob ID // 0 for a marker
	Details
}

func objectKey(bucket ID, key string) []byte { return join(number(bucket), []byte(key)) }

func noObject(key string) error {
	return &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResObject, ID: key}
}

func (o *Object) encode() ([]byte, error) {
	rest, err := encodeDetails(o.Details)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	if len(o.ETag) > 255 {
		return nil, fmt.Errorf("encode object: ETag of %d bytes", len(o.ETag))
	}
	v := make([]byte, 0, 36+len(o.ETag)+len(rest))
	v = append(v, recordFormat)
	for _, n := range []uint64{uint64(o.Modified.UnixNano()), uint64(o.Size), uint64(o.Blob), uint64(o.Version)} {
		v = binary.BigEndian.AppendUint64(v, n)
	}
	v = append(v, o.flags(), checksumByte(o.Checksum), byte(len(o.ETag)))
	return append(append(v, o.ETag...), rest...), nil
}

func (o *Object) flags() (f byte) {
	if o.Marker {
		f |= flagMarker
	}
	if o.Null {
		f |= flagNull
	}
	if o.Class != "" || o.Owner != "" {
		f |= flagSpecial
	}
	return f
}

// checksumByte is what a listing tells of a checksum: the place of its
// algorithm in s3.Algorithms, from 1, and 128 for a composite.
func checksumByte(c s3.Checksum) byte {
	n := byte(slices.Index(s3.Algorithms, c.Algorithm) + 1)
	if c.Type == s3.Composite {
		n |= 128
	}
	return n
}

func (s *Summary) setChecksum(b byte) {
	if n := int(b &^ 128); n > 0 && n <= len(s3.Algorithms) {
		s.Algorithm, s.Composite = s3.Algorithms[n-1], b&128 != 0
	}
}

// decode decodes a record.
func (o *Object) decode(key string, v []byte) error {
	o.Key = key
	rest, err := o.decodeFront(v)
	if err == nil {
		err = decodeDetails(rest, o.Algorithm, &o.Details)
	}
	if err != nil {
		return fmt.Errorf("decode object: %w", err)
	}
	return nil
}

// decodeFront decodes all but Details, which it returns encoded.
func (o *Object) decodeFront(v []byte) ([]byte, error) {
	if len(v) < 26 {
		return nil, errFormat
	}
	o.Modified = time.Unix(0, int64(binary.BigEndian.Uint64(v[1:]))).UTC()
	o.Size = int64(binary.BigEndian.Uint64(v[9:]))
	o.Blob = ID(binary.BigEndian.Uint64(v[17:]))
	tag := v[25:]
	switch {
	case v[0] == firstRecord:
		o.Version, o.Null = o.Blob, true
	case v[0] == recordFormat && len(v) >= 36:
		o.Version = ID(binary.BigEndian.Uint64(v[25:]))
		o.Marker, o.Null = v[33]&flagMarker != 0, v[33]&flagNull != 0
		o.setChecksum(v[34])
		tag = v[35:]
	default:
		return nil, errFormat
	}
	n := int(tag[0]) + 1
	if len(tag) < n {
		return nil, errFormat
	}
	o.ETag = string(tag[1:n])
	return tag[n:], nil
}

var errFormat = fmt.Errorf("an object's record is not of format %d: %w", recordFormat, ErrCorrupt)

// isSpecial reports whether a listing must decode the record's Details.
func isSpecial(v []byte) bool { return v[0] == recordFormat && v[33]&flagSpecial != 0 }

// Object finds the newest version of a key; if there is none, or it is a delete
// marker, that is cloud.NotFound.
func (t *Tx) Object(bucket ID, key string) (Object, error) {
	v := t.get(objectsBucket, objectKey(bucket, key))
	if v == nil {
		return Object{}, noObject(key)
	}
	var o Object
	return o, o.decode(key, v)
}

// Newest finds the newest version of a key, which may be a delete marker; none
// is cloud.NotFound.
func (t *Tx) Newest(bucket ID, key string) (Object, error) {
	o, err := t.Object(bucket, key)
	if err == nil || !errors.Is(err, cloud.NotFound) {
		return o, err
	}
	return t.newestOther(bucket, key)
}

// Rewrite writes changed Details of a version in its place.
func (t *Tx) Rewrite(bucket ID, o Object) error {
	v, err := o.encode()
	if err != nil {
		return err
	}
	where, k := objectsBucket, objectKey(bucket, o.Key)
	if now, err := t.Object(bucket, o.Key); err != nil || now.Version != o.Version {
		where, k = versionsBucket, versionKey(bucket, o.Key, o.Version)
	}
	if t.get(where, k) == nil {
		return noObject(o.Key)
	}
	return t.put(where, k, v)
}

// successor returns the first key behind all that have the prefix.
func successor(prefix []byte) []byte {
	next := bytes.Clone(prefix)
	for i := len(next) - 1; i >= 0; i-- {
		if next[i] < 0xff {
			next[i]++
			return next[:i+1]
		}
	}
	return nil
}
