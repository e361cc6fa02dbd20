package iam

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// maxGroups is how many groups a user may be in.
const maxGroups = 10

// AddUserToGroup makes a user a member of a group; who is one stays one.
func (s *Service) AddUserToGroup(ctx context.Context, c *awsquery.Call, in *iam.AddUserToGroupRequest) (*iam.AddUserToGroupResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, u *cloud.User) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		at, is := slices.BinarySearch(u.Groups, g.ID)
		switch {
		case is:
			return nil
		case len(u.Groups) >= maxGroups:
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResUserGroup, u.Name, "Cannot exceed quota for GroupsPerUser: %d", maxGroups)
		}
		u.Groups = slices.Insert(slices.Clone(u.Groups), at, g.ID)
		return nil
	})
}
