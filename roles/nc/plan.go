package nc

import (
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// step is one thing to do for an instance. Every step may be done twice.
type step int

const (
	stepNone     step = iota // nothing to do
	stepWait                 // nothing yet: the guest was asked to go down
	stepStart                // disk, tap, domain, network, CPUs running
	stepReboot               // ask the guest to reboot
	stepShutdown             // ask the guest to go down
	stepCut                  // cut the power
	stepRelease              // take the interface away
	stepErase                // remove everything
)

// seen is what plan decides on besides the intent.
type seen struct {
	record record
	domain hypervisor.Domain // zero ID: no such domain
	erased bool              // nothing of it is left
	asked  time.Time         // when the guest was asked to go down; zero: not yet
	now    time.Time
	grace  time.Duration
}

func (s seen) running() bool { return s.domain.ID != "" && s.domain.Power == hypervisor.PowerOn }
func (s seen) off() bool     { return s.domain.ID == "" || s.domain.Power == hypervisor.PowerOff }

// plan is the pure decision: the next step towards the intent.
func plan(in rpc.InstanceIntent, s seen) step {
	switch in.Goal {
	case cloud.GoalRunning:
		return planRunning(in, s)
	case cloud.GoalStopped:
		return planStopped(in, s)
	case cloud.GoalTerminated:
		if s.erased {
			return stepNone
		}
		return stepErase
	}
	return stepNone
}

func planRunning(in rpc.InstanceIntent, s seen) step {
	switch {
	case s.running() && s.record.Ran == in.Generation && s.record.Reboots < in.Reboots:
		return stepReboot
	case s.running() && s.record.Ran == in.Generation && s.record.Port:
		return stepNone
	case s.off() && wentDown(in, s):
		if s.record.Port {
			return stepRelease
		}
		return stepNone
	}
	return stepStart
}

// wentDown reports whether a guest that ran went off by itself or died:
// policy, not the node, decides what becomes of it. One that is off for
// another cause (the host was restarted, an operator cut its power) is started
// again.
func wentDown(in rpc.InstanceIntent, s seen) bool {
	return s.record.Ran == in.Generation &&
		(s.record.Off || s.domain.Cause == hypervisor.OffGuest || s.domain.Cause == hypervisor.OffCrashed)
}

func planStopped(in rpc.InstanceIntent, s seen) step {
	switch {
	case s.off() && s.record.Port:
		return stepRelease
	case s.off():
		return stepNone
	case in.Force || !s.running() || (!s.asked.IsZero() && s.now.Sub(s.asked) >= s.grace):
		return stepCut
	case s.asked.IsZero():
		return stepShutdown
	}
	return stepWait
}

// phase is what to report once plan has nothing more to do, or while it works.
func phase(in rpc.InstanceIntent, s seen, next step) cloud.Phase {
	switch {
	case in.Goal == cloud.GoalTerminated && s.erased:
		return cloud.PhaseGone
	case s.running() && s.record.Port:
		return cloud.PhaseUp
	case s.off() && (next == stepNone || next == stepRelease) && in.Goal != cloud.GoalTerminated:
		return cloud.PhaseDown
	}
	return cloud.PhasePreparing
}
