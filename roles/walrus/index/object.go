package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"ecc/api/s3"
	"ecc/cloud"
)

// recordVersion is the first byte of an object's record.
const recordVersion = 1

// Summary is the part of an object's record that a listing shows.
type Summary struct {
	Modified time.Time
	Size     int64
	ETag     string // without quotes
}

// Details is the rest.
type Details struct {
	Metadata s3.Metadata     `json:"metadata"`
	Checksum s3.Checksum     `json:"checksum,omitzero"`
	Parts    int             `json:"parts,omitempty"` // of a multipart upload
	Account  cloud.AccountID `json:"account"`         // who wrote it
}

// Object is an object's record.
type Object struct {
	Key string
	Summary
	Blob ID
	Details
}

func objectKey(bucket ID, key string) []byte { return join(number(bucket), []byte(key)) }

// Object finds an object; one that does not exist is cloud.NotFound.
func (t *Tx) Object(bucket ID, key string) (Object, error) {
	v := t.get(objectsBucket, objectKey(bucket, key))
	if v == nil {
		return Object{}, &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResObject, ID: key}
	}
	o := Object{Key: key}
	rest, err := o.decodeFront(v)
	if err == nil {
		err = json.Unmarshal(rest, &o.Details)
	}
	if err != nil {
		return o, fmt.Errorf("decode object: %w", err)
	}
	return o, nil
}

// PutObject writes an object and lets go of the bytes of the one it replaces.
func (t *Tx) PutObject(bucket ID, o Object) error {
	if err := t.DeleteObject(bucket, o.Key); err != nil {
		return err
	}
	v, err := o.encode()
	if err != nil {
		return err
	}
	return t.put(objectsBucket, objectKey(bucket, o.Key), v)
}

// DeleteObject removes an object, if it is there, and lets go of its bytes.
func (t *Tx) DeleteObject(bucket ID, key string) error {
	k := objectKey(bucket, key)
	v := t.get(objectsBucket, k)
	if v == nil {
		return nil
	}
	var o Object
	if _, err := o.decodeFront(v); err != nil {
		return err
	}
	if err := t.release(o.Blob); err != nil {
		return err
	}
	return t.delete(objectsBucket, k)
}

func (o *Object) encode() ([]byte, error) {
	rest, err := json.Marshal(o.Details)
	if err != nil {
		return nil, fmt.Errorf("encode object: %w", err)
	}
	if len(o.ETag) > 255 {
		return nil, fmt.Errorf("encode object: ETag of %d bytes", len(o.ETag))
	}
	v := append([]byte{recordVersion}, number(o.Modified.UnixNano())...)
	v = append(v, number(o.Size)...)
	v = append(v, number(o.Blob)...)
	v = append(v, byte(len(o.ETag)))
	return append(append(v, o.ETag...), rest...), nil
}

// decodeFront decodes all but Details, which it returns encoded.
func (o *Object) decodeFront(v []byte) ([]byte, error) {
	if len(v) < 26 || v[0] != recordVersion || len(v) < 26+int(v[25]) {
		return nil, fmt.Errorf("an object's record is not of version %d", recordVersion)
	}
	o.Modified = time.Unix(0, int64(binary.BigEndian.Uint64(v[1:]))).UTC()
	o.Size = int64(binary.BigEndian.Uint64(v[9:]))
	o.Blob = ID(binary.BigEndian.Uint64(v[17:]))
	n := 26 + int(v[25])
	o.ETag = string(v[26:n])
	return v[n:], nil
}

// Listing asks for one page of a bucket's keys.
type Listing struct {
	Prefix, Delimiter string
	After             string // begin behind this key or group
	Max               int
}

// Listed is one entry of a page: an object, or a group of keys that share the
// prefix up to the delimiter.
type Listed struct {
	Key   string
	Group bool
	Summary
}

// List returns a page in order of key, and whether there is more. It steps
// over a group in one seek: the cost follows the entries, not the keys.
func (t *Tx) List(bucket ID, l Listing) (page []Listed, more bool, err error) {
	c := t.tx.Bucket(objectsBucket).Cursor()
	base := number(bucket)
	prefix := objectKey(bucket, l.Prefix)
	from := prefix
	if l.After != "" {
		if from = l.behind(base, l.After); bytes.Compare(from, prefix) < 0 {
			from = prefix
		}
	}
	for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); {
		if len(page) >= l.Max {
			return page, true, nil
		}
		e := Listed{Key: string(k[len(base):])}
		if group, ok := l.group(e.Key); ok {
			page = append(page, Listed{Key: group, Group: true})
			k, v = c.Seek(successor(join(base, []byte(group))))
			continue
		}
		var o Object
		if _, err := o.decodeFront(v); err != nil {
			return nil, false, err
		}
		e.Summary = o.Summary
		page = append(page, e)
		k, v = c.Next()
	}
	return page, false, nil
}

// group returns the group a key belongs to, if it does.
func (l Listing) group(key string) (string, bool) {
	if l.Delimiter == "" {
		return "", false
	}
	i := strings.Index(key[len(l.Prefix):], l.Delimiter)
	if i < 0 {
		return "", false
	}
	return key[:len(l.Prefix)+i+len(l.Delimiter)], true
}

// behind returns the first possible key after a key, or after the whole group
// it is in.
func (l Listing) behind(base []byte, after string) []byte {
	if len(after) >= len(l.Prefix) && after[:len(l.Prefix)] == l.Prefix {
		if group, ok := l.group(after); ok {
			// nil, for a group behind which no key can be, cannot happen: the
			// bucket's id in front is never all ones.
			return successor(join(base, []byte(group)))
		}
	}
	return join(base, []byte(after), []byte{0})
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
