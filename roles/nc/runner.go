package nc

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// runner makes one instance what its intent says, one step at a time. Only its
// own goroutine does steps; want, saw and sighting may be called by anyone.
type runner struct {
	n    *Node
	id   cloud.InstanceID
	kick chan struct{}

	mu     sync.Mutex
	rec    record
	dom    hypervisor.Domain
	domAt  time.Time // dom is what was seen or done at this time
	erased bool
	asked  time.Time
	tries  int // failed in a row at this generation
	reason cloud.Reason
	failed bool
	last   rpc.InstanceReport
}

// newRunner makes the runner of a record; the node's group owns its goroutine.
func (n *Node) newRunner(rec record) *runner {
	r := &runner{n: n, id: rec.Intent.ID, kick: make(chan struct{}, 1), rec: rec}
	r.last = rpc.InstanceReport{ID: r.id, Generation: rec.Intent.Generation, Phase: cloud.PhasePreparing, Changed: n.deps.Now()}
	kick(r.kick)
	return r
}

// want takes a new intent. One of an older generation is refused; the same
// generation may bring changed groups or more reboots.
func (r *runner) want(in rpc.InstanceIntent) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if in.Generation < r.rec.Intent.Generation {
		return cloud.Errorf(cloud.Stale, cloud.ResInstance, string(r.id), "generation %d is older than %d", in.Generation, r.rec.Intent.Generation)
	}
	if in.Generation > r.rec.Intent.Generation {
		r.tries, r.failed, r.reason, r.asked = 0, false, cloud.Reason{}, time.Time{}
	}
	rec := r.rec
	rec.Intent = in
	if !r.erased {
		if err := r.n.saveRecord(rec); err != nil {
			return err
		}
	}
	r.rec = rec
	kick(r.kick)
	return nil
}

// saw takes what a listing that began at the given time found (zero domain:
// nothing). A listing that began before the runner's last act is overtaken.
func (r *runner) saw(d hypervisor.Domain, at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if at.Before(r.domAt) {
		return
	}
	changed := d.ID != r.dom.ID || d.Power != r.dom.Power || d.Cause != r.dom.Cause
	r.dom, r.domAt = d, at
	if changed {
		kick(r.kick)
	}
}

// did notes the domain's power after an act of our own.
func (r *runner) did(p hypervisor.Power) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dom, r.domAt = hypervisor.Domain{ID: r.id, Power: p, Cause: hypervisor.OffDestroyed}, r.n.deps.Now()
}

// update changes the record durably.
func (r *runner) update(change func(*record)) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	rec := r.rec
	change(&rec)
	if err := r.n.saveRecord(rec); err != nil {
		return err
	}
	r.rec = rec
	return nil
}

// state is what plan looks at.
func (r *runner) state() (rpc.InstanceIntent, seen) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rec.Intent, seen{record: r.rec, domain: r.dom, erased: r.erased, asked: r.asked,
		now: r.n.deps.Now(), grace: r.n.cfg.Grace}
}

// run converges until ctx ends.
func (r *runner) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		wait := r.converge(ctx)
		timer.Reset(wait)
		select {
		case <-r.kick:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// converge does steps until there is nothing to do and returns when to look
// again.
func (r *runner) converge(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		in, s := r.state()
		if r.givenUp() && in.Goal == cloud.GoalRunning {
			return time.Hour
		}
		next := plan(in, s)
		r.note(in, s, next)
		switch next {
		case stepNone:
			return time.Hour
		case stepWait:
			return min(s.grace-s.now.Sub(s.asked)+time.Millisecond, time.Second)
		}
		err := r.do(ctx, next, in)
		if ctx.Err() != nil {
			return 0
		}
		if err != nil {
			return r.fail(in, next, err)
		}
		r.succeeded()
	}
	return 0
}

func (r *runner) givenUp() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}

func (r *runner) succeeded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries, r.reason = 0, cloud.Reason{}
}

