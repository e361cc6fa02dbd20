package nc_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"ecc/cloud"
	hvsim "ecc/hypervisor/sim"
	"ecc/rpc"
)

// A failure that passes is not seen in the end, wherever it was.
func TestFailuresPass(t *testing.T) {
	broken := errors.New("broken")
	for _, op := range []hvsim.Op{hvsim.OpList, hvsim.OpDefine, hvsim.OpStart, hvsim.OpResume, hvsim.OpShutdown,
		hvsim.OpReboot, hvsim.OpStop, hvsim.OpDestroy, "EnsureTap", "Set", "disk"} {
		t.Run(string(op), func(t *testing.T) {
			inWorld(t, func(w *world) {
				failing := func() {
					switch op {
					case "EnsureTap", "Set":
						w.fab.FailNext(string(op), broken)
					case "disk":
						w.disks.failNext(broken)
					default:
						w.hv.FailNext(op, broken)
					}
				}
				w.hv.Deafen(id(1))
				failing()
				w.node()
				w.head.want(intent(1), intent(2))
				w.reaches(1, cloud.PhaseUp)
				w.reaches(2, cloud.PhaseUp)
				failing()
				w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.Reboots++ })
				w.until("the reboot", func() bool { return w.boots(1) == 2 })
				failing()
				w.head.goal(id(1), cloud.GoalStopped)
				w.reaches(1, cloud.PhaseDown)
				failing()
				w.head.goal(id(1), cloud.GoalRunning)
				w.reaches(1, cloud.PhaseUp)
				if r := w.head.sees(id(1)); r.Failed || !r.Reason.IsZero() {
					t.Errorf("runs, and is reported as %+v", r)
				}
				failing()
				w.head.goal(id(2), cloud.GoalTerminated)
				w.reaches(2, cloud.PhaseGone)
				w.settle()
				w.wantState([]int{1}, nil)
			})
		})
	}
}

func TestAStartThatCannotSucceed(t *testing.T) {
	full := fmt.Errorf("make the overlay: %w", syscall.ENOSPC)
	damaged := cloud.Errorf(cloud.Invalid, cloud.ResImage, string(image), "block 7 is damaged")
	refused := &cloud.Error{Kind: cloud.Internal, Resource: cloud.ResInstance, Msg: "libvirt refused", Err: errors.New("secret")}
	for name, c := range map[string]struct {
		break_ func(w *world)
		reason string
		tries  int // at the disk
	}{
		"disk full":                 {func(w *world) { w.disks.failNext(full) }, cloud.ReasonNoCapacity + ": the node has no room left", 1},
		"cache full":                {func(w *world) { w.disks.failNext(cloud.Errorf(cloud.Exhausted, "", "", "no room for the image")) }, cloud.ReasonNoCapacity + ": no room for the image", 1},
		"image damaged":             {func(w *world) { w.disks.failNext(damaged) }, cloud.ReasonImageUnreadable + ": block 7 is damaged", 1},
		"something for ever":        {func(w *world) { w.disks.failNext(slices.Repeat([]error{errors.New("secret")}, 9)...) }, cloud.ReasonInternal + ": the node could not start the instance", 4},
		"libvirt refuses to define": {func(w *world) { w.failMany(hvsim.OpDefine, refused) }, cloud.ReasonInternal + ": libvirt refused", 4},
		"libvirt refuses to start":  {func(w *world) { w.failMany(hvsim.OpStart, refused) }, cloud.ReasonInternal + ": libvirt refused", 4},
		"libvirt refuses to resume": {func(w *world) { w.failMany(hvsim.OpResume, refused) }, cloud.ReasonInternal + ": libvirt refused", 1},
		"no tap": {func(w *world) {
			for range 9 {
				w.fab.FailNext("EnsureTap", errors.New("secret"))
			}
		}, cloud.ReasonInternal + ": the node could not start the instance", 4},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.node()
				w.head.want(intent(2))
				w.reaches(2, cloud.PhaseUp)
				calls := w.disks.ensured()
				c.break_(w)
				w.head.want(intent(1))
				w.until("the failure", func() bool { return w.head.sees(id(1)).Failed })
				if r := w.head.sees(id(1)); r.Reason.Message != c.reason || !strings.HasPrefix(c.reason, r.Reason.Code) {
					t.Errorf("reason %q, want %q", r.Reason.Message, c.reason)
				}
				w.reaches(1, cloud.PhaseDown)
				w.settle()
				s := w.state()
				if len(s.Running) != 1 || len(s.Taps) != 1 || len(s.Ports) != 1 {
					t.Errorf("a failed start left %+v", s)
				}
				if n := w.disks.ensured() - calls; n != c.tries {
					t.Errorf("%d tries at the disk, want %d", n, c.tries)
				}
				w.head.goal(id(1), cloud.GoalTerminated) // policy
				w.reaches(1, cloud.PhaseGone)
				w.settle()
				w.wantState([]int{2}, nil)
			})
		})
	}
}

func (w *world) failMany(op hvsim.Op, err error) {
	for range 9 {
		w.hv.FailNext(op, err)
	}
}

