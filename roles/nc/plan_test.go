package nc

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

func TestPlan(t *testing.T) {
	on, off, paused := hypervisor.Domain{ID: "i", Power: hypervisor.PowerOn}, hypervisor.Domain{ID: "i"}, hypervisor.Domain{ID: "i", Power: hypervisor.PowerPaused}
	ran := record{Ran: 3, Port: true}
	went := record{Ran: 3, Port: true, Off: true}
	now := time.Unix(1000, 0)
	for name, c := range map[string]struct {
		goal  cloud.Goal
		s     seen
		want  step
		phase cloud.Phase
	}{
		"new":                          {cloud.GoalRunning, seen{}, stepStart, cloud.PhasePreparing},
		"new, not saved":               {cloud.GoalRunning, seen{unsaved: true}, stepSave, cloud.PhasePreparing},
		"runs":                         {cloud.GoalRunning, seen{record: ran, domain: on}, stepNone, cloud.PhaseUp},
		"runs, not saved":              {cloud.GoalRunning, seen{record: ran, domain: on, unsaved: true}, stepSave, cloud.PhaseUp},
		"runs since before":            {cloud.GoalRunning, seen{record: record{Ran: 2, Port: true}, domain: on}, stepStart, cloud.PhaseUp},
		"runs without interface":       {cloud.GoalRunning, seen{record: record{Ran: 3}, domain: on}, stepStart, cloud.PhasePreparing},
		"paused":                       {cloud.GoalRunning, seen{record: ran, domain: paused}, stepStart, cloud.PhasePreparing},
		"host was rebooted":            {cloud.GoalRunning, seen{record: ran, domain: off}, stepStart, cloud.PhasePreparing},
		"domain was removed":           {cloud.GoalRunning, seen{record: ran}, stepStart, cloud.PhasePreparing},
		"went down":                    {cloud.GoalRunning, seen{record: went, domain: off}, stepRelease, cloud.PhaseDown},
		"went down, then removed":      {cloud.GoalRunning, seen{record: went}, stepRelease, cloud.PhaseDown},
		"went down before, is wanted":  {cloud.GoalRunning, seen{record: record{Ran: 1, Off: true}, domain: off}, stepStart, cloud.PhasePreparing},
		"failed":                       {cloud.GoalRunning, seen{record: ran, domain: paused, failed: true}, stepCut, cloud.PhasePreparing},
		"failed, off":                  {cloud.GoalRunning, seen{record: ran, domain: off, failed: true}, stepRelease, cloud.PhaseDown},
		"failed, clean":                {cloud.GoalRunning, seen{failed: true}, stepNone, cloud.PhaseDown},
		"to stop":                      {cloud.GoalStopped, seen{record: ran, domain: on}, stepShutdown, cloud.PhaseUp},
		"asked":                        {cloud.GoalStopped, seen{record: ran, domain: on, asked: now.Add(-time.Second), again: now.Add(-time.Second)}, stepWait, cloud.PhaseUp},
		"asked, has not heard":         {cloud.GoalStopped, seen{record: ran, domain: on, asked: now.Add(-20 * time.Second), again: now.Add(-20 * time.Second)}, stepShutdown, cloud.PhaseUp},
		"asked, time is over":          {cloud.GoalStopped, seen{record: ran, domain: on, asked: now.Add(-time.Minute), again: now}, stepCut, cloud.PhaseUp},
		"to stop, paused":              {cloud.GoalStopped, seen{record: ran, domain: paused}, stepCut, cloud.PhasePreparing},
		"to stop, off":                 {cloud.GoalStopped, seen{record: ran, domain: off}, stepRelease, cloud.PhaseDown},
		"stopped":                      {cloud.GoalStopped, seen{record: record{Ran: 2}, domain: off}, stepNone, cloud.PhaseDown},
		"to go":                        {cloud.GoalTerminated, seen{record: ran, domain: on}, stepErase, cloud.PhaseUp},
		"to go, off":                   {cloud.GoalTerminated, seen{record: ran, domain: off}, stepErase, cloud.PhasePreparing},
		"gone":                         {cloud.GoalTerminated, seen{record: ran, erased: true}, stepNone, cloud.PhaseGone},
		"gone, never saved that it is": {cloud.GoalTerminated, seen{record: ran, erased: true, unsaved: true}, stepNone, cloud.PhaseGone},
		"nothing known":                {"", seen{domain: on}, stepNone, cloud.PhasePreparing},
	} {
		t.Run(name, func(t *testing.T) {
			in := rpc.InstanceIntent{Goal: c.goal, Generation: 3}
			c.s.now, c.s.grace = now, time.Minute
			got := plan(in, c.s)
			if got != c.want {
				t.Errorf("step %q, want %q", got, c.want)
			}
			if p := phase(in, c.s, got); p != c.phase {
				t.Errorf("phase %q, want %q", p, c.phase)
			}
		})
	}
	in := rpc.InstanceIntent{Goal: cloud.GoalStopped, Force: true}
	if got := plan(in, seen{record: ran, domain: on, now: now, grace: time.Minute}); got != stepCut {
		t.Errorf("forced: %q", got)
	}
	in = rpc.InstanceIntent{Goal: cloud.GoalRunning, Generation: 3, Reboots: 2}
	if got := plan(in, seen{record: ran, domain: on, now: now}); got != stepReboot {
		t.Errorf("to reboot: %q", got)
	}
}

