package store

import (
	"fmt"

	"github.com/hashicorp/go-memdb"

	"ecc/cloud"
)

// snapshot is one immutable state of the cluster.
type snapshot struct {
	mem    *memdb.MemDB
	rev    cloud.Revision
	counts [kinds]int // records of each kind
}

// primary is what memdb calls the index of the key.
const primary = "id"

// newMemory returns an empty set of tables. It is a snapshot of memdb's so
// that memdb does not keep watch channels for it; ours are in history.
func newMemory() (*memdb.MemDB, error) {
	tables := map[string]*memdb.TableSchema{}
	for k, s := range shapes {
		name := Kind(k).String()
		t := &memdb.TableSchema{Name: name, Indexes: map[string]*memdb.IndexSchema{
			primary: {Name: primary, Unique: true, Indexer: keyIndex{s}},
		}}
		for _, ix := range s.indexNames() {
			t.Indexes[string(ix)] = &memdb.IndexSchema{Name: string(ix), Indexer: valueIndex{s, ix}}
		}
		tables[name] = t
	}
	tables[tallies] = tallySchema()
	db, err := memdb.NewMemDB(&memdb.DBSchema{Tables: tables})
	if err != nil {
		return nil, fmt.Errorf("make the tables in memory: %w", err)
	}
	return db.Snapshot(), nil
}

// keyIndex orders records by key.
type keyIndex struct{ shape }

// FromObject implements memdb.SingleIndexer.
func (i keyIndex) FromObject(rec any) (bool, []byte, error) {
	return true, []byte(i.keyOf(rec)), nil
}

// FromArgs takes the place to look at as it is in the tree.
func (keyIndex) FromArgs(args ...any) ([]byte, error) { return args[0].([]byte), nil }

// valueIndex orders records by value, NUL, key; memdb appends the key.
type valueIndex struct {
	shape
	index Index
}

// FromObject implements memdb.SingleIndexer.
func (i valueIndex) FromObject(rec any) (bool, []byte, error) {
	return true, valuePrefix(i.valueOf(i.index, rec)), nil
}

// FromArgs takes the place to look at as it is in the tree.
func (valueIndex) FromArgs(args ...any) ([]byte, error) { return args[0].([]byte), nil }

func valuePrefix(value string) []byte { return append([]byte(value), 0) }
