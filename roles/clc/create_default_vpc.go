package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateDefaultVpc makes the default VPC of an account that has deleted its
// first one.
func (s *Service) CreateDefaultVpc(ctx context.Context, c *awsquery.Call, _ *ec2.CreateDefaultVpcRequest) (*ec2.CreateDefaultVpcResult, error) {
	d, err := s.newDefaultVPC(c.Caller.Account)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateDefaultVpcResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if old := defaultVPCOf(tx, c.Caller.Account); old != "" {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResVPC, string(old), "")
		}
		if err := d.put(tx); err != nil {
			return err
		}
		v, _ := tx.VPCs().Get(d.vpc.ID)
		out.Vpc = ptr(renderVPC(tx, v))
		return nil
	})
	return out, err
}
