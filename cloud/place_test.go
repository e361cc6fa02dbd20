package cloud

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPlace(t *testing.T) {
	rooms := []Room{
		{"a", Capacity{VCPU: 4, Memory: 4 * GiB, Disk: 100 * GiB}},
		{"b", Capacity{VCPU: 2, Memory: 8 * GiB, Disk: 100 * GiB}},
		{"c", Capacity{VCPU: 8, Memory: 8 * GiB, Disk: 1 * GiB}},
	}
	want := Capacity{VCPU: 1, Memory: 2 * GiB, Disk: 10 * GiB}
	for name, c := range map[string]struct {
		n    int
		p    Policy
		want []NodeID
	}{
		"spread":         {3, Spread, []NodeID{"b", "b", "a"}},
		"pack":           {3, Pack, []NodeID{"a", "a", "b"}},
		"no more room":   {9, Spread, []NodeID{"b", "b", "a", "a"}},
		"nothing wanted": {0, Spread, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if d := cmp.Diff(c.want, Place(rooms, want, c.n, c.p)); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestRooms(t *testing.T) {
	nodes := []Node{{ID: "a", Capacity: Capacity{4, 4 * GiB, 10 * GiB}}, {ID: "down", Down: true}, {ID: "closed", Cordoned: true}}
	on := func(g Goal, p Phase) Instance {
		return Instance{VCPU: 1, Memory: GiB, Disk: GiB, Desired: Desired{Goal: g, Node: "a"}, Observed: Observed{Phase: p}}
	}
	instances := []Instance{on(GoalRunning, PhaseNone), on(GoalStopped, PhaseDown), on(GoalTerminated, PhaseUp), on(GoalTerminated, PhaseGone)}
	got := Rooms(slices.Values(nodes), func(NodeID) (sum Capacity) {
		for _, i := range instances {
			sum = sum.Add(i.Holds())
		}
		return sum
	})
	if d := cmp.Diff([]Room{{"a", Capacity{2, 2 * GiB, 7 * GiB}}}, got); d != "" {
		t.Error(d)
	}
}
