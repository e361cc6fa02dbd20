package cloud

import (
	"testing"
	"time"
)

// TestState walks every cell of the state table.
func TestState(t *testing.T) {
	want := map[Goal]map[Phase]State{
		GoalRunning: {PhaseNone: StatePending, PhasePreparing: StatePending, PhaseUp: StateRunning,
			PhaseDown: StatePending, PhaseGone: StatePending},
		GoalStopped: {PhaseNone: StateStopped, PhasePreparing: StateStopping, PhaseUp: StateStopping,
			PhaseDown: StateStopped, PhaseGone: StateStopped},
		GoalTerminated: {PhaseNone: StateTerminated, PhasePreparing: StateShuttingDown, PhaseUp: StateShuttingDown,
			PhaseDown: StateShuttingDown, PhaseGone: StateTerminated},
	}
	for g, row := range want {
		for p, s := range row {
			i := Instance{Desired: Desired{Goal: g}, Observed: Observed{Phase: p}}
			if got := i.State(); got != s {
				t.Errorf("goal %s, phase %q: %s, want %s", g, p, got, s)
			}
		}
	}
	placed := Instance{Desired: Desired{Goal: GoalTerminated, Node: "n1"}}
	if got := placed.State(); got != StateShuttingDown {
		t.Errorf("placed, unreported, terminated: %s; its node may have begun", got)
	}
}

func TestObserve(t *testing.T) {
	now := time.Unix(1000, 0)
	base := Instance{ShutdownBehavior: "stop",
		Desired: Desired{Goal: GoalRunning, Generation: 1, Node: "n1"}}
	up := func(i Instance) Instance {
		i.Observed = Observed{Phase: PhaseUp, Node: "n1", Generation: 1}
		return i
	}
	second := func(i Instance) Instance {
		i.Desired.Generation = 3
		return i
	}
	terminating := func(i Instance) Instance {
		i.ShutdownBehavior = "terminate"
		return i
	}
	full := Reason{ReasonNoCapacity, "disk full"}
	for name, c := range map[string]struct {
		in      Instance
		s       Sighting
		changed bool
		state   State
		reason  string
	}{
		"comes up":             {base, Sighting{Node: "n1", Generation: 1, Phase: PhaseUp}, true, StateRunning, ""},
		"other node":           {base, Sighting{Node: "n2", Generation: 1, Phase: PhaseUp}, false, StatePending, ""},
		"stale generation":     {up(base), Sighting{Node: "n1", Generation: 0, Phase: PhaseDown}, false, StateRunning, ""},
		"first launch fails":   {base, Sighting{Node: "n1", Generation: 1, Phase: PhasePreparing, Failed: true, Reason: full}, true, StateShuttingDown, ReasonNoCapacity},
		"later start fails":    {second(base), Sighting{Node: "n1", Generation: 3, Phase: PhaseDown, Failed: true, Reason: full}, true, StateStopped, ReasonNoCapacity},
		"ran, then fails":      {up(base), Sighting{Node: "n1", Generation: 1, Phase: PhasePreparing, Failed: true, Reason: full}, true, StateStopping, ReasonNoCapacity},
		"ran unseen, fails":    {base, Sighting{Node: "n1", Generation: 1, Phase: PhaseDown, Failed: true, Ran: true, Reason: full}, true, StateStopped, ReasonNoCapacity},
		"guest switches off":   {up(base), Sighting{Node: "n1", Generation: 1, Phase: PhaseDown, GuestDown: true}, true, StateStopped, ReasonGuestShutdown},
		"… and is terminated":  {up(terminating(base)), Sighting{Node: "n1", Generation: 1, Phase: PhaseDown, GuestDown: true}, true, StateShuttingDown, ReasonGuestShutdown},
		"emulator dies":        {up(base), Sighting{Node: "n1", Generation: 1, Phase: PhaseDown, Reason: Reason{ReasonInternal, "died"}}, true, StateStopped, ReasonInternal},
		"down before starting": {second(base), Sighting{Node: "n1", Generation: 2, Phase: PhaseDown}, true, StatePending, ""},
	} {
		t.Run(name, func(t *testing.T) {
			i := c.in
			if got := i.Observe(c.s, now); got != c.changed {
				t.Errorf("changed = %v, want %v", got, c.changed)
			}
			if i.State() != c.state || i.StateReason().Code != c.reason {
				t.Errorf("state %s reason %q, want %s %q", i.State(), i.StateReason().Code, c.state, c.reason)
			}
			if i.Observe(c.s, now.Add(time.Hour)) {
				t.Error("the same sighting again changed something")
			}
		})
	}
}

// An instance that was started and stopped again before its node said anything
// of the start is not known to be off.
func TestStopAfterUnseenStart(t *testing.T) {
	i := Instance{VCPU: 1, Memory: GiB, Disk: GiB, Desired: Desired{Goal: GoalRunning, Generation: 1, Node: "n1"}}
	sees := func(p Phase) {
		i.Observe(Sighting{Node: "n1", Generation: i.Desired.Generation, Phase: p}, time.Time{})
	}
	sees(PhaseUp)
	i.Want(GoalStopped, Reason{}, time.Time{})
	sees(PhaseDown)
	if i.State() != StateStopped || i.Holds() != (Capacity{Disk: GiB}) {
		t.Fatalf("%s, holds %+v", i.State(), i.Holds())
	}
	i.Want(GoalRunning, Reason{}, time.Time{})
	i.Want(GoalStopped, Reason{}, time.Time{})
	if i.State() != StateStopping || i.Holds().VCPU != 1 {
		t.Errorf("%s, holds %+v", i.State(), i.Holds())
	}
	sees(PhaseDown)
	if i.State() != StateStopped {
		t.Errorf("%s after its node said so", i.State())
	}
	i.Want(GoalTerminated, Reason{}, time.Time{})
	if i.State() != StateShuttingDown || i.Holds() != (Capacity{Disk: GiB}) {
		t.Errorf("%s, holds %+v", i.State(), i.Holds())
	}
}
