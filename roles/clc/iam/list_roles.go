package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListRoles lists the roles of the account, those within a path.
func (s *Service) ListRoles(ctx context.Context, c *awsquery.Call, in *iam.ListRolesRequest) (*iam.ListRolesResult, error) {
	var all []cloud.Role
	err := s.view(ctx, func(tx *store.Tx) error {
		for r := range tx.Roles().By(store.ByAccount, string(c.Caller.Account)) {
			if under(r.Path, in.PathPrefix) {
				all = append(all, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out iam.ListRolesResult
	all, out.IsTruncated, out.Marker, err = page(c, all, func(r cloud.Role) string { return r.Name }, paging{in.Marker, in.MaxItems})
	out.Roles = rendered(all, listedRole)
	return &out, err
}

// rendered renders each of a list. The list of a result is always there, empty
// or not.
func rendered[T, R any](all []T, render func(T) R) []R {
	out := make([]R, len(all))
	for i, t := range all {
		out[i] = render(t)
	}
	return out
}
