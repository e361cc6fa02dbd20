package cloud

import (
	"cmp"
	"iter"
	"slices"
)

// Policy is how instances are spread over nodes.
type Policy string

// The policies.
const (
	Spread Policy = "spread" // the node with most room first
	Pack   Policy = "pack"   // the fullest node that still fits first
)

// Room is a node with what is free on it.
type Room struct {
	Node NodeID
	Free Capacity
}

// Rooms computes what is free on the nodes that may take instances: those
// that report and are not cordoned, less what their instances hold (see
// Instance.Holds).
func Rooms(nodes iter.Seq[Node], held func(NodeID) Capacity) []Room {
	var rooms []Room
	for n := range nodes {
		if !n.Down && !n.Cordoned {
			rooms = append(rooms, Room{n.ID, n.Capacity.Sub(held(n.ID))})
		}
	}
	slices.SortFunc(rooms, func(a, b Room) int { return cmp.Compare(a.Node, b.Node) })
	return rooms
}

// Holds is what the instance takes from its node: disk until it is gone, vCPU
// and memory while it may run.
func (i *Instance) Holds() Capacity {
	switch {
	case i.State() == StateTerminated:
		return Capacity{}
	case i.State() == StateStopped, i.Desired.Goal == GoalTerminated && i.down():
		return Capacity{Disk: i.Disk}
	default:
		return Capacity{VCPU: i.VCPU, Memory: i.Memory, Disk: i.Disk}
	}
}

// Place chooses nodes for up to n instances that each take want, and returns
// one node per instance it found room for, at most n. Ties go to the node
// whose id comes first, so that the same input gives the same answer.
func Place(rooms []Room, want Capacity, n int, p Policy) []NodeID {
	rooms = slices.Clone(rooms)
	var out []NodeID
	for len(out) < n {
		best := pick(rooms, want, p)
		if best < 0 {
			return out
		}
		rooms[best].Free = rooms[best].Free.Sub(want)
		out = append(out, rooms[best].Node)
	}
	return out
}

// pick returns the index of the node the policy prefers, or -1.
func pick(rooms []Room, want Capacity, p Policy) int {
	best := -1
	for i, r := range rooms {
		if !r.Free.Fits(want) {
			continue
		}
		if best < 0 || better(r.Free, rooms[best].Free, p) {
			best = i
		}
	}
	return best
}

// better compares by memory, then vCPU.
func better(a, b Capacity, p Policy) bool {
	c := cmp.Or(cmp.Compare(a.Memory, b.Memory), cmp.Compare(a.VCPU, b.VCPU))
	if p == Pack {
		return c < 0
	}
	return c > 0
}
