package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// principalPages are the bounds of DescribePrincipalIdFormat's MaxResults.
var principalPages = awsquery.Limits{Min: 1, Max: 1000}

// DescribePrincipalIdFormat tells which form of ids new resources of the
// account's root get; nobody else has chosen a form of their own.
func (s *Service) DescribePrincipalIdFormat(_ context.Context, c *awsquery.Call, in *ec2.DescribePrincipalIdFormatRequest) (*ec2.DescribePrincipalIdFormatResult, error) {
	formats, err := formatsOf(in.Resources...)
	if err != nil {
		return nil, err
	}
	arn := func(p ec2.PrincipalIdFormat) string { return *p.Arn }
	all := []ec2.PrincipalIdFormat{{Arn: ptr(cloud.IAMARN(c.Caller.Account, "root")), Statuses: formats}}
	page, next, err := awsquery.Page(c, all, arn, in.MaxResults, in.NextToken, principalPages)
	return &ec2.DescribePrincipalIdFormatResult{Principals: page, NextToken: next}, err
}
