package clc_test

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
	"ecc/roles/clc"
)

// The allocator gives distinct free addresses that guests may have, as many as
// asked for or as there are.
func TestFreeAddrsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bits := rapid.IntRange(24, 30).Draw(t, "bits")
		p := netip.PrefixFrom(netip.MustParseAddr("10.1.2.0"), bits)
		size := 1 << (32 - bits)
		used := map[netip.Addr]bool{}
		left := max(0, clc.Usable(p))
		for _, n := range rapid.SliceOfDistinct(rapid.IntRange(0, size-1), rapid.ID[int]).Draw(t, "used") {
			a := nth(p, n)
			if used[a] = true; !clc.Reserved(p, a) {
				left--
			}
		}
		want := rapid.IntRange(0, size).Draw(t, "count")
		got := clc.FreeAddrs(p, used, want)
		if len(got) != min(want, left) {
			t.Fatalf("%d addresses of %s with %d left, want %d", len(got), p, left, want)
		}
		for _, a := range got {
			if used[a] || clc.Reserved(p, a) || !p.Contains(a) {
				t.Fatalf("%s is not free in %s", a, p)
			}
			used[a] = true
		}
	})
}

func nth(p netip.Prefix, n int) netip.Addr {
	a := p.Addr()
	for range n {
		a = a.Next()
	}
	return a
}

// capacity draws an amount.
func capacity(t *rapid.T, name string, least, most int) cloud.Capacity {
	n := func(part string) int { return rapid.IntRange(least, most).Draw(t, name+" "+part) }
	return cloud.Capacity{VCPU: n("vCPU"), Memory: cloud.Bytes(n("memory")), Disk: cloud.Bytes(n("disk"))}
}

