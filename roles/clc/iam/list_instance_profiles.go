package iam

import (
	"context"
	"iter"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListInstanceProfiles lists the instance profiles of the account, those within
// a path.
func (s *Service) ListInstanceProfiles(ctx context.Context, c *awsquery.Call, in *iam.ListInstanceProfilesRequest) (*iam.ListInstanceProfilesResult, error) {
	out, err := s.listProfiles(ctx, c, in.PathPrefix, paging{in.Marker, in.MaxItems}, func(tx *store.Tx) (iter.Seq[cloud.InstanceProfile], error) {
		return tx.InstanceProfiles().By(store.ByAccount, string(c.Caller.Account)), nil
	})
	if err != nil {
		return nil, err
	}
	return &iam.ListInstanceProfilesResult{InstanceProfiles: out.InstanceProfiles, IsTruncated: out.IsTruncated, Marker: out.Marker}, nil
}

// ListInstanceProfilesForRole lists the instance profiles a role is in.
func (s *Service) ListInstanceProfilesForRole(ctx context.Context, c *awsquery.Call, in *iam.ListInstanceProfilesForRoleRequest) (*iam.ListInstanceProfilesForRoleResult, error) {
	return s.listProfiles(ctx, c, nil, paging{in.Marker, in.MaxItems}, func(tx *store.Tx) (iter.Seq[cloud.InstanceProfile], error) {
		r, err := roleNamed(tx, c, text(in.RoleName))
		if err != nil {
			return nil, err
		}
		return tx.InstanceProfiles().By(store.ByRole, r.ID), nil
	})
}

// listProfiles cuts one page out of the profiles a transaction has.
func (s *Service) listProfiles(ctx context.Context, c *awsquery.Call, prefix *string, at paging,
	of func(*store.Tx) (iter.Seq[cloud.InstanceProfile], error)) (*iam.ListInstanceProfilesForRoleResult, error) {
	out := new(iam.ListInstanceProfilesForRoleResult)
	return out, s.view(ctx, func(tx *store.Tx) error {
		some, err := of(tx)
		if err != nil {
			return err
		}
		var all []cloud.InstanceProfile
		for p := range some {
			if under(p.Path, prefix) {
				all = append(all, p)
			}
		}
		all, out.IsTruncated, out.Marker, err = page(c, all, func(p cloud.InstanceProfile) string { return p.Name }, at)
		out.InstanceProfiles = rendered(all, func(p cloud.InstanceProfile) iam.InstanceProfile { return listedProfile(tx, p) })
		return err
	})
}
