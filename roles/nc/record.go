package nc

import (
	"fmt"

	"ecc/cloud"
	"ecc/rpc"
)

// record is what a node keeps of an instance: <dir>/<id>/record.json.
type record struct {
	Intent  rpc.InstanceIntent `json:"intent"`
	Ran     int64              `json:"ran,omitempty"`     // newest generation whose guest may have run
	Reboots int64              `json:"reboots,omitempty"` // reboots done
	Port    bool               `json:"port,omitempty"`    // its interface is (to be) on the host
	Off     bool               `json:"off,omitempty"`     // went down by itself in generation Ran
	Reason  cloud.Reason       `json:"reason,omitzero"`   // why it went down
	Guest   bool               `json:"guest,omitempty"`   // … by the guest's own doing
}

// update changes the record, on disk first. Only the runner's goroutine calls
// it, and an intent may come while it writes: the change is then made to what
// is there afterwards as well.
func (r *runner) update(change func(*record)) error {
	r.mu.Lock()
	rec, version := r.rec, r.version
	r.mu.Unlock()
	change(&rec)
	if err := r.n.saveRecord(rec); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.rec)
	r.stored = true
	r.unsaved = r.unsaved && r.version != version
	return nil
}

// amend changes the record, to be saved as the next step: for what has
// happened already, whether it can be written down or not.
func (r *runner) amend(change func(*record)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change(&r.rec)
	r.version++
	r.unsaved = true
}

// save makes the record durable. An instance that is to go goes even when the
// disk is full: then its record is renamed to say so, which needs no room.
func (r *runner) save() error {
	err := r.update(func(*record) {})
	if err == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rec.Intent.Goal != cloud.GoalTerminated {
		return err
	}
	if cerr := r.n.condemn(r.id); cerr != nil {
		return fmt.Errorf("%w; %w", err, cerr)
	}
	r.unsaved = false
	return nil
}
