package nc_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"ecc/cloud"
	hvsim "ecc/hypervisor/sim"
	"ecc/rpc"
)

// TestAnythingMayHappen orders, breaks and kills at random, then mends
// everything: the host must be what is wanted.
func TestAnythingMayHappen(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			inWorld(t, func(w *world) { soak(w, rand.New(rand.NewPCG(seed, 1))) })
		})
	}
}

const soaked = 4 // instances

func soak(w *world, random *rand.Rand) {
	w.node()
	for range 60 {
		k := 1 + random.IntN(soaked)
		disturb(w, random, k)
		time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
	}
	w.hv.setAway(false)
	w.head.setDown(nil)
	w.settle()
	for range 3 { // policy follows what guests did
		policy(w)
		w.settle()
	}
	var running, off []int
	for k := 1; k <= soaked; k++ {
		switch in := w.head.instances[id(k)]; in.Goal {
		case cloud.GoalRunning:
			running = append(running, k)
			w.reaches(k, cloud.PhaseUp)
		case cloud.GoalStopped:
			w.reaches(k, cloud.PhaseDown)
			off = append(off, k)
		case cloud.GoalTerminated:
			w.reaches(k, cloud.PhaseGone)
		}
	}
	s := w.state()
	if len(s.Running) != len(running) || len(s.Taps) != len(running) || len(s.Ports) != len(running) || len(s.Folders) != len(running)+len(off) ||
		len(s.Pins) > len(s.Folders) || len(s.Off) > len(off) {
		w.t.Errorf("running should %v, be off %v; the host has %+v", running, off, s)
	}
}

// policy is what the cloud controller does about guests that went down and
// starts that failed.
func policy(w *world) {
	for k := 1; k <= soaked; k++ {
		r := w.head.sees(id(k))
		if in := w.head.instances[id(k)]; in.Goal == cloud.GoalRunning && r.Generation == in.Generation && (r.Failed || r.Phase == cloud.PhaseDown) {
			w.head.goal(id(k), cloud.GoalStopped)
		}
	}
}

func disturb(w *world, random *rand.Rand, k int) {
	in, known := w.head.instances[id(k)]
	switch random.IntN(14) {
	case 0, 1, 2:
		if !known {
			w.head.want(intent(k))
		} else if in.Goal != cloud.GoalTerminated {
			w.head.goal(id(k), []cloud.Goal{cloud.GoalRunning, cloud.GoalStopped}[random.IntN(2)])
		}
	case 3:
		if known && random.IntN(3) == 0 {
			w.head.goal(id(k), cloud.GoalTerminated)
		}
	case 4:
		if known {
			w.head.alter(id(k), func(in *rpc.InstanceIntent) { in.Reboots++ })
		}
	case 5:
		w.hv.GuestShutdown(id(k))
	case 6:
		w.hv.Kill(id(k))
	case 7:
		_ = w.hv.Sim.Stop(w.t.Context(), id(k))
	case 8:
		_ = w.hv.Sim.Destroy(w.t.Context(), id(k))
	case 9:
		w.node() // the old one dies
	case 10:
		w.hv.setAway(random.IntN(2) == 0)
	case 11:
		w.head.setDown([]error{nil, cloud.Errorf(cloud.Unavailable, "", "", "away")}[random.IntN(2)])
	case 12:
		ops := []hvsim.Op{hvsim.OpList, hvsim.OpDefine, hvsim.OpStart, hvsim.OpResume, hvsim.OpStop, hvsim.OpDestroy}
		w.hv.FailNext(ops[random.IntN(len(ops))], errors.New("broken"))
	case 13:
		w.fab.FailNext([]string{"EnsureTap", "Set", "Status"}[random.IntN(3)], errors.New("broken"))
	}
}
