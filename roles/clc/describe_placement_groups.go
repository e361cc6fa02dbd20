package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribePlacementGroups lists placement groups: those named by id or by name,
// or all.
func (s *Service) DescribePlacementGroups(ctx context.Context, c *awsquery.Call, in *ec2.DescribePlacementGroupsRequest) (*ec2.DescribePlacementGroupsResult, error) {
	out := &ec2.DescribePlacementGroupsResult{PlacementGroups: []ec2.PlacementGroup{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		ids := in.GroupIds
		for _, name := range in.GroupNames {
			g, ok := placementGroupByName(tx, c.Caller.Account, name)
			if !ok {
				return cloud.Errorf(cloud.NotFound, cloud.ResPlacementGroup, name, "")
			}
			ids = append(ids, string(g.ID))
		}
		found, _, err := find(c, s.placementGroupKind(tx, c.Caller.Account), query{ids: ids, filters: in.Filters})
		if err != nil {
			return err
		}
		for _, g := range found {
			out.PlacementGroups = append(out.PlacementGroups, *s.renderPlacementGroup(tx, g))
		}
		return nil
	})
}

// placementGroupKind is what a query for placement groups knows of them.
func (s *Service) placementGroupKind(tx *store.Tx, a cloud.AccountID) kind[cloud.PlacementGroup] {
	type group = cloud.PlacementGroup
	id := func(g group) string { return string(g.ID) }
	return kind[group]{resource: cloud.ResPlacementGroupID, prefix: cloud.PrefixPlacementGroup, id: id,
		get: owned(tx.PlacementGroups(), a, func(g group) cloud.AccountID { return g.Account }),
		all: tx.PlacementGroups().By(store.ByAccount, string(a)), tags: tagsOf(tx, a, id),
		filters: awsquery.Filters[group]{
			"group-name":   one(func(g group) string { return g.Name }),
			"group-arn":    one(func(g group) string { return text(s.renderPlacementGroup(tx, g).GroupArn) }),
			"spread-level": one(func(g group) string { return g.Level }),
			"state":        fixed[group]("available"),
			"strategy":     one(func(g group) string { return g.Strategy }),
		}}
}
