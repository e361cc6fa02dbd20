package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReleaseAddress gives an elastic IP that nothing has back to the pool.
func (s *Service) ReleaseAddress(ctx context.Context, c *awsquery.Call, in *ec2.ReleaseAddressRequest) (*ec2.ReleaseAddressResult, error) {
	if g := text(in.NetworkBorderGroup); g != "" && g != s.cfg.Region {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResAddress, g, "Invalid value '%s' for NetworkBorderGroup: the one of this region is %s.", g, s.cfg.Region)
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		ad, err := addressOf(tx, c.Caller.Account, in.AllocationId, in.PublicIp)
		if err != nil {
			return err
		}
		if ad.Association != "" {
			return cloud.Errorf(cloud.InUse, cloud.ResAddress, string(ad.ID), "Address %s is in use.", ad.ID)
		}
		if err := tx.TagSets().Delete(string(ad.ID)); err != nil {
			return err
		}
		return tx.Addresses().Delete(ad.ID)
	})
}
