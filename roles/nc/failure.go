package nc

import (
	"errors"
	"fmt"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/rpc"
)

// Attempts and waits of steps that fail.
const (
	maxTries = 4
	minWait  = 500 * time.Millisecond
	maxWait  = 15 * time.Second
)

// diedReason is what a tenant reads of a guest whose emulator died.
var diedReason = cloud.Reason{Code: cloud.ReasonInternal, Message: cloud.ReasonInternal + ": the virtual machine's process ended unexpectedly"}

// verdict is what an error means for a start.
type verdict int

const (
	mayPass   verdict = iota // something is away: try for ever
	mayRepeat                // try a few times
	final                    // trying again will not help
)

// fail judges a failed step. A start that cannot succeed is reported as
// failed; everything else is tried for ever, less and less often. What the
// domain does now only a listing can tell: the step may have got anywhere.
func (r *runner) fail(in rpc.InstanceIntent, s step, cause error) {
	reason, v := judge(cause)
	r.mu.Lock()
	r.tries++
	tries, wait := r.tries, min(minWait<<min(r.tries-1, 10), maxWait)
	if !r.failed && r.starting(s) && !r.overtaken(in) {
		r.reason = reason
		r.failed = v == final || (v == mayRepeat && tries >= maxTries)
		if r.failed {
			r.tries, wait = 0, 0 // what it has made is taken away at once
		}
	}
	failed := r.failed
	r.retry = r.n.deps.Now().Add(wait)
	r.known, r.domAt = false, r.n.moment.Add(1)
	r.mu.Unlock()
	r.n.log.Warn("instance: step failed", "instance", r.id, "step", s, "tries", tries, "failed", failed, "err", cause)
	r.noteFailure(in)
	kick(r.n.wake)
}

// starting reports whether a step is part of bringing the guest up. r.mu is
// held.
func (r *runner) starting(s step) bool {
	return r.rec.Intent.Goal == cloud.GoalRunning && (s == stepStart || (s == stepSave && !r.stored))
}

// succeeded forgets the failures before a success.
func (r *runner) succeeded() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries, r.retry = 0, time.Time{}
	if !r.failed {
		r.reason = cloud.Reason{}
	}
}

// judge turns an error into what the tenant may read, and says whether trying
// again can help.
func judge(err error) (cloud.Reason, verdict) {
	e := cloud.AsError(err)
	code, msg, v := cloud.ReasonInternal, "the node could not start the instance", mayRepeat
	switch {
	case noRoom(err):
		code, msg, v = cloud.ReasonNoCapacity, "the node has no room left", final
	case errors.Is(err, cloud.Unavailable):
		msg, v = "the node is waiting for a service", mayPass
	case e.Resource == cloud.ResManifest || e.Resource == cloud.ResImage:
		code, msg = cloud.ReasonImageUnreadable, "the image could not be read"
		if e.Kind != cloud.Internal {
			v = final
		}
	}
	if e.Msg != "" {
		msg = e.Msg
	}
	return cloud.Reason{Code: code, Message: fmt.Sprintf("%s: %s", code, msg)}, v
}

// noRoom reports whether an error is that of a full host.
func noRoom(err error) bool {
	return errors.Is(err, cloud.Exhausted) || errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT)
}
