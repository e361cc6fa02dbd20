package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// ModifyIdentityIdFormat asks for longer ids of a user, a role or the root of
// the account, which every resource has.
func (s *Service) ModifyIdentityIdFormat(_ context.Context, c *awsquery.Call, in *ec2.ModifyIdentityIdFormatRequest) (*ec2.ModifyIdentityIdFormatResult, error) {
	if err := checkPrincipal(c.Caller.Account, in.PrincipalArn, true); err != nil {
		return nil, err
	}
	return nil, keepLong(in.Resource, in.UseLongIds)
}
