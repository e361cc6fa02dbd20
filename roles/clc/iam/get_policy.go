package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
)

// GetPolicy shows a managed policy, without the texts of its versions.
func (s *Service) GetPolicy(ctx context.Context, c *awsquery.Call, in *iam.GetPolicyRequest) (*iam.GetPolicyResult, error) {
	p, u, err := s.readPolicy(ctx, c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	return &iam.GetPolicyResult{Policy: renderPolicy(p, u)}, nil
}
