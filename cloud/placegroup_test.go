package cloud

import (
	"slices"
	"testing"
)

func TestSeats(t *testing.T) {
	rooms := func(free ...int) (out []Room) {
		for k, n := range free {
			out = append(out, Room{NodeID(rune('a' + k)), Capacity{VCPU: n, Memory: Bytes(n) * GiB, Disk: 100 * GiB}})
		}
		return out
	}
	one := Capacity{VCPU: 1, Memory: GiB, Disk: GiB}
	eight := rooms(9, 9, 9, 9, 9, 9, 9, 9)
	for name, c := range map[string]struct {
		g         PlacementGroup
		taken     []Seat
		partition int
		rooms     []Room
		n         int
		want      []Seat
	}{
		"spread":            {PlacementGroup{Strategy: "spread"}, nil, 0, rooms(2, 9), 3, []Seat{{"b", 0}, {"a", 0}}},
		"spread, one there": {PlacementGroup{Strategy: "spread"}, []Seat{{"b", 0}}, 0, rooms(2, 9), 1, []Seat{{"a", 0}}},
		"spread, seven": {PlacementGroup{Strategy: "spread"}, []Seat{{"a", 0}, {"b", 0}, {"c", 0}, {"d", 0}, {"e", 0}, {"f", 0}}, 0, eight, 2,
			[]Seat{{"g", 0}}},
		"cluster":            {PlacementGroup{Strategy: "cluster"}, nil, 0, rooms(2, 9), 3, []Seat{{"b", 0}, {"b", 0}, {"b", 0}}},
		"cluster, one there": {PlacementGroup{Strategy: "cluster"}, []Seat{{"a", 0}}, 0, rooms(2, 9), 3, []Seat{{"a", 0}, {"a", 0}, {"b", 0}}},
		"partitions": {PlacementGroup{Strategy: "partition", Partitions: 2}, nil, 0, rooms(9, 9, 9), 4,
			[]Seat{{"a", 1}, {"b", 2}, {"a", 1}, {"b", 2}}},
		"a partition asked for": {PlacementGroup{Strategy: "partition", Partitions: 2}, []Seat{{"a", 1}}, 2, rooms(9, 1), 2, []Seat{{"b", 2}}},
		"more partitions than nodes": {PlacementGroup{Strategy: "partition", Partitions: 3}, nil, 0, rooms(9, 9), 3,
			[]Seat{{"a", 1}, {"b", 2}, {"a", 1}}},
		"no room": {PlacementGroup{Strategy: "cluster"}, nil, 0, rooms(0), 1, nil},
	} {
		t.Run(name, func(t *testing.T) {
			if got := c.g.Seats(c.taken, c.partition, c.rooms, one, c.n, Spread); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
