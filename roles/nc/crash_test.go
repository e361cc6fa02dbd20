package nc_test

import (
	"fmt"
	"slices"
	"testing"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/rpc"
)

// operation is one thing that is asked of a node which runs instances 1 and 2.
type operation struct {
	name    string
	before  cloud.Goal // of instance 1
	order   func(w *world)
	phase   cloud.Phase
	running bool // in the end
	boots   int  // in the end, when nothing goes wrong
}

var operations = []operation{
	{"run", "", func(w *world) { w.head.want(intent(1)) }, cloud.PhaseUp, true, 1},
	{"reboot", cloud.GoalRunning, func(w *world) {
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Reboots++ })
	}, cloud.PhaseUp, true, 2},
	{"stop", cloud.GoalRunning, func(w *world) { w.head.goal(id(1), cloud.GoalStopped) }, cloud.PhaseDown, false, 1},
	{"force stop", cloud.GoalRunning, func(w *world) {
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Goal, in.Force, in.Generation = cloud.GoalStopped, true, 2 })
	}, cloud.PhaseDown, false, 1},
	{"start", cloud.GoalStopped, func(w *world) { w.head.goal(id(1), cloud.GoalRunning) }, cloud.PhaseUp, true, 2},
	{"terminate", cloud.GoalRunning, func(w *world) { w.head.goal(id(1), cloud.GoalTerminated) }, cloud.PhaseGone, false, 0},
	{"terminate stopped", cloud.GoalStopped, func(w *world) { w.head.goal(id(1), cloud.GoalTerminated) }, cloud.PhaseGone, false, 0},
}

func (o operation) prepare(w *world) {
	w.node()
	w.head.want(intent(2))
	w.reaches(2, cloud.PhaseUp)
	if o.before == "" {
		return
	}
	w.head.want(intent(1))
	w.reaches(1, cloud.PhaseUp)
	if o.before == cloud.GoalStopped {
		w.head.goal(id(1), cloud.GoalStopped)
		w.reaches(1, cloud.PhaseDown)
	}
	w.settle()
}

func (o operation) check(w *world, boots bool) {
	w.t.Helper()
	w.until("the end", func() bool {
		r := w.head.sees(id(1))
		return r.Phase == o.phase && r.Generation == w.head.generation(id(1))
	})
	w.settle()
	w.reaches(1, o.phase)
	switch {
	case o.running:
		w.wantState([]int{1, 2}, nil)
	case o.phase == cloud.PhaseDown:
		w.wantState([]int{2}, []int{1})
	default:
		w.wantState([]int{2}, nil)
	}
	if r := w.head.sees(id(1)); r.Failed || !r.Reason.IsZero() || r.GuestDown {
		w.t.Errorf("reported as %+v", r)
	}
	if n := w.boots(1); boots && o.boots > 0 && n != o.boots {
		w.t.Errorf("the guest booted %d times, want %d", n, o.boots)
	}
	if n := w.boots(2); boots && n != 1 {
		w.t.Errorf("the neighbour booted %d times", n)
	}
}

// points are the failpoints an operation passes, in no order.
func (o operation) points(t *testing.T) []string {
	var names []string
	inWorld(t, func(w *world) {
		o.prepare(w)
		failpoint.Enable(t, "none", "pass")
		o.order(w)
		o.check(w, true)
		names = failpoint.Names()
	})
	return names
}

// faults are what happens at a failpoint.
var faults = []struct {
	name  string
	act   func(w *world)
	boots bool // guests run through it
}{
	{"error", func(*world) {}, true},
	{"crash", func(w *world) { w.crash(); w.node() }, true},
	{"crash, libvirt away", func(w *world) { w.crash(); w.hv.setAway(true); w.node(); w.settle(); w.hv.setAway(false) }, true},
	{"crash, head away", func(w *world) {
		w.crash()
		w.head.setDown(cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away"))
		w.node()
		w.settle()
		w.head.setDown(nil)
	}, true},
	{"host reboot", func(w *world) { w.rebootHost(); w.node() }, false},
}

// TestEveryFailpoint lets every operation fail, and its node die, at every
// point: the end is the same and nothing is left over.
func TestEveryFailpoint(t *testing.T) {
	visited := map[string]bool{}
	for _, o := range operations {
		t.Run(o.name, func(t *testing.T) {
			points := o.points(t)
			if len(points) == 0 {
				t.Fatal("it passes no failpoint")
			}
			for _, p := range points {
				visited[p] = true
				for _, f := range faults {
					t.Run(p+" "+f.name, func(t *testing.T) {
						inWorld(t, func(w *world) {
							o.prepare(w)
							failpoint.Enable(t, p, "1*error(here)")
							o.order(w)
							w.until("the failpoint", func() bool { return slices.Contains(failpoint.Names(), p) })
							f.act(w)
							// What was done and not yet written down is done again.
							again := p == "nc.rebooted" && f.name != "error"
							o.check(w, f.boots && !again)
							if n := w.boots(1); again && (n < o.boots || n > o.boots+1) {
								t.Errorf("%d boots", n)
							}
						})
					})
				}
			}
		})
	}
	for _, p := range []string{"nc.save", "nc.start", "nc.disk", "nc.tap", "nc.define", "nc.paused", "nc.connected", "nc.resumed", "nc.rebooted",
		"nc.cut", "nc.released", "nc.erase", "nc.destroyed", "nc.unplugged", "nc.unpinned", "nc.erased"} {
		if !visited[p] {
			t.Errorf("no operation passes %s", p)
		}
	}
}

// TestGoalChangesWhileTheNodeIsDead lets the node die at every point of a
// start, and the goal be another one when it is back.
func TestGoalChangesWhileTheNodeIsDead(t *testing.T) {
	run := operations[0]
	for _, p := range run.points(t) {
		for _, o := range operations[2:] {
			if o.before != cloud.GoalRunning {
				continue
			}
			t.Run(fmt.Sprintf("%s, %s", p, o.name), func(t *testing.T) {
				inWorld(t, func(w *world) {
					run.prepare(w)
					failpoint.Enable(t, p, "1*error(here)")
					run.order(w)
					w.until("the failpoint", func() bool { return slices.Contains(failpoint.Names(), p) })
					w.crash()
					o.order(w)
					w.node()
					w.settle()
					w.reaches(1, o.phase)
					s := w.state()
					gone := o.phase == cloud.PhaseGone
					if len(s.Running) != 1 || len(s.Ports) != 1 || len(s.Taps) != 1 || (gone && (len(s.Folders) != 1 || len(s.Pins) != 1 || len(s.Off) != 0)) {
						t.Errorf("left %+v", s)
					}
				})
			})
		}
	}
}
