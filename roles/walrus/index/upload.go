package index

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"ecc/api/s3"
	"ecc/cloud"
)

// UploadIDSize is the length of every upload id, in bytes.
const UploadIDSize = 32

// Upload is a multipart upload under way.
type Upload struct {
	ID        string          `json:"id"`
	Key       string          `json:"key"`
	Bucket    ID              `json:"bucket"`
	Account   cloud.AccountID `json:"account"`
	Payer     cloud.AccountID `json:"payer"` // owner of the bucket
	Canonical string          `json:"canonical_id"`
	Created   time.Time       `json:"created"`
	Metadata  s3.Metadata     `json:"metadata"`            // of schema 1; later ones are in Details
	Details   Details         `json:"details"`             // of the object to be, but for checksum and parts
	Algorithm s3.Algorithm    `json:"algorithm,omitempty"` // asked for at creation
	Type      string          `json:"type,omitempty"`      // s3.FullObject or s3.Composite
}

// Part is an uploaded part.
type Part struct {
	Number   int         `json:"number"`
	File     ID          `json:"file"`
	Size     int64       `json:"size"`
	ETag     string      `json:"etag"` // hex MD5
	Modified time.Time   `json:"modified"`
	Checksum s3.Checksum `json:"checksum,omitzero"`
	CRC64    []byte      `json:"crc64,omitempty"` // of every part, for uploads that ask for no algorithm
	Salt     []byte      `json:"salt,omitempty"`  // of the key it is encrypted with
}

// Completed remembers how an upload was completed.
type Completed struct {
	Bucket   ID              `json:"bucket"`
	Key      string          `json:"key"`
	ETag     string          `json:"etag"`
	Checksum s3.Checksum     `json:"checksum,omitzero"`
	Version  string          `json:"version,omitempty"` // as the client was told
	Seal     json.RawMessage `json:"seal,omitempty"`    // as the object's
	Request  string          `json:"request"`           // hash of the list of parts
	At       time.Time       `json:"at"`
}

func uploadKey(bucket ID, key, id string) []byte {
	return append(versionsOf(bucket, key), id...)
}

func partKey(upload string, n int) []byte {
	return binary.BigEndian.AppendUint32([]byte(upload), uint32(n))
}

// Upload finds an upload under way; another is cloud.NotFound.
func (t *Tx) Upload(bucket ID, key, id string) (Upload, error) {
	var u Upload
	ok, err := false, error(nil)
	if len(id) == UploadIDSize {
		ok, err = t.getJSON(uploadsBucket, uploadKey(bucket, key, id), &u)
	}
	if err == nil && !ok {
		err = &cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResUpload, ID: id}
	}
	return u, err
}

// PutUpload writes an upload.
func (t *Tx) PutUpload(u Upload) error {
	return t.putJSON(uploadsBucket, uploadKey(u.Bucket, u.Key, u.ID), u)
}

// Uploads calls fn for a bucket's uploads whose keys have the prefix, in order
// of key and id, beginning behind (key, id), until fn returns false. With an
// empty id it begins behind all uploads of the key.
func (t *Tx) Uploads(bucket ID, prefix, key, id string, fn func(Upload) bool) error {
	base := join(number(bucket), escape(prefix))
	from := base
	switch {
	case key != "" && id != "":
		from = append(uploadKey(bucket, key, id), 0)
	case key != "":
		from = successor(versionsOf(bucket, key))
	}
	return t.each(uploadsBucket, base, from, func(_, v []byte) (bool, error) {
		var u Upload
		if err := json.Unmarshal(v, &u); err != nil {
			return false, fmt.Errorf("decode upload: %w", err)
		}
		return fn(u), nil
	})
}

// PutPart writes a part; the file of one it replaces becomes garbage.
func (t *Tx) PutPart(u Upload, p Part) error {
	k := partKey(u.ID, p.Number)
	var old Part
	if ok, err := t.getJSON(partsBucket, k, &old); err != nil {
		return err
	} else if ok {
		if err := t.discard(DeadFile, old.File); err != nil {
			return err
		}
	}
	return firstError(t.putJSON(partsBucket, k, p), t.charge(u.Bucket, u.Payer, p.Size-old.Size, 0))
}

// Parts calls fn for the parts of an upload with numbers above after, in
// order, until fn returns false.
func (t *Tx) Parts(upload string, after int, fn func(Part) bool) error {
	return t.each(partsBucket, []byte(upload), partKey(upload, after+1), func(_, v []byte) (bool, error) {
		var p Part
		if err := json.Unmarshal(v, &p); err != nil {
			return false, fmt.Errorf("decode part: %w", err)
		}
		return fn(p), nil
	})
}

// EndUpload removes an upload and its parts. The files of parts that keep does
// not claim become garbage.
func (t *Tx) EndUpload(u Upload, keep func(Part) bool) error {
	var parts []Part
	if err := t.Parts(u.ID, 0, func(p Part) bool { parts = append(parts, p); return true }); err != nil {
		return err
	}
	var bytes int64
	for _, p := range parts {
		bytes += p.Size
		if !keep(p) {
			if err := t.discard(DeadFile, p.File); err != nil {
				return err
			}
		}
		if err := t.delete(partsBucket, partKey(u.ID, p.Number)); err != nil {
			return err
		}
	}
	return firstError(t.delete(uploadsBucket, uploadKey(u.Bucket, u.Key, u.ID)), t.charge(u.Bucket, u.Payer, -bytes, 0))
}

// Completed finds how an upload was completed, if it was.
func (t *Tx) Completed(id string) (Completed, bool, error) {
	var c Completed
	ok, err := t.getJSON(completedBucket, []byte(id), &c)
	return c, ok, err
}

// PutCompleted remembers a completion.
func (t *Tx) PutCompleted(id string, c Completed) error {
	return t.putJSON(completedBucket, []byte(id), c)
}

// ForgetCompleted forgets up to max completions from before a time, and
// reports whether there may be more. Upload ids begin with their time of
// creation, so the old ones come first.
func (t *Tx) ForgetCompleted(before time.Time, max int) (bool, error) {
	var old [][]byte
	err := t.each(completedBucket, nil, nil, func(k, v []byte) (bool, error) {
		var c Completed
		if err := json.Unmarshal(v, &c); err != nil {
			return false, fmt.Errorf("decode completion: %w", err)
		}
		if c.At.After(before) {
			return false, nil
		}
		old = append(old, bytes.Clone(k))
		return len(old) < max, nil
	})
	for _, k := range old {
		if err == nil {
			err = t.delete(completedBucket, k)
		}
	}
	return len(old) == max, err
}
