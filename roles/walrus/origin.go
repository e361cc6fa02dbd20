package walrus

import (
	"ecc/api/s3"
	"ecc/cloud"
	"ecc/roles/walrus/index"
)

// origin is the source of a copy.
type origin struct {
	bucket     index.Bucket
	key        string
	version    which
	conditions s3.Conditions
}

// origin reads which object is to be copied, and asks whether it may be read.
func (w *Walrus) origin(c *call) (origin, error) {
	bucket, key, version, err := s3.ParseCopySource(c.Header.Get("X-Amz-Copy-Source"))
	if err != nil {
		return origin{}, err
	}
	v, err := readVersion(version, version != "")
	if err != nil {
		return origin{}, err
	}
	from := origin{key: key, version: v, conditions: s3.ReadConditions(c.Header, "X-Amz-Copy-Source-")}
	err = w.index.View(func(tx *index.Tx) (err error) {
		if from.bucket, err = tx.Bucket(bucket); err != nil {
			return err
		}
		if e := c.Header.Get("X-Amz-Source-Expected-Bucket-Owner"); e != "" && e != string(from.bucket.Account) {
			return s3.Errorf(s3.AccessDenied, "")
		}
		return w.permitOrigin(tx, c, from, nil)
	})
	return from, err
}

// find finds the source. A delete marker is none.
func (from origin) find(tx *index.Tx) (index.Object, error) {
	o, err := lookup(tx, from.bucket.ID, from.key, from.version)
	switch {
	case err != nil || !o.Marker:
	case from.version.given:
		err = s3.Errorf(s3.InvalidRequest, "The source of a copy request may not specifically refer to a delete marker by version id.")
	default:
		err = s3.Errorf(s3.NoSuchKey, "")
	}
	return o, err
}

func tooLargeToCopy() error {
	return s3.Errorf(s3.InvalidRequest, "The specified copy source is larger than the maximum allowable size for a copy source: %d", s3.MaxPut)
}

// openOrigin finds the source and pins its bytes.
func (w *Walrus) openOrigin(c *call, from origin) (o index.Object, src *source, err error) {
	w.pins.lookup.RLock()
	defer w.pins.lookup.RUnlock()
	err = w.index.View(func(tx *index.Tx) error {
		if o, err = from.find(tx); err != nil {
			return err
		}
		if err = w.permitOrigin(tx, c, from, &o); err != nil {
			return err
		}
		if err = from.conditions.CheckSource(o.ETag, o.Modified); err != nil {
			return err
		}
		if o.Size > s3.MaxPut {
			return tooLargeToCopy()
		}
		key, err := w.unlockSource(c, from.bucket, o)
		if err != nil {
			return err
		}
		src, err = w.open(tx, o, s3.Range{Length: o.Size}, key)
		return err
	})
	return o, src, err
}

// setSourceVersion names the version of the source in an answer.
func setSourceVersion(c *call, b index.Bucket, from index.Object) {
	if b.Versioning != index.Unversioned {
		c.out.Header().Set("X-Amz-Copy-Source-Version-Id", from.VersionID())
	}
}

// stillThere reports, as cloud.Stale, a source that was replaced since it was
// read: its blob may be garbage by now.
func stillThere(tx *index.Tx, from origin, seen index.Object) error {
	now, err := from.find(tx)
	if err == nil && now.Blob != seen.Blob {
		err = &cloud.Error{Kind: cloud.Stale, Resource: cloud.ResObject, ID: from.key}
	}
	return err
}
