package sts

import (
	"context"

	"ecc/api/awsquery"
	api "ecc/api/sts"
)

// GetCallerIdentity tells callers who they are. It needs no permission.
func (s *Service) GetCallerIdentity(_ context.Context, c *awsquery.Call, _ *api.GetCallerIdentityRequest) (*api.GetCallerIdentityResponse, error) {
	return &api.GetCallerIdentityResponse{Account: ptr(string(c.Caller.Account)), Arn: ptr(c.Caller.ARN), UserId: ptr(c.Caller.UserID)}, nil
}
