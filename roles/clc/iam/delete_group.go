package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/store"
)

// DeleteGroup removes a group that has neither members nor policies.
func (s *Service) DeleteGroup(ctx context.Context, c *awsquery.Call, in *iam.DeleteGroupRequest) (*iam.DeleteGroupResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		if len(members(tx, g)) > 0 {
			return inUse(g.Name, "remove users from group")
		}
		if err := aGroup.bare(g.Attachments, g.Name); err != nil {
			return err
		}
		return tx.UserGroups().Delete(g.ID)
	})
}
