package index

import (
	"bytes"
	"encoding/json"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"ecc/cloud"
)

// migrate brings a file of an older schema up to date, in the transaction that
// opens it.
func (x *Index) migrate(tx *bolt.Tx, from uint64) error {
	t := &Tx{tx: tx, index: x}
	switch from {
	case schema:
		return nil
	case 1: // no versions, no counters; the records of objects are read as they are
		if err := t.renewUploads(); err != nil {
			return err
		}
		return t.Recount()
	}
	return fmt.Errorf("the file has schema %d, this ecc knows %d", from, schema)
}

// renewUploads writes into uploads of schema 1 whose account their parts count
// for, under keys as they are now.
func (t *Tx) renewUploads() error {
	owners := map[ID]cloud.AccountID{}
	if err := t.AllBuckets(func(b Bucket) bool { owners[b.ID] = b.Account; return true }); err != nil {
		return err
	}
	var uploads []Upload
	var old [][]byte
	err := t.each(uploadsBucket, nil, nil, func(k, v []byte) (bool, error) {
		old = append(old, bytes.Clone(k))
		var u Upload
		if err := json.Unmarshal(v, &u); err != nil {
			return false, fmt.Errorf("decode upload: %w", err)
		}
		u.Payer = owners[u.Bucket]
		uploads = append(uploads, u)
		return true, nil
	})
	for i, u := range uploads {
		if err == nil {
			err = firstError(t.delete(uploadsBucket, old[i]), t.PutUpload(u))
		}
	}
	return err
}
