package nc

import (
	"context"
	"errors"
	"time"
)

// idle is the longest a runner sleeps: everything that matters kicks it.
const idle = time.Hour

// run converges until ctx ends.
func (r *runner) run(ctx context.Context) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		timer.Reset(r.converge(ctx))
		select {
		case <-r.kick:
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// converge does steps until there is nothing to do, or nothing can be done
// now, and returns when to look again.
func (r *runner) converge(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		in, s, known := r.state()
		if !known {
			return idle // the next listing kicks
		}
		next := plan(in, s)
		if next == stepNone {
			r.succeeded()
		}
		if next != stepSave || s.tries > 0 { // first the fact, then its report; a full disk hides nothing
			r.note(in, s, next)
		}
		if wait := r.rest(s, next); wait > 0 {
			return wait
		}
		switch err := r.do(ctx, next, in); {
		case ctx.Err() != nil:
			return idle
		case errors.Is(err, errOvertaken):
		case err != nil:
			r.fail(in, next, err)
		default:
			r.succeeded()
		}
	}
	return idle
}

// rest is how long there is nothing to do for.
func (r *runner) rest(s seen, next step) time.Duration {
	switch next {
	case stepNone:
		return idle
	case stepWait:
		return max(min(s.asked.Add(s.grace).Sub(s.now), s.again.Add(askAgain).Sub(s.now)), time.Millisecond)
	default: // a step that failed: as long as it is left alone
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.retry.Sub(s.now) // zero time: long ago
}
