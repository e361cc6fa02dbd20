package cloud

import "time"

// Sighting is what a node reports of one of its instances.
type Sighting struct {
	Node       NodeID
	Generation int64
	Phase      Phase
	Reason     Reason
	Failed     bool
	GuestDown  bool
	Ran        bool
}

// Observe takes a sighting into the instance and applies the policies that
// follow from it. It reports whether anything changed. Sightings of a node the
// instance is not placed on, or that act on a generation older than one
// already acted on, change nothing: they were overtaken.
func (i *Instance) Observe(s Sighting, now time.Time) bool {
	if s.Node != i.Desired.Node || s.Generation < i.Observed.Generation {
		return false
	}
	o := Observed{Phase: s.Phase, Node: s.Node, Generation: s.Generation, Reason: s.Reason,
		Failed: s.Failed, GuestDown: s.GuestDown, Changed: i.Observed.Changed,
		Ran: s.Ran || s.Phase == PhaseUp || i.Observed.Ran || i.Observed.Phase == PhaseUp}
	if o.Phase != i.Observed.Phase {
		o.Changed = now
	}
	if o == i.Observed {
		return false
	}
	ranBefore := i.Observed.Phase == PhaseUp
	i.Observed = o
	i.follow(ranBefore, now)
	return true
}

// follow turns what was seen into a new goal where EC2 does: a launch that can
// never succeed is terminated, a guest that switched itself off or died stays
// off. One that has ever run is only stopped, whatever fails: there is work of
// its tenant on its disk.
func (i *Instance) follow(ranBefore bool, now time.Time) {
	o := i.Observed
	if i.Desired.Goal != GoalRunning || o.Generation != i.Desired.Generation {
		return
	}
	switch {
	case o.Failed && i.Desired.Generation == 1 && !o.Ran:
		i.Want(GoalTerminated, o.Reason, now)
	case o.Failed:
		i.Want(GoalStopped, o.Reason, now)
	case o.Phase == PhaseDown && (ranBefore || o.GuestDown || !o.Reason.IsZero()):
		i.Want(i.afterPowerOff(), i.powerOffReason(), now)
	}
}

func (i *Instance) afterPowerOff() Goal {
	if i.ShutdownBehavior == "terminate" {
		return GoalTerminated
	}
	return GoalStopped
}

func (i *Instance) powerOffReason() Reason {
	if i.Observed.GuestDown || i.Observed.Reason.IsZero() {
		return Reason{ReasonGuestShutdown, ReasonGuestShutdown + ": Instance initiated shutdown"}
	}
	return i.Observed.Reason
}

// Want sets a goal with its reason: one step of the generation. Wanting what
// is wanted already changes nothing.
func (i *Instance) Want(g Goal, why Reason, now time.Time) {
	if i.Desired.Goal == g {
		return
	}
	i.Desired.Goal, i.Desired.Reason, i.Desired.Changed = g, why, now
	i.Desired.Force = false
	i.Desired.Generation++
	if g == GoalRunning {
		i.Desired.Started = i.Desired.Generation
	}
}

// Transitioned is the time of the instance's last change of state.
func (i *Instance) Transitioned() time.Time {
	if i.Observed.Changed.After(i.Desired.Changed) {
		return i.Observed.Changed
	}
	return i.Desired.Changed
}
