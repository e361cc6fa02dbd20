package iam

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// RemoveUserFromGroup ends a membership.
func (s *Service) RemoveUserFromGroup(ctx context.Context, c *awsquery.Call, in *iam.RemoveUserFromGroupRequest) (*iam.RemoveUserFromGroupResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, u *cloud.User) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		at, is := slices.BinarySearch(u.Groups, g.ID)
		if !is {
			return cloud.Errorf(cloud.NotFound, cloud.ResUserGroup, g.Name, "User %s is not in group %s.", u.Name, g.Name)
		}
		u.Groups = slices.Delete(slices.Clone(u.Groups), at, at+1)
		return nil
	})
}
