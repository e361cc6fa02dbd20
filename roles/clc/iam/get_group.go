package iam

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// GetGroup shows a group and a page of its members.
func (s *Service) GetGroup(ctx context.Context, c *awsquery.Call, in *iam.GetGroupRequest) (*iam.GetGroupResult, error) {
	out := new(iam.GetGroupResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		g, err := groupNamed(tx, c, text(in.GroupName))
		if err != nil {
			return err
		}
		out.Group = ptr(renderGroup(g))
		var found []cloud.User
		found, out.IsTruncated, out.Marker, err = page(c, members(tx, g), userKey, paging{in.Marker, in.MaxItems})
		out.Users = rendered(found, listedUser)
		return err
	})
	return out, err
}

// members are the users of a group.
func members(tx *store.Tx, g cloud.UserGroup) []cloud.User {
	var out []cloud.User
	for u := range tx.Users().By(store.ByAccount, string(g.Account)) {
		if slices.Contains(u.Groups, g.ID) {
			out = append(out, u)
		}
	}
	return out
}
