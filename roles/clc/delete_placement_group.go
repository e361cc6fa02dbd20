package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeletePlacementGroup removes a placement group without instances.
func (s *Service) DeletePlacementGroup(ctx context.Context, c *awsquery.Call, in *ec2.DeletePlacementGroupRequest) (*ec2.DeletePlacementGroupResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		g, ok := placementGroupByName(tx, c.Caller.Account, *in.GroupName)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResPlacementGroup, *in.GroupName, "")
		}
		if len(members(tx, g)) > 0 {
			return cloud.Errorf(cloud.InUse, cloud.ResPlacementGroup, g.Name, "")
		}
		if err := tx.TagSets().Delete(string(g.ID)); err != nil {
			return err
		}
		return tx.PlacementGroups().Delete(g.ID)
	})
}
