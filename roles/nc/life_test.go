package nc_test

import (
	"testing"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

func TestStartStopStartTerminate(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2))
		w.reaches(1, cloud.PhaseUp)
		w.reaches(2, cloud.PhaseUp)
		w.wantState([]int{1, 2}, nil)
		if m, ok := w.meta.Metadata(id(1)); !ok || m.Hostname != "host-1" {
			t.Errorf("metadata %+v %v", m, ok)
		}

		w.head.goal(id(1), cloud.GoalStopped)
		w.reaches(1, cloud.PhaseDown)
		w.settle()
		w.wantState([]int{2}, []int{1})
		if r := w.head.sees(id(1)); r.GuestDown || r.Failed || !r.Reason.IsZero() {
			t.Errorf("a guest that was stopped is reported as %+v", r)
		}

		w.head.goal(id(1), cloud.GoalRunning)
		w.reaches(1, cloud.PhaseUp)
		w.wantState([]int{1, 2}, nil)

		w.head.goal(id(1), cloud.GoalTerminated)
		w.reaches(1, cloud.PhaseGone)
		w.wantState([]int{2}, nil)
		w.head.drop(id(1))
		w.until("it to be forgotten", func() bool { return len(w.head.report().Instances) == 1 })
		if _, ok := w.meta.Metadata(id(1)); ok {
			t.Error("metadata of an instance that is gone")
		}
		if n := w.boots(2); n != 1 {
			t.Errorf("the other guest booted %d times", n)
		}
	})
}

func TestStopAsksFirst(t *testing.T) {
	inWorld(t, func(w *world) {
		w.hv.Deafen(id(2))
		w.node()
		w.head.want(intent(1), intent(2), intent(3))
		for k := 1; k <= 3; k++ {
			w.reaches(k, cloud.PhaseUp)
		}
		begin := time.Now()
		w.head.goal(id(1), cloud.GoalStopped)
		w.head.goal(id(2), cloud.GoalStopped)
		w.head.alter(id(3), func(in *rpc.InstanceIntent) { in.Goal, in.Force, in.Generation = cloud.GoalStopped, true, 2 })
		took := map[int]time.Duration{}
		for _, k := range []int{3, 1, 2} {
			w.reaches(k, cloud.PhaseDown)
			took[k] = time.Since(begin)
		}
		if took[3] > time.Second || took[1] < 5*time.Second || took[1] > 10*time.Second || took[2] < time.Minute || took[2] > 62*time.Second {
			t.Errorf("forced took %v, asked (5 s) %v, deaf (1 min) %v", took[3], took[1], took[2])
		}
	})
}

// Force may come while the node waits for the guest.
func TestForceAfterAsking(t *testing.T) {
	inWorld(t, func(w *world) {
		w.hv.Deafen(id(1))
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.goal(id(1), cloud.GoalStopped)
		time.Sleep(10 * time.Second)
		begin := time.Now()
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Force, in.Generation = true, in.Generation+1 })
		w.reaches(1, cloud.PhaseDown)
		if d := time.Since(begin); d > time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestReboot(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Reboots++ })
		w.until("a second boot", func() bool { return w.boots(1) == 2 })
		w.head.want(intent(2)) // the same intent comes again
		w.reaches(2, cloud.PhaseUp)
		w.node()
		w.reaches(1, cloud.PhaseUp)
		w.settle()
		if n := w.boots(1); n != 2 {
			t.Errorf("%d boots after one reboot", n)
		}
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Reboots += 2 })
		w.settle()
		if n := w.boots(1); n != 3 {
			t.Errorf("%d boots, want those asked for together done as one", n)
		}
	})
}

// A reboot asked for before the guest ran is part of its boot.
func TestRebootBeforeTheBoot(t *testing.T) {
	inWorld(t, func(w *world) {
		in := intent(1)
		in.Reboots = 3
		w.node()
		w.head.want(in)
		w.reaches(1, cloud.PhaseUp)
		w.settle()
		if n := w.boots(1); n != 1 {
			t.Errorf("%d boots", n)
		}
	})
}

func TestGuestGoesDown(t *testing.T) {
	for name, c := range map[string]struct {
		down  func(w *world)
		guest bool
		why   string
	}{
		"by itself":  {func(w *world) { w.hv.GuestShutdown(id(1)) }, true, ""},
		"by a crash": {func(w *world) { w.hv.Kill(id(1)) }, false, cloud.ReasonInternal},
		"while no node runs": {func(w *world) {
			w.crash()
			w.hv.GuestShutdown(id(1))
			w.node()
		}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.node()
				w.head.want(intent(1))
				w.reaches(1, cloud.PhaseUp)
				c.down(w)
				w.reaches(1, cloud.PhaseDown)
				if r := w.head.sees(id(1)); r.GuestDown != c.guest || r.Reason.Code != c.why || r.Failed {
					t.Errorf("reported as %+v", r)
				}
				w.settle()
				w.wantState(nil, []int{1})
				w.rebootHost() // libvirt forgets why
				w.node()
				w.reaches(1, cloud.PhaseDown)
				w.settle()
				if r := w.head.sees(id(1)); r.GuestDown != c.guest || r.Reason.Code != c.why {
					t.Errorf("after a restart reported as %+v", r)
				}
				if n := w.boots(1); n != 1 {
					t.Errorf("it was started again: %d boots", n)
				}
				w.head.goal(id(1), cloud.GoalStopped) // policy
				w.reaches(1, cloud.PhaseDown)
				w.head.goal(id(1), cloud.GoalRunning)
				w.reaches(1, cloud.PhaseUp)
				w.wantState([]int{1}, nil)
			})
		})
	}
}

func TestPowerIsCutFromOutside(t *testing.T) {
	for name, cut := range map[string]func(w *world){
		"operator cuts the power":     func(w *world) { _ = w.hv.Stop(w.t.Context(), id(1)) },
		"operator removes the domain": func(w *world) { _ = w.hv.Destroy(w.t.Context(), id(1)) },
		"host is rebooted":            func(w *world) { w.rebootHost(); w.node() },
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.node()
				w.head.want(intent(1), intent(2))
				w.reaches(1, cloud.PhaseUp)
				w.reaches(2, cloud.PhaseUp)
				w.head.goal(id(2), cloud.GoalStopped)
				w.reaches(2, cloud.PhaseDown)
				w.settle()
				cut(w)
				w.until("it to run again", func() bool { return len(w.state().Running) == 1 })
				w.settle()
				w.reaches(1, cloud.PhaseUp)
				w.wantState([]int{1}, []int{2})
			})
		})
	}
}
