package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// AssociateSubnetCidrBlock would give a subnet an IPv6 network.
func (s *Service) AssociateSubnetCidrBlock(ctx context.Context, c *awsquery.Call, in *ec2.AssociateSubnetCidrBlockRequest) (*ec2.AssociateSubnetCidrBlockResult, error) {
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if _, err := the(s.subnetKind(tx, c.Caller.Account), in.SubnetId); err != nil {
			return err
		}
		return noIPv6()
	})
	return nil, err
}
