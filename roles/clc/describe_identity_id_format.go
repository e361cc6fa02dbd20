package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// DescribeIdentityIdFormat tells which form of ids new resources of a user, a
// role or the root of the account get.
func (s *Service) DescribeIdentityIdFormat(_ context.Context, c *awsquery.Call, in *ec2.DescribeIdentityIdFormatRequest) (*ec2.DescribeIdentityIdFormatResult, error) {
	if err := checkPrincipal(c.Caller.Account, in.PrincipalArn, false); err != nil {
		return nil, err
	}
	formats, err := formatsOf(namedFormat(in.Resource)...)
	return &ec2.DescribeIdentityIdFormatResult{Statuses: formats}, err
}
