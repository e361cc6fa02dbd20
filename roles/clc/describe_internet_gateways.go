package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// DescribeInternetGateways lists an account's internet gateways.
func (s *Service) DescribeInternetGateways(ctx context.Context, c *awsquery.Call, in *ec2.DescribeInternetGatewaysRequest) (*ec2.DescribeInternetGatewaysResult, error) {
	out := &ec2.DescribeInternetGatewaysResult{InternetGateways: []ec2.InternetGateway{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, gatewayKind(tx, c.Caller.Account), query{ids: in.InternetGatewayIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		out.NextToken = next
		for _, g := range found {
			out.InternetGateways = append(out.InternetGateways, renderGateway(tx, g))
		}
		return err
	})
	return out, err
}
