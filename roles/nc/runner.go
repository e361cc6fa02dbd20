package nc

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// runner makes one instance what its intent says, one step at a time:
//
//	want (intent) ──► kick ──► converge: plan ──► step ──► note (report)
//	saw (listing) ───┘            ▲                 │ failed
//	                              └── next listing ◄┘
//
// Only its own goroutine does steps and writes the record's file; want, saw
// and sighting may be called by anyone and never wait for the host.
type runner struct {
	n    *Node
	id   cloud.InstanceID
	kick chan struct{}
	end  context.CancelFunc // ends its goroutine

	mu       sync.Mutex
	rec      record
	version  int               // of rec, to see whether it changed while it was written
	unsaved  bool              // rec is newer than its file
	stored   bool              // there is a file
	dom      hypervisor.Domain // as it was seen, or left by an act, at domAt
	domAt    uint64
	known    bool // dom is to be relied on
	erased   bool
	asked    time.Time // see seen
	again    time.Time
	tries    int       // failed in a row
	retry    time.Time // not before
	reason   cloud.Reason
	failed   bool
	overtake context.CancelCauseFunc // ends what a newer goal makes pointless; nil: nothing
	last     rpc.InstanceReport      // no phase: nothing to report yet
}

// errOvertaken ends a start that is not wanted any more.
var errOvertaken = errors.New("overtaken by a newer intent")

// newRunner makes the runner of a record that is stored or new.
func (n *Node) newRunner(rec record, stored bool) *runner {
	return &runner{n: n, id: rec.Intent.ID, kick: make(chan struct{}, 1), rec: rec, stored: stored,
		unsaved: !stored && rec.Intent.Goal != cloud.GoalTerminated}
}

// start gives the runner its goroutine, owned by the node's group.
func (n *Node) start(r *runner) {
	ctx, end := context.WithCancel(n.ctx)
	r.end = end
	n.group.Go(func() error {
		r.run(ctx)
		return nil
	})
}

// want takes an intent. One of an older generation is refused; the same
// generation may bring changed groups or more reboots. Nothing comes back from
// being terminated.
func (r *runner) want(in rpc.InstanceIntent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.rec.Intent
	if in.Generation < old.Generation {
		return cloud.Errorf(cloud.Stale, cloud.ResInstance, string(r.id), "generation %d is older than %d", in.Generation, old.Generation)
	}
	if old.Goal == cloud.GoalTerminated {
		r.rec.Intent.Generation = in.Generation // what is reported as done
		r.rec.Intent.NIC = in.NIC               // its public address may be another's by now
		r.n.net.refresh(r.n.port(r.rec.Intent), vpc(r.rec.Intent))
		kick(r.kick)
		return nil
	}
	if reflect.DeepEqual(in, old) {
		return nil
	}
	if in.Generation > old.Generation || in.Goal != old.Goal {
		r.anew()
	}
	r.rec.Intent = in
	r.version++
	// What was never stored needs no note that it is to go.
	r.unsaved = r.stored || in.Goal != cloud.GoalTerminated
	r.n.net.refresh(r.n.port(in), vpc(in))
	kick(r.kick)
	return nil
}

// anew forgets what belongs to the goal so far. r.mu is held.
func (r *runner) anew() {
	r.tries, r.failed, r.reason, r.retry = 0, false, cloud.Reason{}, time.Time{}
	r.asked, r.again = time.Time{}, time.Time{}
	if r.overtake != nil {
		r.overtake(errOvertaken)
	}
}

// saw takes what a listing that began at a moment found (zero domain: nothing).
// A listing that began before the runner's last act is overtaken.
func (r *runner) saw(d hypervisor.Domain, at uint64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at < r.domAt {
		return
	}
	changed := !r.known || d.ID != r.dom.ID || d.Power != r.dom.Power || d.Cause != r.dom.Cause
	r.dom, r.domAt, r.known = d, at, true
	if r.sawDown(); changed {
		kick(r.kick)
	}
}

// sawDown notes in the record that the guest went off by itself, or died: the
// fact must survive the node and the hypervisor's memory, or the guest would
// be started again. r.mu is held.
func (r *runner) sawDown() {
	in := r.rec.Intent
	if r.rec.Off || in.Goal != cloud.GoalRunning || r.rec.Ran != in.Generation || r.dom.ID == "" || r.dom.Power != hypervisor.PowerOff {
		return
	}
	switch r.dom.Cause {
	case hypervisor.OffGuest:
		r.rec.Guest, r.rec.Reason = true, cloud.Reason{}
	case hypervisor.OffCrashed:
		r.rec.Guest, r.rec.Reason = false, diedReason
	default:
		return
	}
	r.rec.Off, r.unsaved = true, true
	r.version++
}

// did notes what an act of our own left of the domain.
func (r *runner) did(d hypervisor.Domain) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dom, r.domAt, r.known = d, r.n.moment.Add(1), true
}

// hurry tries again what waits for its next try.
func (r *runner) hurry() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.retry = time.Time{}
	kick(r.kick)
}

// state is what plan looks at, and whether it is known.
func (r *runner) state() (rpc.InstanceIntent, seen, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rec.Intent, seen{record: r.rec, unsaved: r.unsaved, domain: r.dom, erased: r.erased, failed: r.failed,
		tries: r.tries, asked: r.asked, again: r.again, now: r.n.deps.Now(), grace: r.n.cfg.Grace}, r.known
}
