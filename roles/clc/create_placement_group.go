package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxGroupName bounds a placement group's name, in characters.
const maxGroupName = 255

// CreatePlacementGroup makes a placement group. What the cloud knows of where
// things are is nodes: "rack" and "host" both mean a node.
func (s *Service) CreatePlacementGroup(ctx context.Context, c *awsquery.Call, in *ec2.CreatePlacementGroupRequest) (*ec2.CreatePlacementGroupResult, error) {
	g, err := readPlacementGroup(in)
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, typePlacementGroup)
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixPlacementGroup)
	if err != nil {
		return nil, err
	}
	g.ID, g.Account = cloud.PlacementGroupID(id), c.Caller.Account
	out := &ec2.CreatePlacementGroupResult{}
	return out, s.update(ctx, c, func(tx *store.Tx) error {
		if _, taken := placementGroupByName(tx, g.Account, g.Name); taken {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResPlacementGroup, g.Name, "")
		}
		g.Created = tx.Now
		if err := tx.PlacementGroups().Put(g); err != nil {
			return err
		}
		if err := putTags(tx, cloud.TagSet{Resource: id, Type: typePlacementGroup, Account: g.Account, Tags: tags}); err != nil {
			return err
		}
		out.PlacementGroup = s.renderPlacementGroup(tx, g)
		return nil
	})
}

// readPlacementGroup checks a request.
func readPlacementGroup(in *ec2.CreatePlacementGroupRequest) (cloud.PlacementGroup, error) {
	g := cloud.PlacementGroup{Name: text(in.GroupName), Strategy: text(in.Strategy), Level: text(in.SpreadLevel)}
	if g.Strategy == "" {
		g.Strategy = cloud.StrategyCluster
		if in.PartitionCount != nil {
			g.Strategy = cloud.StrategyPartition
		}
	}
	switch {
	case in.Operator != nil || in.LinkedGroupId != nil:
		return g, cloud.Errorf(cloud.Unsupported, cloud.ResPlacementGroup, g.Name, "This cloud offers neither linked nor managed placement groups.")
	case g.Name == "":
		return g, cloud.Errorf(cloud.Missing, cloud.ResParameter, "GroupName", "The request must contain the parameter GroupName")
	case len(g.Name) > maxGroupName:
		return g, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "GroupName", "A placement group's name has at most %d ASCII characters.", maxGroupName)
	case !ascii(g.Name):
		return g, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "GroupName", "A placement group's name has ASCII characters only.")
	case g.Level != "" && g.Strategy != cloud.StrategySpread:
		return g, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "SpreadLevel can only be specified with the strategy 'spread'.")
	case in.PartitionCount != nil && g.Strategy != cloud.StrategyPartition:
		return g, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "PartitionCount can only be specified with the strategy 'partition'.")
	case in.PartitionCount != nil && (*in.PartitionCount < 1 || *in.PartitionCount > cloud.MostPartitions):
		return g, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "PartitionCount", "Value (%d) for parameter PartitionCount is invalid. Expecting a value from 1 to %d.", *in.PartitionCount, cloud.MostPartitions)
	}
	switch g.Strategy {
	case cloud.StrategySpread:
		if g.Level == "" {
			g.Level = "rack"
		}
	case cloud.StrategyPartition:
		g.Partitions = 2
		if in.PartitionCount != nil {
			g.Partitions = int(*in.PartitionCount)
		}
	}
	return g, nil
}

// ascii reports whether a text has printable ASCII characters only.
func ascii(s string) bool {
	for _, r := range s {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}

// renderPlacementGroup makes EC2's view of a placement group.
func (s *Service) renderPlacementGroup(tx *store.Tx, g cloud.PlacementGroup) *ec2.PlacementGroup {
	out := &ec2.PlacementGroup{GroupId: ptr(string(g.ID)), GroupName: ptr(g.Name), State: ptr("available"), Strategy: ptr(g.Strategy),
		GroupArn:    ptr(cloud.EC2ARN(s.cfg.Region, g.Account, "placement-group/"+g.Name)),
		SpreadLevel: opt(g.Level), Tags: renderTags(tx, g.Account, string(g.ID))}
	if g.Partitions > 0 {
		out.PartitionCount = ptr(int64(g.Partitions))
	}
	return out
}