// Whatever there is, the plan ends, ends at the goal, and stops no machine
// that should run.
func TestPlanReachesTheGoal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rpc.InstanceIntent{
			Goal:       rapid.SampledFrom([]cloud.Goal{cloud.GoalRunning, cloud.GoalStopped, cloud.GoalTerminated}).Draw(t, "goal"),
			Generation: rapid.Int64Range(1, 3).Draw(t, "generation"), Reboots: rapid.Int64Range(0, 2).Draw(t, "reboots"),
			Force: rapid.Bool().Draw(t, "force")}
		s := seen{now: time.Unix(1000, 0), grace: time.Minute, unsaved: rapid.Bool().Draw(t, "unsaved"), failed: rapid.Bool().Draw(t, "failed"),
			record: record{Intent: in, Ran: rapid.Int64Range(0, in.Generation).Draw(t, "ran"), Reboots: rapid.Int64Range(0, in.Reboots).Draw(t, "done"),
				Port: rapid.Bool().Draw(t, "port"), Off: rapid.Bool().Draw(t, "off")}}
		if rapid.Bool().Draw(t, "domain") {
			s.domain = hypervisor.Domain{ID: "i", Power: hypervisor.Power(rapid.IntRange(0, 2).Draw(t, "power"))}
		}
		deaf := rapid.Bool().Draw(t, "deaf")
		wasRunning, down, mayRun := s.running(), s.off() && wentDown(in, s), in.Goal == cloud.GoalRunning && !s.failed
		for n := 0; ; n++ {
			if n > 20 {
				t.Fatalf("no end: %+v", s)
			}
			next := plan(in, s)
			if mayRun && (next == stepShutdown || next == stepCut || next == stepErase) {
				t.Fatalf("%s of a machine that should run", next)
			}
			if down && next == stepStart {
				t.Fatal("a guest that went down by itself is started")
			}
			if s.unsaved && next != stepSave && !s.erased {
				t.Fatalf("%s before the record is saved", next)
			}
			if next == stepNone {
				break
			}
			apply(&s, in, next, deaf)
		}
		reached := map[cloud.Goal]bool{
			cloud.GoalRunning:    s.failed && s.off() && !s.record.Port || !s.failed && (down && s.off() && !s.record.Port || s.running() && s.record.Port && s.record.Reboots == in.Reboots && s.record.Ran == in.Generation),
			cloud.GoalStopped:    s.off() && !s.record.Port,
			cloud.GoalTerminated: s.erased,
		}
		if !reached[in.Goal] {
			t.Fatalf("ended at %+v", s)
		}
		if wasRunning && mayRun && !s.running() {
			t.Fatal("a machine that should run does not")
		}
	})
}

// apply is what a step that succeeds does to the world.
func apply(s *seen, in rpc.InstanceIntent, next step, deaf bool) {
	switch next {
	case stepSave:
		s.unsaved = false
	case stepWait:
		s.now = s.now.Add(time.Second * 14)
	case stepStart:
		if s.off() || s.record.Ran != in.Generation {
			s.record.Reboots = in.Reboots
		}
		s.domain = hypervisor.Domain{ID: "i", Power: hypervisor.PowerOn}
		s.record.Ran, s.record.Port, s.record.Off = in.Generation, true, false
	case stepReboot:
		s.record.Reboots, s.unsaved = in.Reboots, true
	case stepShutdown:
		if s.asked.IsZero() {
			s.asked = s.now
		}
		if s.again = s.now; !deaf {
			s.domain.Power = hypervisor.PowerOff
		}
	case stepCut:
		s.domain.Power = hypervisor.PowerOff
	case stepRelease:
		s.record.Port = false
	case stepErase:
		s.erased, s.domain = true, hypervisor.Domain{}
	case stepNone:
	}
}
