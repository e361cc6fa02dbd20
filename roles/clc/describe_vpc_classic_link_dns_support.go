package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// DescribeVpcClassicLinkDnsSupport says of each VPC that it resolves no names
// for EC2-Classic: see DescribeVpcClassicLink.
func (s *Service) DescribeVpcClassicLinkDnsSupport(ctx context.Context, c *awsquery.Call, in *ec2.DescribeVpcClassicLinkDnsSupportRequest) (*ec2.DescribeVpcClassicLinkDnsSupportResult, error) {
	out := &ec2.DescribeVpcClassicLinkDnsSupportResult{Vpcs: []ec2.ClassicLinkDnsSupport{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, vpcKind(tx, c.Caller.Account), query{ids: in.VpcIds, max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, v := range found {
			out.Vpcs = append(out.Vpcs, ec2.ClassicLinkDnsSupport{VpcId: ptr(string(v.ID)), ClassicLinkDnsSupported: ptr(false)})
		}
		return nil
	})
	return out, err
}