// What is only away is waited for, and the tenant can read it.
func TestAStartWaitsForAService(t *testing.T) {
	inWorld(t, func(w *world) {
		w.disks.failNext(slices.Repeat([]error{cloud.Errorf(cloud.Unavailable, cloud.ResImage, "", "the node waits for the image store")}, 30)...)
		w.node()
		w.head.want(intent(1))
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		r := w.head.sees(id(1))
		if r.Failed || r.Phase != cloud.PhasePreparing || r.Reason.Message != cloud.ReasonInternal+": the node waits for the image store" {
			t.Errorf("reported as %+v", r)
		}
		if w.disks.ensured() > 60 {
			t.Errorf("%d tries in five minutes", w.disks.ensured())
		}
		w.reaches(1, cloud.PhaseUp)
		if r := w.head.sees(id(1)); !r.Reason.IsZero() {
			t.Errorf("runs, with the reason %+v", r.Reason)
		}
	})
}

// A goal that changes ends the wait for an image at once.
func TestGoalChangesWhileTheImageComes(t *testing.T) {
	for _, c := range []struct {
		goal  cloud.Goal
		phase cloud.Phase
	}{{cloud.GoalStopped, cloud.PhaseDown}, {cloud.GoalTerminated, cloud.PhaseGone}} {
		t.Run(string(c.goal), func(t *testing.T) {
			inWorld(t, func(w *world) {
				w.disks.blocked()
				w.node()
				w.head.want(intent(1))
				w.until("the image", func() bool { return w.disks.ensured() == 1 })
				begin := time.Now()
				w.head.goal(id(1), c.goal)
				w.reaches(1, c.phase)
				if d := time.Since(begin); d > time.Second {
					t.Errorf("took %v", d)
				}
				w.settle()
				if s := w.state(); len(s.Running)+len(s.Off)+len(s.Taps)+len(s.Pins) > 0 || (len(s.Folders) > 0) != (c.goal == cloud.GoalStopped) {
					t.Errorf("left %+v", s)
				}
			})
		})
	}
}

// The same goal with other groups does not begin the fetch anew.
func TestGroupsChangeWhileTheImageComes(t *testing.T) {
	inWorld(t, func(w *world) {
		release := w.disks.blocked()
		w.node()
		w.head.want(intent(1))
		w.until("the image", func() bool { return w.disks.ensured() == 1 })
		const groupB = cloud.GroupID("sg-0000000000000000b")
		w.head.change(func() { w.head.groups = append(w.head.groups, rpc.GroupIntent{ID: groupB}) })
		w.head.alter(id(1), func(in *rpc.InstanceIntent) { in.NIC.Groups = []cloud.GroupID{groupB} })
		synctest.Wait()
		release()
		w.reaches(1, cloud.PhaseUp)
		conf, _ := w.fab.Config()
		if w.disks.ensured() != 1 || len(conf.Ports) != 1 || !slices.Equal(conf.Ports[0].Groups, []cloud.GroupID{groupB}) {
			t.Errorf("%d fetches, ports %+v", w.disks.ensured(), conf.Ports)
		}
	})
}

// An instance waiting for its image keeps nobody from starting.
func TestASlowImageHoldsUpNobody(t *testing.T) {
	inWorld(t, func(w *world) {
		w.disks.blocked()
		w.node()
		w.head.want(intent(1), intent(2), intent(3)) // more than may start at once
		w.until("the images", func() bool { return w.disks.ensured() == 3 })
		w.disks.mu.Lock()
		w.disks.block = nil
		w.disks.mu.Unlock()
		w.head.want(intent(4))
		w.reaches(4, cloud.PhaseUp)
	})
}

func TestEraseWaitsForTheHypervisor(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1))
		w.reaches(1, cloud.PhaseUp)
		w.hv.setAway(true)
		w.head.goal(id(1), cloud.GoalTerminated)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if r := w.head.sees(id(1)); r.Phase == cloud.PhaseGone {
			t.Errorf("reported as %+v while libvirt is away", r)
		}
		if problem, _ := w.conditions.Load("libvirt"); problem == "<nil>" {
			t.Error("the missing libvirt is not told")
		}
		w.hv.setAway(false)
		w.reaches(1, cloud.PhaseGone)
		w.wantState(nil, nil)
		if problem, _ := w.conditions.Load("libvirt"); problem != "<nil>" {
			t.Errorf("libvirt is back, and told as %v", problem)
		}
	})
}

// Somebody else's trouble in the network does not keep an instance.
func TestReleaseDespiteTroubleElsewhere(t *testing.T) {
	inWorld(t, func(w *world) {
		w.node()
		w.head.want(intent(1), intent(3))
		w.reaches(1, cloud.PhaseUp)
		w.reaches(3, cloud.PhaseUp)
		wrong := intent(2)
		wrong.NIC.MAC = "nonsense" // from now on every Set has an error
		w.head.want(wrong)
		w.reaches(2, cloud.PhaseUp)
		w.head.goal(id(1), cloud.GoalTerminated)
		w.head.goal(id(3), cloud.GoalStopped)
		w.reaches(1, cloud.PhaseGone)
		w.reaches(3, cloud.PhaseDown)
		w.head.goal(id(2), cloud.GoalTerminated)
		w.reaches(2, cloud.PhaseGone)
		w.settle()
		w.wantState(nil, []int{3})
	})
}
