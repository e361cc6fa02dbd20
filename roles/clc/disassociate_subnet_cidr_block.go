package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// DisassociateSubnetCidrBlock would take an IPv6 network from a subnet; none
// has one.
func (s *Service) DisassociateSubnetCidrBlock(_ context.Context, _ *awsquery.Call, in *ec2.DisassociateSubnetCidrBlockRequest) (*ec2.DisassociateSubnetCidrBlockResult, error) {
	return nil, cloud.Errorf(cloud.NotFound, cloud.ResSubnetCIDRAssociation, text(in.AssociationId), "")
}