// Place puts no more on a node than is free there, and leaves no room that
// would do.
func TestPlaceProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rooms []cloud.Room
		for _, id := range rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z]{1,3}`), 0, 5, rapid.ID[string]).Draw(t, "nodes") {
			rooms = append(rooms, cloud.Room{Node: cloud.NodeID(id), Free: capacity(t, id, -2, 9)})
		}
		want := capacity(t, "want", 1, 4)
		n := rapid.IntRange(0, 20).Draw(t, "n")
		got := cloud.Place(rooms, want, n, rapid.SampledFrom([]cloud.Policy{cloud.Spread, cloud.Pack}).Draw(t, "policy"))
		if len(got) > n {
			t.Fatalf("%d places for %d", len(got), n)
		}
		free := map[cloud.NodeID]cloud.Capacity{}
		for _, r := range rooms {
			free[r.Node] = r.Free
		}
		for _, id := range got {
			if !free[id].Fits(want) {
				t.Fatalf("node %s takes more than it has: %v", id, got)
			}
			free[id] = free[id].Sub(want)
		}
		for id, c := range free {
			if len(got) < n && c.Fits(want) {
				t.Fatalf("node %s was left with %+v", id, c)
			}
		}
	})
}

// world is a zone as the pure functions see it, and as it is.
type world struct {
	nodes     []cloud.Node
	instances []cloud.Instance
	on        []bool // the node may be running the instance
}

// Whatever happens to instances and nodes, and however late the nodes tell,
// what is placed by Rooms and Place never exceeds what a node has.
func TestRoomsProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := &world{}
		for _, id := range []cloud.NodeID{"a", "b"} {
			w.nodes = append(w.nodes, cloud.Node{ID: id, Capacity: capacity(t, string(id), 2, 6)})
		}
		t.Repeat(map[string]func(*rapid.T){"launch": w.launch, "change": w.change, "report": w.report, "start": w.start, "node": w.node, "": w.check})
	})
}

func (w *world) launch(t *rapid.T) {
	want := capacity(t, "want", 1, 3)
	for _, n := range cloud.Place(cloud.Rooms(slices.Values(w.nodes), w.held), want, rapid.IntRange(1, 3).Draw(t, "n"), cloud.Spread) {
		w.instances, w.on = append(w.instances, cloud.Instance{VCPU: want.VCPU, Memory: want.Memory, Disk: want.Disk,
			Desired: cloud.Desired{Goal: cloud.GoalRunning, Generation: 1, Node: n}}), append(w.on, true)
	}
}

// held is what a node's instances hold.
func (w *world) held(n cloud.NodeID) (sum cloud.Capacity) {
	for _, i := range w.instances {
		if i.Desired.Node == n {
			sum = sum.Add(i.Holds())
		}
	}
	return sum
}

// pick chooses an instance.
func (w *world) pick(t *rapid.T) (int, *cloud.Instance) {
	if len(w.instances) == 0 {
		t.Skip("no instance")
	}
	k := rapid.IntRange(0, len(w.instances)-1).Draw(t, "instance")
	return k, &w.instances[k]
}

// change is what StopInstances and TerminateInstances do.
func (w *world) change(t *rapid.T) {
	if _, i := w.pick(t); i.Desired.Goal != cloud.GoalTerminated {
		i.Want(rapid.SampledFrom([]cloud.Goal{cloud.GoalStopped, cloud.GoalTerminated}).Draw(t, "goal"), cloud.Reason{}, begin)
	}
}

// report is a node that has acted on what is wanted now, or a guest that went
// off by itself.
func (w *world) report(t *rapid.T) {
	k, i := w.pick(t)
	phases := map[cloud.Goal][]cloud.Phase{
		cloud.GoalRunning:    {cloud.PhasePreparing, cloud.PhaseUp, cloud.PhaseDown},
		cloud.GoalStopped:    {cloud.PhaseDown},
		cloud.GoalTerminated: {cloud.PhaseDown, cloud.PhaseGone},
	}
	p := rapid.SampledFrom(phases[i.Desired.Goal]).Draw(t, "phase")
	if i.Observed.Phase == cloud.PhaseGone {
		p = cloud.PhaseGone
	}
	if p == cloud.PhaseDown || p == cloud.PhaseGone {
		w.on[k] = false
	}
	i.Observe(cloud.Sighting{Node: i.Desired.Node, Generation: i.Desired.Generation, Phase: p, GuestDown: p == cloud.PhaseDown}, begin)
}

// start is what StartInstances does.
func (w *world) start(t *rapid.T) {
	k, i := w.pick(t)
	if i.State() != cloud.StateStopped {
		t.Skip("not stopped")
	}
	for _, r := range cloud.Rooms(slices.Values(w.nodes), w.held) {
		if r.Node == i.Desired.Node && i.VCPU <= r.Free.VCPU && i.Memory <= r.Free.Memory {
			i.Want(cloud.GoalRunning, cloud.Reason{}, begin)
			w.on[k] = true
			return
		}
	}
}

func (w *world) node(t *rapid.T) {
	n := &w.nodes[rapid.IntRange(0, len(w.nodes)-1).Draw(t, "node")]
	n.Down, n.Cordoned = rapid.Bool().Draw(t, "down"), rapid.Bool().Draw(t, "cordoned")
}

func (w *world) check(t *rapid.T) {
	for _, n := range w.nodes {
		booked, real := n.Capacity, n.Capacity
		for k, i := range w.instances {
			if i.Desired.Node != n.ID {
				continue
			}
			booked = booked.Sub(i.Holds())
			if w.on[k] {
				real = real.Sub(cloud.Capacity{VCPU: i.VCPU, Memory: i.Memory})
			}
			if i.State() == cloud.StateStopped && w.on[k] {
				t.Fatalf("%+v is shown as stopped and may be running", i)
			}
		}
		if min(booked.VCPU, real.VCPU) < 0 || min(booked.Memory, real.Memory) < 0 || booked.Disk < 0 {
			t.Fatalf("node %s has %+v left in the books, %+v in truth", n.ID, booked, real)
		}
	}
}
