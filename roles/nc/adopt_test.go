package nc_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/rpc"
)

// domains are what a node may find of an instance.
var domains = map[string]func(w *world) error{
	"running": func(*world) error { return nil },
	"paused": func(w *world) error {
		ctx := w.t.Context()
		return errors.Join(w.hv.Stop(ctx, id(1)), w.hv.Sim.Start(ctx, id(1)))
	},
	"off":      func(w *world) error { return w.hv.Stop(w.t.Context(), id(1)) },
	"absent":   func(w *world) error { return w.hv.Destroy(w.t.Context(), id(1)) },
	"went off": func(w *world) error { w.hv.GuestShutdown(id(1)); return nil },
	"crashed":  func(w *world) error { w.hv.Kill(id(1)); return nil },
}

// Whatever a node finds when it starts, whatever was wanted last and whatever
// is wanted now, it gets there, and a guest that runs and should is untouched.
func TestAdoption(t *testing.T) {
	goals := []cloud.Goal{cloud.GoalRunning, cloud.GoalStopped, cloud.GoalTerminated}
	for found, change := range domains {
		for _, was := range []string{"running", "lost", "broken"} {
			for _, goal := range goals {
				t.Run(fmt.Sprintf("%s, record %s, wanted %s", found, was, goal), func(t *testing.T) {
					inWorld(t, func(w *world) { adoption(w, found, change, was, goal) })
				})
			}
		}
	}
}

func adoption(w *world, found string, change func(w *world) error, was string, goal cloud.Goal) {
	w.node()
	w.head.want(intent(1), intent(2))
	w.reaches(1, cloud.PhaseUp)
	w.reaches(2, cloud.PhaseUp)
	w.crash()
	if err := change(w); err != nil {
		w.t.Fatal(err)
	}
	rec := filepath.Join(w.instances(), string(id(1)), "record.json")
	var err error
	switch was {
	case "lost":
		err = os.Remove(rec)
	case "broken":
		err = os.WriteFile(rec, []byte("{"), 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	boots := w.boots(1)
	if goal != cloud.GoalRunning {
		w.head.goal(id(1), goal)
	}
	w.node()
	// A guest that went down by itself under its goal stays so, if that is
	// recorded or still seen of a generation the record knows.
	down := (found == "went off" || found == "crashed") && was == "running" && goal == cloud.GoalRunning
	w.settle()
	switch {
	case goal == cloud.GoalTerminated:
		w.reaches(1, cloud.PhaseGone)
		w.wantState([]int{2}, nil)
	case goal == cloud.GoalStopped || down:
		w.reaches(1, cloud.PhaseDown)
		if s := w.state(); len(s.Running) != 1 || len(s.Ports) != 1 {
			w.t.Errorf("got %+v", s)
		}
	default:
		w.reaches(1, cloud.PhaseUp)
		w.wantState([]int{1, 2}, nil)
		if found == "running" && w.boots(1) != boots {
			w.t.Errorf("a running guest booted again")
		}
	}
	if n := w.boots(2); n != 1 {
		w.t.Errorf("the neighbour booted %d times", n)
	}
}

// While libvirt is away a node that starts serves what its records say,
// reports nothing it has not seen, and hears intents.
func TestStartWithoutTheHypervisor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.hv.setAway(true)
		w.node()
		w.until("a hello", func() bool { return w.head.spoken() })
		time.Sleep(time.Minute)
		synctest.Wait()
		if r := w.head.report(); len(r.Instances) != 0 || w.head.isReady() {
			t.Errorf("ready: %v; reported without having looked: %+v", w.head.isReady(), r)
		}
		if h := w.head.lastHello(); h.Capacity.VCPU != 8 || h.Hypervisor != "sim" {
			t.Errorf("said hello as %+v, not as it last was", h)
		}
		if m, ok := w.meta.Metadata(id(1)); !ok || m.Hostname != "host-1" {
			t.Error("no metadata for a guest that runs")
		}
		if conf, _ := w.fab.Config(); len(conf.Ports) != 1 || len(conf.Groups) != 1 {
			t.Errorf("network of the guest that runs: %+v", conf)
		}
		w.hv.setAway(false)
		w.reaches(1, cloud.PhaseUp)
		w.until("ready", w.head.isReady)
		if n := w.boots(1); n != 1 {
			t.Errorf("%d boots", n)
		}
	})
}

