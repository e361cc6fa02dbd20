package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyInstancePlacement puts a stopped instance into a placement group, or
// takes it out of the one it is in with an empty name. Its disk is on its node,
// so the group must bear it there.
func (s *Service) ModifyInstancePlacement(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstancePlacementRequest) (*ec2.ModifyInstancePlacementResult, error) {
	if (text(in.Tenancy) != "" && *in.Tenancy != "default") || text(in.HostId) != "" || text(in.HostResourceGroupArn) != "" ||
		(text(in.Affinity) != "" && *in.Affinity != "default") {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.AnyResource, "", "This cloud does not offer dedicated hosts yet.")
	}
	named := in.GroupName != nil || in.GroupId != nil
	ref, err := readPlacementRef(in.GroupName, in.GroupId, nil)
	if err != nil {
		return nil, err
	}
	if p := in.PartitionNumber; p != nil {
		if *p < 1 || *p > cloud.MostPartitions {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "PartitionNumber", "Value (%d) for parameter PartitionNumber is invalid.", *p)
		}
		ref.partition = int(*p)
	}
	err = s.changeInstance(ctx, c, *in.InstanceId, whenStopped(func(tx *store.Tx, i *cloud.Instance) error {
		if !named {
			ref.id, ref.name = string(i.PlacementGroup), ""
		}
		return seatAnew(tx, i, ref, in.PartitionNumber != nil)
	}))
	return &ec2.ModifyInstancePlacementResult{Return: ptr(true)}, err
}

// seatAnew moves an instance to a group. partition says that it was asked for
// one.
func seatAnew(tx *store.Tx, i *cloud.Instance, ref placementRef, partition bool) error {
	id, err := ref.resolve(tx, i.Account)
	switch {
	case err != nil:
		return err
	case id == "" && partition:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "PartitionNumber can only be specified with a placement group of the partition strategy.")
	}
	if id != i.PlacementGroup || partition {
		i.Partition = ref.partition
	}
	if i.PlacementGroup = id; id == "" {
		return nil
	}
	others := groupSeats(tx, *i)
	if others.group.Strategy == cloud.StrategyPartition && i.Partition == 0 {
		i.Partition = others.partitionOf(i.Zone, i.Desired.Node)
	}
	if !others.allows(i.Zone, cloud.Seat{Node: i.Desired.Node, Partition: i.Partition}) ||
		(others.group.Strategy == cloud.StrategySpread && len(others.taken[i.Zone]) >= cloud.SpreadMost) {
		return cloud.Errorf(cloud.Exhausted, cloud.ResInstance, string(i.ID), "The placement group %s cannot hold the instance '%s' where it is.", others.group.Name, i.ID)
	}
	return nil
}

// partitionOf is the partition a node serves already, else the emptiest one.
func (s seating) partitionOf(zone string, node cloud.NodeID) int {
	has := make([]int, cloud.MostPartitions+1)
	for _, o := range s.taken[zone] {
		if o.Node == node {
			return o.Partition
		}
		has[o.Partition]++
	}
	least := 1
	for k := 2; k <= s.group.Partitions; k++ {
		if has[k] < has[least] {
			least = k
		}
	}
	return least
}
