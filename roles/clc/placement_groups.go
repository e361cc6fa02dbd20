package clc

import (
	"slices"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// placementRef names the placement group an instance shall be in.
type placementRef struct {
	name, id  string
	partition int // 0: any
}

// readPlacement reads where instances shall be, but for the zone.
func readPlacement(in *ec2.RunInstancesRequest, l *launch) error {
	p := in.Placement
	if p == nil {
		return nil
	}
	if text(p.HostId) != "" || text(p.HostResourceGroupArn) != "" || (text(p.Affinity) != "" && text(p.Affinity) != "default") ||
		(text(p.Tenancy) != "" && text(p.Tenancy) != "default") || text(p.SpreadDomain) != "" {
		return cloud.Errorf(cloud.Unsupported, cloud.AnyResource, "", "This cloud does not offer dedicated hosts yet.")
	}
	var err error
	l.group, err = readPlacementRef(p.GroupName, p.GroupId, p.PartitionNumber)
	return err
}

func readPlacementRef(name, id *string, partition *int64) (placementRef, error) {
	r := placementRef{name: text(name), id: text(id)}
	switch {
	case r.name != "" && r.id != "":
		return r, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter GroupName cannot be used with the parameter GroupId")
	case r.id != "" && !cloud.ValidID(cloud.PrefixPlacementGroup, r.id):
		return r, cloud.Errorf(cloud.Malformed, cloud.ResPlacementGroupID, r.id, "")
	case partition == nil:
		return r, nil
	case r.name == "" && r.id == "":
		return r, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "PartitionNumber can only be specified with a placement group of the partition strategy.")
	case *partition < 1 || *partition > cloud.MostPartitions:
		return r, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "PartitionNumber", "Value (%d) for parameter PartitionNumber is invalid.", *partition)
	}
	r.partition = int(*partition)
	return r, nil
}

// resolve finds the group of the account; none asked for is "".
func (r placementRef) resolve(tx *store.Tx, a cloud.AccountID) (cloud.PlacementGroupID, error) {
	if r.name == "" && r.id == "" {
		return "", nil
	}
	g, ok := placementGroupByName(tx, a, r.name)
	if r.id != "" {
		g, ok = tx.PlacementGroups().Get(cloud.PlacementGroupID(r.id))
	}
	switch {
	case r.id != "" && (!ok || g.Account != a):
		return "", cloud.Errorf(cloud.NotFound, cloud.ResPlacementGroupID, r.id, "")
	case !ok:
		return "", cloud.Errorf(cloud.NotFound, cloud.ResPlacementGroup, r.name, "")
	case r.partition > 0 && g.Strategy != cloud.StrategyPartition:
		return "", cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "PartitionNumber can only be specified with a placement group of the partition strategy.")
	case r.partition > g.Partitions:
		return "", cloud.Errorf(cloud.Invalid, cloud.ResParameter, "PartitionNumber", "Value (%d) for parameter PartitionNumber is invalid: the placement group has %d partitions.", r.partition, g.Partitions)
	}
	return g.ID, nil
}

func placementGroupByName(tx *store.Tx, a cloud.AccountID, name string) (cloud.PlacementGroup, bool) {
	for g := range tx.PlacementGroups().By(store.ByName, string(a)+"/"+name) {
		return g, true
	}
	return cloud.PlacementGroup{}, false
}

// seating is a placement group with where its instances are, by zone. Without a
// group anything goes.
type seating struct {
	group cloud.PlacementGroup
	taken map[string][]cloud.Seat
}

// groupSeats looks up where the other instances of an instance's group are.
func groupSeats(tx *store.Tx, i cloud.Instance) seating {
	if i.PlacementGroup == "" {
		return seating{}
	}
	g, _ := tx.PlacementGroups().Get(i.PlacementGroup)
	out := seating{g, map[string][]cloud.Seat{}}
	for _, m := range members(tx, g) {
		if m.ID != i.ID {
			out.taken[m.Zone] = append(out.taken[m.Zone], cloud.Seat{Node: m.Desired.Node, Partition: m.Partition})
		}
	}
	return out
}

// members are the instances of a group that are not terminated.
func members(tx *store.Tx, g cloud.PlacementGroup) []cloud.Instance {
	var out []cloud.Instance
	for i := range tx.Instances().By(store.ByAccount, string(g.Account)) {
		if i.PlacementGroup == g.ID && i.State() != cloud.StateTerminated {
			out = append(out, i)
		}
	}
	return out
}

// near keeps the subnets of the zone a cluster is in, if the launch may go
// there.
func (s seating) near(candidates []cloud.Subnet) []cloud.Subnet {
	if s.group.Strategy != cloud.StrategyCluster {
		return candidates
	}
	var same []cloud.Subnet
	for _, n := range candidates {
		if len(s.taken[n.Zone]) > 0 {
			same = append(same, n)
		}
	}
	if len(same) == 0 {
		return candidates
	}
	return same
}

// choose chooses nodes in a zone.
func (s seating) choose(zone string, partition int, rooms []cloud.Room, want cloud.Capacity, n int, p cloud.Policy) []cloud.Seat {
	if s.group.ID != "" {
		return s.group.Seats(s.taken[zone], partition, rooms, want, n, p)
	}
	nodes := cloud.Place(rooms, want, n, p)
	out := make([]cloud.Seat, len(nodes))
	for k, node := range nodes {
		out[k].Node = node
	}
	return out
}

// allows reports whether an instance on a node may be in the group's partition
// with the others as they are.
func (s seating) allows(zone string, seat cloud.Seat) bool {
	return !slices.ContainsFunc(s.taken[zone], func(o cloud.Seat) bool {
		if o.Node != seat.Node {
			return false
		}
		return s.group.Strategy == cloud.StrategySpread || (s.group.Strategy == cloud.StrategyPartition && o.Partition != seat.Partition)
	})
}

// groupName is the name of the group an instance is in, "" for none.
func groupName(tx *store.Tx, i cloud.Instance) string {
	if i.PlacementGroup == "" {
		return ""
	}
	g, _ := tx.PlacementGroups().Get(i.PlacementGroup)
	return g.Name
}

// renderPlacement makes EC2's view of where an instance is.
func (s *Service) renderPlacement(tx *store.Tx, i cloud.Instance) *ec2.Placement {
	p := &ec2.Placement{AvailabilityZone: ptr(i.Zone), AvailabilityZoneId: ptr(s.zoneID(i.Zone)), GroupName: ptr(groupName(tx, i)),
		GroupId: opt(string(i.PlacementGroup)), Tenancy: ptr("default")}
	if i.Partition > 0 {
		p.PartitionNumber = ptr(int64(i.Partition))
	}
	return p
}
