package index

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"

	"ecc/cloud"
)

// NullVersion stands for the null version where a version is asked for.
const NullVersion ID = 0

func versionID(v ID, null bool) string {
	if null {
		return "null"
	}
	return fmt.Sprintf("%016x", uint64(v))
}

// ParseVersionID reads a version's name, and reports whether it can be one.
func ParseVersionID(s string) (ID, bool) {
	if s == "null" {
		return NullVersion, true
	}
	n, err := strconv.ParseUint(s, 16, 64)
	return ID(n), err == nil && n != 0 && versionID(ID(n), false) == s
}

// escape writes a key so that keys of any bytes sort alike with a version
// behind them.
func escape(key string) []byte {
	return bytes.ReplaceAll([]byte(key), []byte{0}, []byte{0, 255})
}

func versionsOf(bucket ID, key string) []byte { return join(number(bucket), escape(key), []byte{0, 0}) }

func versionKey(bucket ID, key string, v ID) []byte {
	return binary.BigEndian.AppendUint64(versionsOf(bucket, key), ^uint64(v))
}

// splitVersionKey takes a key of versions apart: the object's key, and where
// the version begins.
func splitVersionKey(k []byte) string {
	return string(bytes.ReplaceAll(k[8:len(k)-10], []byte{0, 255}, []byte{0}))
}

// newestOther finds the newest of the versions that are not in objects.
func (t *Tx) newestOther(bucket ID, key string) (o Object, err error) {
	base := versionsOf(bucket, key)
	k, v := t.tx.Bucket(versionsBucket).Cursor().Seek(base)
	if !bytes.HasPrefix(k, base) {
		return o, noObject(key)
	}
	return o, o.decode(key, v)
}

// Version finds one version of a key, or delete marker; one that does not
// exist is cloud.NotFound.
func (t *Tx) Version(bucket ID, key string, version ID) (Object, error) {
	o, err := t.Object(bucket, key)
	if err == nil && o.is(version) {
		return o, nil
	}
	if err != nil && !errors.Is(err, cloud.NotFound) {
		return o, err
	}
	if version == NullVersion {
		at := t.get(nullsBucket, objectKey(bucket, key))
		if at == nil {
			return o, noObject(key)
		}
		version = ID(binary.BigEndian.Uint64(at))
	}
	v := t.get(versionsBucket, versionKey(bucket, key, version))
	if v == nil {
		return o, noObject(key)
	}
	o = Object{}
	return o, o.decode(key, v)
}

func (o *Object) is(version ID) bool {
	return (version == NullVersion && o.Null) || (version != NullVersion && !o.Null && o.Version == version)
}

// PutObject writes an object, or delete marker, as the newest version of its
// key, and returns it with its version. What it replaces or supersedes follows
// from the bucket's versioning.
func (t *Tx) PutObject(b Bucket, o Object) (Object, error) {
	o.Version, o.Null = t.index.NewID(), b.Versioning != Enabled
	if o.Null {
		if err := t.removeNull(b, o.Key); err != nil {
			return o, err
		}
	}
	if b.Versioning != Unversioned {
		if err := t.demote(b, o.Key); err != nil {
			return o, err
		}
	}
	if o.Marker {
		return o, t.putOther(b, o)
	}
	v, err := o.encode()
	if err != nil {
		return o, err
	}
	return o, firstError(t.put(objectsBucket, objectKey(b.ID, o.Key), v), t.charge(b.ID, b.Account, o.Size, 1))
}

// putOther writes a new version to those that are not in objects.
func (t *Tx) putOther(b Bucket, o Object) error {
	v, err := o.encode()
	if err != nil {
		return err
	}
	return firstError(t.insertOther(b, o, v), t.charge(b.ID, b.Account, o.Size, 1))
}

func (t *Tx) insertOther(b Bucket, o Object, v []byte) error {
	if o.Null {
		if err := t.put(nullsBucket, objectKey(b.ID, o.Key), number(o.Version)); err != nil {
			return err
		}
	}
	return t.put(versionsBucket, versionKey(b.ID, o.Key, o.Version), v)
}

// demote moves the version in objects, if there is one, to the others.
func (t *Tx) demote(b Bucket, key string) error {
	k := objectKey(b.ID, key)
	v := bytes.Clone(t.get(objectsBucket, k))
	if v == nil {
		return nil
	}
	o := Object{Key: key}
	if _, err := o.decodeFront(v); err != nil {
		return err
	}
	return firstError(t.delete(objectsBucket, k), t.insertOther(b, o, v))
}

// promote moves the newest of the others to objects, if that is where it
// belongs now.
func (t *Tx) promote(b Bucket, key string) error {
	if t.get(objectsBucket, objectKey(b.ID, key)) != nil {
		return nil
	}
	o, err := t.newestOther(b.ID, key)
	switch {
	case errors.Is(err, cloud.NotFound), err == nil && o.Marker:
		return nil
	case err != nil:
		return err
	}
	k := versionKey(b.ID, key, o.Version)
	v := bytes.Clone(t.get(versionsBucket, k))
	if o.Null {
		if err := t.delete(nullsBucket, objectKey(b.ID, key)); err != nil {
			return err
		}
	}
	return firstError(t.delete(versionsBucket, k), t.put(objectsBucket, objectKey(b.ID, key), v))
}

// removeNull removes the null version of a key for good, if there is one.
func (t *Tx) removeNull(b Bucket, key string) error {
	if b.Versioning == Unversioned { // then it can only be in objects
		v := t.get(objectsBucket, objectKey(b.ID, key))
		if v == nil {
			return nil
		}
	}
	o, err := t.Version(b.ID, key, NullVersion)
	if err != nil {
		if errors.Is(err, cloud.NotFound) {
			return nil
		}
		return err
	}
	return t.remove(b, o)
}

// DeleteVersion removes a version, or delete marker, for good and lets go of
// its bytes.
func (t *Tx) DeleteVersion(b Bucket, o Object) error {
	return firstError(t.remove(b, o), t.promote(b, o.Key))
}

func (t *Tx) remove(b Bucket, o Object) error {
	where, k := objectsBucket, objectKey(b.ID, o.Key)
	var now Object
	if v := t.get(where, k); v != nil {
		if _, err := now.decodeFront(v); err != nil {
			return err
		}
	}
	if now.Version != o.Version {
		if o.Null {
			if err := t.delete(nullsBucket, k); err != nil {
				return err
			}
		}
		where, k = versionsBucket, versionKey(b.ID, o.Key, o.Version)
	}
	if o.Blob != 0 {
		if err := t.release(o.Blob); err != nil {
			return err
		}
	}
	return firstError(t.delete(where, k), t.charge(b.ID, b.Account, -o.Size, -1))
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
