package store

import (
	"errors"
	"fmt"

	"github.com/hashicorp/go-memdb"
	bolt "go.etcd.io/bbolt"
)

// load reads the whole file into memory. Every record is checked: one that is
// damaged, or of a newer program, keeps the store from opening rather than
// being missing without a word.
func load(db *bolt.DB) (snap *snapshot, err error) {
	defer recoverDamage(&err)
	err = db.View(func(btx *bolt.Tx) (err error) {
		snap, err = loadTx(btx)
		return err
	})
	return snap, err
}

func loadTx(btx *bolt.Tx) (*snapshot, error) {
	rev, err := revisionOf(btx)
	if err != nil {
		return nil, err
	}
	mem, err := newMemory()
	if err != nil {
		return nil, err
	}
	snap := &snapshot{mem: mem, rev: rev}
	txn := mem.Txn(true)
	defer txn.Abort()
	sums := map[string]Tally{}
	for k := range Kind(kinds) {
		if snap.counts[k], err = loadBucket(btx, txn, k, sums); err != nil {
			return nil, err
		}
	}
	for key, t := range sums {
		if err := insertTally(txn, key, t); err != nil {
			return nil, err
		}
	}
	txn.Commit()
	return snap, nil
}

// loadBucket inserts the records of one kind, counts them in sums and returns how
// many there are.
func loadBucket(btx *bolt.Tx, txn *memdb.Txn, k Kind, sums map[string]Tally) (n int, err error) {
	bucket := btx.Bucket([]byte(k.String()))
	if bucket == nil {
		return 0, errors.New("the file is damaged: it has no bucket " + k.String())
	}
	err = bucket.ForEach(func(key, raw []byte) error {
		if raw == nil {
			return fmt.Errorf("the file is damaged: %s holds a bucket", k)
		}
		rec, err := open(k, string(key), raw)
		if err != nil {
			return err
		}
		n++
		shapes[k].count(rec, func(of string, t Tally) { sums[tallyKey(k, of)] = sums[tallyKey(k, of)].plus(t, 1) })
		return txn.Insert(k.String(), rec)
	})
	return n, err
}
