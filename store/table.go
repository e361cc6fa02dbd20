package store

import (
	"fmt"
	"iter"
	"strings"

	"github.com/hashicorp/go-memdb"
)

// Table is the records of one noun within a transaction. K is the type of
// their keys. Records are values; what they refer to (slices, maps) is shared
// with other readers and must not be changed in place.
type Table[K ~string, T any] struct {
	tx   *Tx
	noun *noun[T]
}

// Get returns the record under a key and whether there is one.
func (t Table[K, T]) Get(key K) (T, bool) {
	if rec, ok := t.tx.get(t.noun.kind, string(key)).(*T); ok {
		return *rec, true
	}
	var none T
	return none, false
}

// Put writes a record under the key it carries, new or instead of the one
// there. Writing what is there already changes nothing: no revision, no event.
// It fails with cloud.LimitExceeded beyond the limits of one Update, and with
// cloud.Invalid on text the file cannot keep; the whole Update fails then,
// whatever its function returns. It panics in a View.
func (t Table[K, T]) Put(rec T) error { return t.tx.put(t.noun.kind, &rec) }

// Delete removes the record under a key. An absent one is no error. It panics
// in a View.
func (t Table[K, T]) Delete(key K) error { return t.tx.drop(t.noun.kind, string(key)) }

// Len is the number of records; it takes no time.
func (t Table[K, T]) Len() int {
	t.tx.check()
	return t.tx.counts[t.noun.kind]
}

// All goes through every record in ascending order of keys. As with all
// iterators here, an Update that writes while it goes through sees the records
// as they were when it began.
func (t Table[K, T]) All() iter.Seq[T] {
	return func(yield func(T) bool) {
		t.each(must(t.mem().Get(t.name(), primary)), func(*T) bool { return true }, yield)
	}
}

// After goes through the records with keys above key, in ascending order: the
// next page after one that ended with key.
func (t Table[K, T]) After(key K) iter.Seq[T] {
	return func(yield func(T) bool) {
		rows := must(t.mem().LowerBound(t.name(), primary, append([]byte(key), 0)))
		t.each(rows, func(*T) bool { return true }, yield)
	}
}

// By goes through the records whose value in the index is exactly value, in
// ascending order of keys. It panics on an index the noun does not have.
func (t Table[K, T]) By(index Index, value string) iter.Seq[T] {
	in := t.within(index, value)
	return func(yield func(T) bool) {
		if !strings.Contains(value, "\x00") { // no record has one, and it would match a key
			t.each(must(t.mem().Get(t.name(), string(index), valuePrefix(value))), in, yield)
		}
	}
}

// ByAfter is By for the records with keys above key only.
func (t Table[K, T]) ByAfter(index Index, value string, key K) iter.Seq[T] {
	in := t.within(index, value)
	return func(yield func(T) bool) {
		from := append(append(valuePrefix(value), key...), 0)
		t.each(must(t.mem().LowerBound(t.name(), string(index), from)), in, yield)
	}
}

// within tells records with a value in an index from others.
func (t Table[K, T]) within(index Index, value string) func(*T) bool {
	valueOf, ok := t.noun.indexes[index]
	if !ok {
		panic(fmt.Sprintf("store: %s have no index %q", t.noun.kind, index))
	}
	return func(rec *T) bool { return valueOf(rec) == value }
}

// each yields rows while they are within.
func (t Table[K, T]) each(rows memdb.ResultIterator, within func(*T) bool, yield func(T) bool) {
	for {
		t.tx.check()
		rec, ok := rows.Next().(*T)
		if !ok || !within(rec) || !yield(*rec) {
			return
		}
	}
}

func (t Table[K, T]) mem() *memdb.Txn {
	t.tx.check()
	return t.tx.mem
}

func (t Table[K, T]) name() string { return t.noun.kind.String() }

// must panics on an error of memdb, which can only be one of our schema.
func must(rows memdb.ResultIterator, err error) memdb.ResultIterator {
	if err != nil {
		panic(fmt.Sprintf("store: %v", err))
	}
	return rows
}
