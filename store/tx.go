package store

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/go-memdb"

	"ecc/cloud"
)

// Tx is one transaction: a consistent state of all tables, reached through
// one method per noun. It belongs to the function it was given to, is not for
// several goroutines, and panics when it is used after that function returned.
type Tx struct {
	// Now is the time of the transaction, in UTC. Functions use it instead of
	// the clock, because they may be run again.
	Now time.Time

	rev    cloud.Revision
	mem    *memdb.Txn // with the transaction's own writes
	counts [kinds]int
	over   *overlay // nil in a View
	writes writeSet
	err    error // of the first Put or Delete that failed
	done   bool
}

// Revision is that of the snapshot in a View, and in an Update the one it
// will commit as.
func (tx *Tx) Revision() cloud.Revision {
	tx.check()
	return tx.rev
}

// check panics if the transaction is over: its answers would be out of date
// and its writes lost.
func (tx *Tx) check() {
	if tx.done {
		panic("store: transaction used after its function returned")
	}
}

// finish makes the transaction unusable.
func (tx *Tx) finish() { tx.done = true }

// get returns the record under a key, or nil.
func (tx *Tx) get(k Kind, key string) any {
	tx.check()
	if tx.over != nil {
		return tx.over.get(k, key)
	}
	return first(tx.mem, k, key)
}

// first looks a record up in one state of the tables.
func first(mem *memdb.Txn, k Kind, key string) any {
	rec, err := mem.First(k.String(), primary, []byte(key))
	if err != nil {
		panic(fmt.Sprintf("store: get %s %q: %v", k, key, err)) // the schema is wrong
	}
	return rec
}

// put is Table.Put without the type.
func (tx *Tx) put(k Kind, rec any) error {
	return tx.note(func() error {
		key := shapes[k].keyOf(rec)
		if err := checkKey(k, key); err != nil {
			return err
		}
		kept, text, err := freeze(k, rec)
		if err != nil {
			return fmt.Errorf("put %s %q: %w", k, key, err)
		}
		old := tx.get(k, key)
		if old != nil && same(k, old, text) {
			return nil
		}
		if err := tx.writes.add(write{k, key, seal(k, key, text)}); err != nil {
			return err
		}
		if old == nil {
			tx.counts[k]++
		}
		return tx.over.set(k, key, old, kept)
	})
}

// drop is Table.Delete without the type.
func (tx *Tx) drop(k Kind, key string) error {
	return tx.note(func() error {
		old := tx.get(k, key)
		if old == nil {
			return nil
		}
		if err := tx.writes.add(write{kind: k, key: key}); err != nil {
			return err
		}
		tx.counts[k]--
		return tx.over.set(k, key, old, nil)
	})
}

// note runs one write and keeps the first error, so that an Update whose
// function overlooked it fails nevertheless.
func (tx *Tx) note(write func() error) error {
	tx.check()
	if tx.over == nil {
		panic("store: write in a View")
	}
	err := write()
	if err != nil && tx.err == nil {
		tx.err = err
	}
	return err
}

// freeze returns the record as the file will give it back, and its JSON, or
// why the file cannot keep it. What is published is thus what a restart reads,
// and shares nothing with the caller's slices and maps.
func freeze(k Kind, rec any) (kept any, text []byte, err error) {
	if kept, text, err = shapes[k].freeze(rec); err != nil {
		return nil, nil, err
	}
	// The encoder writes bytes that are not UTF-8 as the text \ufffd. A
	// record that has them would come back as another one.
	if bytes.Contains(text, []byte(`\ufffd`)) && !same(k, kept, text) {
		return nil, nil, cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "The value holds text that is not UTF-8.")
	}
	for _, ix := range shapes[k].indexNames() {
		if strings.Contains(shapes[k].valueOf(ix, kept), "\x00") {
			return nil, nil, cloud.Errorf(cloud.Invalid, cloud.AnyResource, "", "The value holds a NUL character.")
		}
	}
	return kept, text, nil
}

// same reports whether a record's JSON is text.
func same(k Kind, rec any, text []byte) bool {
	have, err := shapes[k].encode(rec)
	return err == nil && bytes.Equal(have, text)
}
