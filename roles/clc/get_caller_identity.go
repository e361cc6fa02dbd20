package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/sts"
)

// GetCallerIdentity tells callers who they are. It needs no permission.
func (s *Service) GetCallerIdentity(_ context.Context, c *awsquery.Call, _ *sts.GetCallerIdentityRequest) (*sts.GetCallerIdentityResponse, error) {
	return &sts.GetCallerIdentityResponse{Account: ptr(string(c.Caller.Account)), Arn: ptr(c.Caller.ARN), UserId: ptr(c.Caller.UserID)}, nil
}

// STSActions is the table of STS actions.
func STSActions() []awsquery.Action[*Service] {
	return []awsquery.Action[*Service]{
		awsquery.Handle("GetCallerIdentity", (*Service).GetCallerIdentity, awsquery.Read, awsquery.May("sts:GetCallerIdentity")),
	}
}
