package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// DescribeNetworkAcls lists an account's network ACLs.
func (s *Service) DescribeNetworkAcls(ctx context.Context, c *awsquery.Call, in *ec2.DescribeNetworkAclsRequest) (*ec2.DescribeNetworkAclsResult, error) {
	out := &ec2.DescribeNetworkAclsResult{NetworkAcls: []ec2.NetworkAcl{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, aclKind(tx, c.Caller.Account), query{ids: in.NetworkAclIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		out.NextToken = next
		for _, n := range found {
			out.NetworkAcls = append(out.NetworkAcls, renderACL(tx, n))
		}
		return err
	})
	return out, err
}