// note puts the phase into the report and sends it if it changed. A guest that
// went down by itself is written to the record first: the fact must survive
// the node, or the guest would be started again.
func (r *runner) note(in rpc.InstanceIntent, s seen, next step) {
	if in.Goal == cloud.GoalRunning && s.off() && wentDown(in, s) && !s.record.Off {
		r.wentDown(s.domain.Cause)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	rep := rpc.InstanceReport{ID: r.id, Generation: in.Generation, Phase: phase(in, s, next),
		Reason: r.reason, Failed: r.failed, Changed: r.last.Changed}
	if in.Goal == cloud.GoalRunning && r.rec.Off && r.rec.Ran == in.Generation {
		rep.GuestDown, rep.Reason = r.rec.Guest, r.rec.Reason
	}
	if rep == r.last {
		return
	}
	if rep.Phase != r.last.Phase {
		rep.Changed = r.n.deps.Now()
		r.n.log.Info("instance", "instance", r.id, "phase", rep.Phase, "goal", in.Goal, "generation", in.Generation)
	}
	r.last = rep
	kick(r.n.report)
}

// wentDown records why a guest is off.
func (r *runner) wentDown(cause hypervisor.OffCause) {
	err := r.update(func(rec *record) {
		rec.Off, rec.Guest, rec.Reason = true, true, cloud.Reason{}
		if cause == hypervisor.OffCrashed {
			rec.Guest = false
			rec.Reason = cloud.Reason{Code: cloud.ReasonInternal, Message: cloud.ReasonInternal + ": the virtual machine's process ended unexpectedly"}
		}
	})
	if err != nil {
		r.n.log.Error("could not record that the guest went down", "instance", r.id, "err", err)
	}
}

// Attempts and waits of steps that fail.
const (
	maxTries = 4
	minWait  = 500 * time.Millisecond
	maxWait  = 30 * time.Second
)

// fail judges a failed step and returns when to try again. A start that cannot
// succeed is reported as failed; everything else is tried for ever.
func (r *runner) fail(in rpc.InstanceIntent, s step, err error) time.Duration {
	reason, final := judge(err)
	r.mu.Lock()
	r.tries++
	transient := errors.Is(err, cloud.Unavailable)
	if s == stepStart {
		r.reason = reason
		r.failed = final || (r.tries >= maxTries && !transient)
	}
	tries, failed := r.tries, r.failed
	r.mu.Unlock()
	r.n.log.Warn("instance: step failed", "instance", r.id, "step", int(s), "tries", tries, "final", failed, "err", err)
	in2, seen := r.state()
	if in2.Generation == in.Generation {
		r.note(in, seen, s)
	}
	if failed {
		if err := r.giveUp(); err != nil {
			r.n.log.Warn("instance: could not clean up after a failed start", "instance", r.id, "err", err)
		}
	}
	return min(minWait<<min(tries-1, 10), maxWait)
}

// giveUp leaves nothing of a start that failed but the disk: no domain running
// and no interface. It is bounded because the cause may be a host that hangs.
func (r *runner) giveUp() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.n.ctx), time.Minute)
	defer cancel()
	if err := r.n.deps.Hypervisor.Stop(ctx, r.id); err != nil {
		return err
	}
	r.did(hypervisor.PowerOff)
	return r.release(ctx)
}

// judge turns an error into what the tenant may read, and says whether trying
// again cannot help.
func judge(err error) (cloud.Reason, bool) {
	e := cloud.AsError(err)
	code, msg := cloud.ReasonInternal, "the node could not start the instance"
	final := false
	switch {
	case e.Resource == cloud.ResManifest || e.Resource == cloud.ResImage:
		code, final = cloud.ReasonImageUnreadable, e.Kind != cloud.Unavailable && e.Kind != cloud.Internal
		msg = "the image could not be read"
	case e.Kind == cloud.Exhausted:
		code, final = cloud.ReasonNoCapacity, true
		msg = "the node has no room left"
	case e.Kind == cloud.Unavailable:
		msg = "the node is waiting for a service"
	}
	if e.Msg != "" {
		msg = e.Msg
	}
	return cloud.Reason{Code: code, Message: fmt.Sprintf("%s: %s", code, msg)}, final
}

// sighting is the newest report of the instance.
func (r *runner) sighting() rpc.InstanceReport {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}
