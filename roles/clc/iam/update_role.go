package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// UpdateRole changes a role's description and how long its sessions may be: what
// the request has of them.
func (s *Service) UpdateRole(ctx context.Context, c *awsquery.Call, in *iam.UpdateRoleRequest) (*iam.UpdateRoleResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		if in.Description != nil {
			r.Description = *in.Description
		}
		if in.MaxSessionDuration != nil {
			r.MaxSession = int(*in.MaxSessionDuration)
		}
		return nil
	})
	return nil, err
}

// UpdateRoleDescription changes a role's description.
func (s *Service) UpdateRoleDescription(ctx context.Context, c *awsquery.Call, in *iam.UpdateRoleDescriptionRequest) (*iam.UpdateRoleDescriptionResult, error) {
	r, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		r.Description = text(in.Description)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &iam.UpdateRoleDescriptionResult{Role: ptr(listedRole(r))}, nil
}

// UpdateAssumeRolePolicy replaces the policy that says who may assume a role.
func (s *Service) UpdateAssumeRolePolicy(ctx context.Context, c *awsquery.Call, in *iam.UpdateAssumeRolePolicyRequest) (*iam.UpdateAssumeRolePolicyResult, error) {
	trust, err := readTrust("policyDocument", text(in.PolicyDocument))
	if err != nil {
		return nil, err
	}
	_, err = s.changeRole(ctx, c, in.RoleName, func(tx *store.Tx, r *cloud.Role) error {
		r.Trust, r.Trusted = text(in.PolicyDocument), tx.Now
		return checkTrusted(tx, trust)
	})
	return nil, err
}

// PutRolePermissionsBoundary sets the managed policy a role's permissions
// cannot go beyond.
func (s *Service) PutRolePermissionsBoundary(ctx context.Context, c *awsquery.Call, in *iam.PutRolePermissionsBoundaryRequest) (*iam.PutRolePermissionsBoundaryResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(tx *store.Tx, r *cloud.Role) error {
		r.Boundary = text(in.PermissionsBoundary)
		return checkBoundary(tx, c, r.Boundary)
	})
	return nil, err
}

// DeleteRolePermissionsBoundary takes a role's boundary away.
func (s *Service) DeleteRolePermissionsBoundary(ctx context.Context, c *awsquery.Call, in *iam.DeleteRolePermissionsBoundaryRequest) (*iam.DeleteRolePermissionsBoundaryResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		r.Boundary = ""
		return nil
	})
	return nil, err
}
