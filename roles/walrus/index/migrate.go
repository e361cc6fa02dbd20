package index

import (
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
		if err := t.setPayers(); err != nil {
			return err
		}
		return t.Recount()
	}
	return fmt.Errorf("the file has schema %d, this ecc knows %d", from, schema)
}

// setPayers writes into uploads of schema 1 whose account their parts count
// for.
func (t *Tx) setPayers() error {
	owners := map[ID]cloud.AccountID{}
	if err := t.AllBuckets(func(b Bucket) bool { owners[b.ID] = b.Account; return true }); err != nil {
		return err
	}
	var uploads []Upload
	err := t.each(uploadsBucket, nil, nil, func(_, v []byte) (bool, error) {
		var u Upload
		if err := json.Unmarshal(v, &u); err != nil {
			return false, fmt.Errorf("decode upload: %w", err)
		}
		u.Payer = owners[u.Bucket]
		uploads = append(uploads, u)
		return true, nil
	})
	for _, u := range uploads {
		if err == nil {
			err = t.PutUpload(u)
		}
	}
	return err
}
