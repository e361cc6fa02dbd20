package nc

import (
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// step is one thing to do for an instance. Every step may be done twice.
type step int

// The steps.
const (
	stepNone     step = iota // nothing to do
	stepWait                 // nothing yet: the guest was asked to go down
	stepSave                 // make the record durable
	stepStart                // disk, tap, domain, network, CPUs running
	stepReboot               // ask the guest to reboot
	stepShutdown             // ask the guest to go down
	stepCut                  // cut the power
	stepRelease              // take the interface away
	stepErase                // remove everything
)

var stepNames = map[step]string{stepNone: "none", stepWait: "wait", stepSave: "save", stepStart: "start",
	stepReboot: "reboot", stepShutdown: "shut down", stepCut: "cut the power", stepRelease: "release", stepErase: "erase"}

func (s step) String() string { return stepNames[s] }

// askAgain is how long a guest that was asked to go down is left alone before
// it is asked again: one that was still booting has not heard the first time.
const askAgain = 15 * time.Second

// seen is what plan decides on besides the intent.
type seen struct {
	record  record
	unsaved bool              // the record is newer than its file
	domain  hypervisor.Domain // zero ID: no such domain
	erased  bool              // nothing of it is left
	failed  bool              // starting it again will not help
	tries   int               // of a step that failed, in a row
	asked   time.Time         // when the guest was first asked to go down; zero: not yet
	again   time.Time         // when it was last asked
	now     time.Time
	grace   time.Duration
}

func (s seen) running() bool { return s.domain.ID != "" && s.domain.Power == hypervisor.PowerOn }
func (s seen) off() bool     { return s.domain.ID == "" || s.domain.Power == hypervisor.PowerOff }

// plan is the pure decision: the next step towards the intent. What is wanted
// is on disk before anything is done about it.
func plan(in rpc.InstanceIntent, s seen) step {
	if s.unsaved && !s.erased {
		return stepSave
	}
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
	case s.failed:
		return planOff(s)
	case s.off() && wentDown(in, s):
		return planOff(s)
	case s.running() && s.record.Ran == in.Generation && s.record.Reboots < in.Reboots:
		return stepReboot
	case s.running() && s.record.Ran == in.Generation && s.record.Port:
		return stepNone
	}
	return stepStart
}

// wentDown reports whether the guest went off by itself or died: policy, not
// the node, decides what becomes of it. One that is off for another cause (the
// host was restarted, an operator cut its power) is started again.
func wentDown(in rpc.InstanceIntent, s seen) bool {
	return s.record.Ran == in.Generation && s.record.Off
}

// planOff leaves the disk and nothing else.
func planOff(s seen) step {
	switch {
	case !s.off():
		return stepCut
	case s.record.Port:
		return stepRelease
	}
	return stepNone
}

func planStopped(in rpc.InstanceIntent, s seen) step {
	switch {
	case in.Force || !s.running() || (!s.asked.IsZero() && s.now.Sub(s.asked) >= s.grace):
		return planOff(s)
	case s.asked.IsZero() || s.now.Sub(s.again) >= askAgain:
		return stepShutdown
	}
	return stepWait
}

// phase is what to report of an instance whose next step is known.
func phase(in rpc.InstanceIntent, s seen, next step) cloud.Phase {
	if next == stepSave {
		s.unsaved = false
		next = plan(in, s)
	}
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
