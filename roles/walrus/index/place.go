package index

import (
	"encoding/binary"
	"fmt"
	"io"

	bolt "go.etcd.io/bbolt"
)

// Place returns where the data files of this index are kept: "" while nobody
// has said, otherwise what PutPlace was given.
func (t *Tx) Place() string { return string(t.get(metaBucket, []byte("place"))) }

// PutPlace remembers where the data files are kept.
func (t *Tx) PutPlace(place string) error {
	return t.put(metaBucket, []byte("place"), []byte(place))
}

// HasFiles reports whether any data file is recorded.
func (t *Tx) HasFiles() bool {
	k, _ := t.tx.Bucket(filesBucket).Cursor().First()
	return k != nil
}

// Epoch tells how often the index was opened. No ID of one epoch is used in
// another.
func (t *Tx) Epoch() uint64 { return binary.BigEndian.Uint64(t.get(metaBucket, []byte("epoch"))) }

// SkipTo begins a later epoch than the index knows of: a backup that was put
// back must not use numbers again that were used since it was made. No ID may
// have been taken yet.
func (x *Index) SkipTo(epoch uint64) error {
	err := x.Settle(func(tx *Tx) error { return tx.put(metaBucket, []byte("epoch"), number(epoch)) })
	if err == nil {
		x.ids.Store(epoch << 40)
	}
	return err
}

// Settle is Update for the time between opening and serving: fn has a
// transaction of its own.
func (x *Index) Settle(fn func(*Tx) error) error {
	err := x.db.Update(func(tx *bolt.Tx) error { return fn(&Tx{tx: tx, index: x}) })
	if err != nil {
		return fmt.Errorf("settle the index: %w", err)
	}
	return nil
}

// WriteTo writes the whole file as this transaction sees it.
func (t *Tx) WriteTo(w io.Writer) (int64, error) {
	n, err := t.tx.WriteTo(w)
	if err != nil {
		return n, fmt.Errorf("copy the index: %w", err)
	}
	return n, nil
}
