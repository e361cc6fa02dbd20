package index

import (
	"bytes"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"
)

// Tx is one transaction. Its accessors return copies, so that what they return
// outlives it.
type Tx struct {
	tx    *bolt.Tx
	index *Index
	wrote bool
}

func (t *Tx) put(bucket, key, value []byte) error {
	t.wrote = true
	return t.tx.Bucket(bucket).Put(key, value)
}

func (t *Tx) delete(bucket, key []byte) error {
	t.wrote = true
	return t.tx.Bucket(bucket).Delete(key)
}

// get returns the stored bytes themselves, valid in this transaction only.
func (t *Tx) get(bucket, key []byte) []byte { return t.tx.Bucket(bucket).Get(key) }

func (t *Tx) putJSON(bucket, key []byte, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode record: %w", err)
	}
	return t.put(bucket, key, b)
}

// getJSON reports whether there is such a record, and decodes it.
func (t *Tx) getJSON(bucket, key []byte, v any) (bool, error) {
	b := t.get(bucket, key)
	if b == nil {
		return false, nil
	}
	if err := json.Unmarshal(b, v); err != nil {
		return false, fmt.Errorf("decode record %q of %s: %w", key, bucket, err)
	}
	return true, nil
}

// each calls fn for every key from from on that has the prefix, until fn
// returns false. What fn gets is valid in this transaction only.
func (t *Tx) each(bucket, prefix, from []byte, fn func(k, v []byte) (bool, error)) error {
	c := t.tx.Bucket(bucket).Cursor()
	if bytes.Compare(from, prefix) < 0 {
		from = prefix
	}
	for k, v := c.Seek(from); k != nil && bytes.HasPrefix(k, prefix); k, v = c.Next() {
		if more, err := fn(k, v); err != nil || !more {
			return err
		}
	}
	return nil
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