// Without a head, guests go on and their network is served from records.
func TestStartWithoutTheHead(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.setDown(cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away"))
		w.rebootHost()
		w.node()
		w.until("the guest to run again", func() bool { return len(w.state().Running) == 1 })
		w.settle()
		w.wantState([]int{1}, nil)
		if problem, _ := w.conditions.Load("head"); problem == "<nil>" || problem == nil {
			t.Error("the missing head is not told")
		}
		w.head.setDown(nil)
		w.reaches(1, cloud.PhaseUp)
		if problem, _ := w.conditions.Load("head"); problem != "<nil>" {
			t.Errorf("the head is back, and told as %v", problem)
		}
	})
}

// A domain no intent knows goes, but only when an intent was heard.
func TestStrangers(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx := w.t.Context()
		err := errors.Join(w.hv.Define(ctx, hypervisor.Spec{ID: id(9), VCPU: 1}), w.hv.Start(ctx, id(9)), w.hv.Resume(ctx, id(9)))
		if err != nil {
			t.Fatal(err)
		}
		w.head.setDown(cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away"))
		w.head.want(intent(1))
		w.node()
		w.settle()
		if s := w.state(); len(s.Running) != 1 {
			t.Errorf("a stranger was touched before an intent was heard: %+v", s)
		}
		w.head.setDown(nil)
		w.reaches(1, cloud.PhaseUp)
		w.settle()
		w.wantState([]int{1}, nil)
		if r := w.head.report(); len(r.Instances) != 1 {
			t.Errorf("the stranger is reported: %+v", r)
		}
	})
}

// An instance that is in no intent any more is erased, running or not.
func TestUnwanted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2), intent(3))
		for k := 1; k <= 3; k++ {
			w.reaches(k, cloud.PhaseUp)
		}
		w.head.goal(id(2), cloud.GoalStopped)
		w.reaches(2, cloud.PhaseDown)
		w.head.drop(id(1), id(2))
		w.until("them to be gone", func() bool { return len(w.head.report().Instances) == 1 })
		w.settle()
		w.wantState([]int{3}, nil)
	})
}

func TestOlderIntentsAreRefused(t *testing.T) {
	t.Run("revision", func(t *testing.T) {
		for _, restart := range []bool{false, true} {
			inWorld(t, func(w *world) {
				w.node()
				w.head.want(intent(1))
				w.reaches(1, cloud.PhaseUp)
				if restart {
					w.crash()
				}
				w.head.change(func() { // as if it was restored from an old backup
					w.head.rev = 3
					clear(w.head.instances)
				})
				if restart {
					w.node()
				}
				w.settle()
				if s := w.state(); len(s.Running) != 1 {
					t.Errorf("an older intent was obeyed: %+v", s)
				}
				if problem, _ := w.conditions.Load("head"); problem == "<nil>" {
					t.Error("it is not told that the head is behind")
				}
			})
		}
	})
	t.Run("generation", func(t *testing.T) {
		inWorld(t, func(w *world) {
			w.node()
			in := intent(1)
			in.Generation = 5
			w.head.want(in, intent(2))
			w.reaches(1, cloud.PhaseUp)
			w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Generation, in.Goal = 4, cloud.GoalTerminated })
			w.head.goal(id(2), cloud.GoalStopped)
			w.reaches(2, cloud.PhaseDown) // one that is refused holds up no other
			w.settle()
			w.wantState([]int{1}, []int{2})
		})
	})
}

// Nothing comes back from being terminated, not even by a mistake above.
func TestTerminatedIsFinal(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.goal(id(1), cloud.GoalTerminated)
		w.reaches(1, cloud.PhaseGone)
		w.head.goal(id(1), cloud.GoalRunning)
		w.settle()
		w.wantState(nil, nil)
	})
}

func TestAnotherClustersFolderIsRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.mu.Lock()
		w.head.cluster = "other"
		w.head.mu.Unlock()
		w.node()
		w.settle()
		if problem, _ := w.conditions.Load("head"); problem == "<nil>" {
			t.Error("another cluster's head is good enough")
		}
		w.wantState([]int{1}, nil)
	})
}
