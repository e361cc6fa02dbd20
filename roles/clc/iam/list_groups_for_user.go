package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListGroupsForUser lists the groups a user is in.
func (s *Service) ListGroupsForUser(ctx context.Context, c *awsquery.Call, in *iam.ListGroupsForUserRequest) (*iam.ListGroupsForUserResult, error) {
	out := new(iam.ListGroupsForUserResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		var found []cloud.UserGroup
		found, out.IsTruncated, out.Marker, err = page(c, groupsOf(tx, u), groupKey, paging{in.Marker, in.MaxItems})
		out.Groups = rendered(found, renderGroup)
		return err
	})
	return out, err
}

// groupsOf are the groups a user is in.
func groupsOf(tx *store.Tx, u cloud.User) []cloud.UserGroup {
	var out []cloud.UserGroup
	for _, id := range u.Groups {
		if g, ok := tx.UserGroups().Get(id); ok {
			out = append(out, g)
		}
	}
	return out
}
