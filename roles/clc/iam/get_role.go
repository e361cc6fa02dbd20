package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
)

// GetRole shows a role.
func (s *Service) GetRole(ctx context.Context, c *awsquery.Call, in *iam.GetRoleRequest) (*iam.GetRoleResult, error) {
	r, err := s.readRole(ctx, c, in.RoleName)
	if err != nil {
		return nil, err
	}
	return &iam.GetRoleResult{Role: ptr(s.renderRole(r))}, nil
}
