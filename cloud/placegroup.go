package cloud

import (
	"cmp"
	"slices"
)

// Seat is where one instance of a placement group is, or shall be.
type Seat struct {
	Node      NodeID
	Partition int // of a partition group, from 1
}

// SpreadMost is how many instances of a spread group a zone takes, as on AWS.
const SpreadMost = 7

// MostPartitions is how many partitions a group may have, as on AWS.
const MostPartitions = 7

// Strategies of placement groups.
const (
	StrategyCluster   = "cluster"   // near each other: few nodes of one zone
	StrategySpread    = "spread"    // each on a node of its own
	StrategyPartition = "partition" // no node serves two partitions
)

// Seats chooses where up to n more instances of a group go that each take want,
// given where its others are in the same zone. partition is the one asked for,
// 0 for any. It returns one seat per instance it found one for.
func (g PlacementGroup) Seats(taken []Seat, partition int, rooms []Room, want Capacity, n int, p Policy) []Seat {
	rooms, all := slices.Clone(rooms), slices.Clone(taken)
	for len(all)-len(taken) < n {
		at, part := g.seat(all, partition, rooms, want, p)
		if at < 0 {
			break
		}
		rooms[at].Free = rooms[at].Free.Sub(want)
		all = append(all, Seat{rooms[at].Node, part})
	}
	return all[len(taken):]
}

// seat chooses the next seat: the index of its room, or -1.
func (g PlacementGroup) seat(taken []Seat, partition int, rooms []Room, want Capacity, p Policy) (int, int) {
	serves := map[NodeID]int{}
	for _, s := range taken {
		serves[s.Node] = max(1, s.Partition)
	}
	switch g.Strategy {
	case StrategySpread:
		if len(taken) >= SpreadMost {
			return -1, 0
		}
		return pickOf(rooms, want, p, func(n NodeID) bool { return serves[n] == 0 }), 0
	case StrategyPartition:
		for _, part := range g.partitions(taken, partition) {
			if at := pickOf(rooms, want, p, func(n NodeID) bool { return serves[n] == part }); at >= 0 {
				return at, part
			}
			if at := pickOf(rooms, want, p, func(n NodeID) bool { return serves[n] == 0 }); at >= 0 {
				return at, part
			}
		}
		return -1, 0
	}
	if at := pickOf(rooms, want, Pack, func(n NodeID) bool { return serves[n] != 0 }); at >= 0 {
		return at, 0
	}
	return pick(rooms, want, p), 0
}

// partitions are the partitions to try, those with the fewest instances first.
func (g PlacementGroup) partitions(taken []Seat, asked int) []int {
	if asked > 0 {
		return []int{asked}
	}
	has := make([]int, g.Partitions+1)
	for _, s := range taken {
		if s.Partition <= g.Partitions {
			has[s.Partition]++
		}
	}
	var out []int
	for k := 1; k <= g.Partitions; k++ {
		out = append(out, k)
	}
	slices.SortStableFunc(out, func(a, b int) int { return cmp.Compare(has[a], has[b]) })
	return out
}

// pickOf picks among the nodes that may be taken.
func pickOf(rooms []Room, want Capacity, p Policy, may func(NodeID) bool) int {
	best := -1
	for k, r := range rooms {
		if r.Free.Fits(want) && may(r.Node) && (best < 0 || better(r.Free, rooms[best].Free, p)) {
			best = k
		}
	}
	return best
}
