package store

import (
	"errors"

	"github.com/hashicorp/go-memdb"
)

// overlay is the state of the tables that a batch works on: the current
// snapshot and what the batch has changed so far. Every Update of the batch
// writes into it in turn, and what a failed one wrote is taken back.
type overlay struct {
	mem     *memdb.MemDB     // a copy of the snapshot's; changed when txn is committed
	txn     *memdb.Txn       // writes to mem
	base    *memdb.Txn       // reads the snapshot
	changed map[recordID]any // newest records; nil for deleted ones
	tallies map[string]Tally // newest, of those that changed
	undo    []previous       // of the Update whose turn it is, oldest first
}

// previous is a record before a change; nil if there was none.
type previous struct {
	recordID
	rec any
}

func newOverlay(now *snapshot) *overlay {
	mem := now.mem.Snapshot()
	return &overlay{mem: mem, txn: mem.Txn(true), base: now.mem.Txn(false), changed: map[recordID]any{}, tallies: map[string]Tally{}}
}

// get returns the record under a key, or nil. It does not ask txn, which would
// have to copy what it has changed for every reader.
func (o *overlay) get(k Kind, key string) any {
	if rec, ok := o.changed[recordID{k, key}]; ok {
		return rec
	}
	return first(o.base, k, key)
}

// set changes the record under a key from old to rec; nil is none.
func (o *overlay) set(k Kind, key string, old, rec any) error {
	id := recordID{k, key}
	o.undo = append(o.undo, previous{id, old})
	return o.write(id, old, rec)
}

func (o *overlay) write(id recordID, old, rec any) error {
	o.changed[id] = rec
	if err := errors.Join(o.count(id.kind, old, -1), o.count(id.kind, rec, 1)); err != nil {
		return err
	}
	if rec == nil {
		return o.txn.Delete(id.kind.String(), old)
	}
	return o.txn.Insert(id.kind.String(), rec)
}

// keep ends the turn of an Update that succeeded.
func (o *overlay) keep() { o.undo = o.undo[:0] }

// revert ends the turn of an Update that failed.
func (o *overlay) revert() {
	for i := len(o.undo) - 1; i >= 0; i-- {
		was := o.undo[i]
		now := o.changed[was.recordID]
		if now == nil && was.rec == nil {
			continue
		}
		if err := o.write(was.recordID, now, was.rec); err != nil {
			panic("store: take back a failed update: " + err.Error()) // the schema is wrong
		}
	}
	o.keep()
}
