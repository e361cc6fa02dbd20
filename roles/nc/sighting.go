package nc

import (
	"cmp"

	"ecc/cloud"
	"ecc/rpc"
)

// note puts what is seen into the report, and sends it if it is news.
func (r *runner) note(in rpc.InstanceIntent, s seen, next step) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tell(in, phase(in, s, next))
}

// noteFailure puts why a step failed into the report; what is seen stays as it
// was until a listing tells.
func (r *runner) noteFailure(in rpc.InstanceIntent) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.overtaken(in) {
		r.tell(in, cmp.Or(r.last.Phase, cloud.PhasePreparing))
	}
}

// tell makes the report. r.mu is held.
func (r *runner) tell(in rpc.InstanceIntent, p cloud.Phase) {
	if in.Generation == 0 {
		return // a domain or folder that no intent was ever taken for
	}
	rep := rpc.InstanceReport{ID: r.id, Generation: in.Generation, Phase: p,
		Reason: r.reason, Failed: r.failed, Ran: r.rec.Ran > 0, Changed: r.last.Changed}
	if in.Goal == cloud.GoalRunning && r.rec.Off && r.rec.Ran == in.Generation && p != cloud.PhaseUp {
		rep.GuestDown, rep.Reason = r.rec.Guest, r.rec.Reason
	}
	if rep == r.last {
		return
	}
	if rep.Phase != r.last.Phase {
		rep.Changed = r.n.deps.Now()
		r.n.log.Info("instance", "instance", r.id, "phase", p, "goal", in.Goal, "generation", in.Generation)
	}
	r.last = rep
	kick(r.n.report)
}

// overtaken reports whether there is a newer goal than that of in. r.mu is
// held.
func (r *runner) overtaken(in rpc.InstanceIntent) bool {
	return r.rec.Intent.Generation != in.Generation || r.rec.Intent.Goal != in.Goal
}

// sighting is the newest report of the instance, known once its domain was
// looked at: until then what the cluster knows of it stands. ours is false of
// a domain or folder that no intent was ever taken for.
func (r *runner) sighting() (rep rpc.InstanceReport, ours, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last, r.rec.Intent.Generation > 0, r.last.Phase != ""
}
