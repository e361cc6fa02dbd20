package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// PutUserPermissionsBoundary bounds what a user may do by a managed policy.
func (s *Service) PutUserPermissionsBoundary(ctx context.Context, c *awsquery.Call, in *iam.PutUserPermissionsBoundaryRequest) (*iam.PutUserPermissionsBoundaryResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, u *cloud.User) error {
		u.Boundary = text(in.PermissionsBoundary)
		return checkBoundary(tx, c, u.Boundary)
	})
}

// DeleteUserPermissionsBoundary takes a user's boundary away. Whether callers
// may do that to themselves is for their policies to say.
func (s *Service) DeleteUserPermissionsBoundary(ctx context.Context, c *awsquery.Call, in *iam.DeleteUserPermissionsBoundaryRequest) (*iam.DeleteUserPermissionsBoundaryResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		if u.Boundary == "" {
			return cloud.Errorf(cloud.NotFound, cloud.ResPolicy, u.Name, "User %s does not have a permissions boundary.", u.Name)
		}
		u.Boundary = ""
		return nil
	})
}
