package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssociateVpcCidrBlock would add a network to a VPC. It is refused: hosts know
// one network of each VPC, so that packets of another would not be routed.
func (s *Service) AssociateVpcCidrBlock(ctx context.Context, c *awsquery.Call, in *ec2.AssociateVpcCidrBlockRequest) (*ec2.AssociateVpcCidrBlockResult, error) {
	if in.CidrBlock != nil {
		if _, err := readVPCBlock(*in.CidrBlock); err != nil {
			return nil, err
		}
	}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if _, err := the(vpcKind(tx, c.Caller.Account), in.VpcId); err != nil {
			return err
		}
		if truth(in.AmazonProvidedIpv6CidrBlock) || in.Ipv6CidrBlock != nil || in.Ipv6Pool != nil || in.Ipv6IpamPoolId != nil {
			return noIPv6()
		}
		return unsupported(cloud.ResVPC, "This cloud does not route a second CIDR block of a VPC yet; make another VPC.")
	})
	return nil, err
}
