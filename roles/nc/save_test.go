package nc_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/rpc"
)

// full makes every write of a record fail until mended is called.
func full(t *testing.T) (mended func()) {
	failpoint.Enable(t, "nc.save", "error(no space left on device)")
	return func() { failpoint.Enable(t, "nc.save", "pass") }
}

func TestAnInstanceThatCannotBeRecorded(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(2))
		w.reaches(2, cloud.PhaseUp)
		full(t)
		w.head.want(intent(1))
		w.until("the failure", func() bool { return w.head.sees(id(1)).Failed })
		w.head.goal(id(1), cloud.GoalTerminated)
		w.reaches(1, cloud.PhaseGone)
		w.settle()
		w.wantState([]int{2}, nil)
	})
}

// While records cannot be written, what runs goes on, what is to go goes, and
// what went down is told.
func TestAFullDisk(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2), intent(3), intent(4))
		for k := 1; k <= 4; k++ {
			w.reaches(k, cloud.PhaseUp)
		}
		mended := full(t)
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Reboots, in.Metadata.Hostname = 1, "other" })
		w.head.goal(id(2), cloud.GoalTerminated)
		w.hv.GuestShutdown(id(3))
		w.head.goal(id(4), cloud.GoalStopped)
		w.reaches(2, cloud.PhaseGone)
		w.until("the guest's end to be told", func() bool { r := w.head.sees(id(3)); return r.Phase == cloud.PhaseDown && r.GuestDown })
		w.settle()
		if s := w.state(); len(s.Running) != 2 {
			t.Errorf("running are %v", s.Running)
		}
		if m, _ := w.meta.Metadata(id(1)); m.Hostname != "other" {
			t.Errorf("metadata %+v", m)
		}
		if r := w.head.sees(id(1)); r.Failed || r.Phase != cloud.PhaseUp || w.boots(1) != 1 {
			t.Errorf("an instance that runs is reported as %+v, %d boots", r, w.boots(1))
		}
		mended()
		w.reaches(4, cloud.PhaseDown)
		w.until("the reboot", func() bool { return w.boots(1) == 2 })
		w.settle()
		w.wantState([]int{1}, []int{3, 4})
		if n := w.boots(1); n != 2 {
			t.Errorf("%d boots", n)
		}
		w.rebootHost()
		w.node()
		w.settle()
		w.wantState([]int{1}, []int{3, 4})
	})
}

// Being erased is known even when it could not be written: a crash and a
// missing head do not bring the guest back.
func TestACondemnedInstanceIsErased(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2))
		w.reaches(1, cloud.PhaseUp)
		w.reaches(2, cloud.PhaseUp)
		full(t)
		failpoint.Enable(t, "nc.erase", "error(here)")
		w.head.goal(id(1), cloud.GoalTerminated)
		w.until("the mark", func() bool {
			_, err := os.Stat(filepath.Join(w.instances(), string(id(1)), "erase.json"))
			return err == nil
		})
		w.crash()
		failpoint.Enable(t, "nc.erase", "pass")
		w.head.setDown(cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "away"))
		w.node()
		w.settle()
		w.wantState([]int{2}, nil)
		w.head.setDown(nil)
		w.reaches(1, cloud.PhaseGone)
	})
}

// Unchanged intents cost no writes.
func TestRecordsAreWrittenOnChange(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(2))
		w.reaches(1, cloud.PhaseUp)
		w.reaches(2, cloud.PhaseUp)
		stamp := func(k int) time.Time {
			st, err := os.Stat(filepath.Join(w.instances(), string(id(k)), "record.json"))
			if err != nil {
				t.Fatal(err)
			}
			return st.ModTime()
		}
		one, two := stamp(1), stamp(2)
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Metadata.Hostname = "other" })
		w.until("the change to be written", func() bool { return stamp(1) != one })
		if stamp(2) != two {
			t.Error("the other record was written too")
		}
	})
}
