package iam

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListUsers lists the users of the account under a path, without their tags.
func (s *Service) ListUsers(ctx context.Context, c *awsquery.Call, in *iam.ListUsersRequest) (*iam.ListUsersResult, error) {
	out := new(iam.ListUsersResult)
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		var found []cloud.User
		for u := range tx.Users().By(store.ByAccount, string(c.Caller.Account)) {
			if under(u.Path, in.PathPrefix) {
				found = append(found, u)
			}
		}
		found, out.IsTruncated, out.Marker, err = page(c, found, userKey, paging{in.Marker, in.MaxItems})
		out.Users = rendered(found, listedUser)
		return err
	})
	return out, err
}

// userKey orders users by name.
func userKey(u cloud.User) string { return strings.ToLower(u.Name) }
