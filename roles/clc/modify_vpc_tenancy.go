package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// ModifyVpcTenancy makes a VPC's tenancy the default one, which every VPC of
// this cloud has.
func (s *Service) ModifyVpcTenancy(ctx context.Context, c *awsquery.Call, in *ec2.ModifyVpcTenancyRequest) (*ec2.ModifyVpcTenancyResult, error) {
	err := s.update(ctx, c, func(tx *store.Tx) error {
		_, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		return err
	})
	return &ec2.ModifyVpcTenancyResult{ReturnValue: ptr(true)}, err
}
