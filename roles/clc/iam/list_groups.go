package iam

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListGroups lists the groups of the account under a path.
func (s *Service) ListGroups(ctx context.Context, c *awsquery.Call, in *iam.ListGroupsRequest) (*iam.ListGroupsResult, error) {
	out := new(iam.ListGroupsResult)
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		var found []cloud.UserGroup
		for g := range tx.UserGroups().By(store.ByAccount, string(c.Caller.Account)) {
			if under(g.Path, in.PathPrefix) {
				found = append(found, g)
			}
		}
		found, out.IsTruncated, out.Marker, err = page(c, found, groupKey, paging{in.Marker, in.MaxItems})
		out.Groups = rendered(found, renderGroup)
		return err
	})
	return out, err
}

// groupKey orders groups by name.
func groupKey(g cloud.UserGroup) string { return strings.ToLower(g.Name) }
