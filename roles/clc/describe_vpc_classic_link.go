package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeVpcClassicLink says of each VPC that no EC2-Classic is linked to it:
// there is none. Ansible reads it with every VPC.
func (s *Service) DescribeVpcClassicLink(ctx context.Context, c *awsquery.Call, in *ec2.DescribeVpcClassicLinkRequest) (*ec2.DescribeVpcClassicLinkResult, error) {
	out := &ec2.DescribeVpcClassicLinkResult{Vpcs: []ec2.VpcClassicLink{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		kind := vpcKind(tx, c.Caller.Account)
		kind.filters = awsquery.Filters[cloud.VPC]{"is-classic-link-enabled": fixed[cloud.VPC]("false")}
		found, _, err := find(c, kind, query{ids: in.VpcIds, filters: in.Filters, limits: pageLimits})
		for _, v := range found {
			out.Vpcs = append(out.Vpcs, ec2.VpcClassicLink{VpcId: ptr(string(v.ID)), ClassicLinkEnabled: ptr(false), Tags: renderTags(tx, v.Account, string(v.ID))})
		}
		return err
	})
	return out, err
}
