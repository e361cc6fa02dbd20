package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DisassociateVpcCidrBlock would take a network from a VPC. There is only the
// primary one, which stays.
func (s *Service) DisassociateVpcCidrBlock(ctx context.Context, c *awsquery.Call, in *ec2.DisassociateVpcCidrBlockRequest) (*ec2.DisassociateVpcCidrBlockResult, error) {
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for v := range tx.VPCs().By(store.ByAccount, string(c.Caller.Account)) {
			if vpcAssociation(v) == text(in.AssociationId) {
				return cloud.Errorf(cloud.Denied, cloud.ResCIDRAssociation, *in.AssociationId, "")
			}
		}
		return cloud.Errorf(cloud.NotFound, cloud.ResCIDRAssociation, text(in.AssociationId), "")
	})
	return nil, err
}
