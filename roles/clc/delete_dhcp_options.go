package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteDhcpOptions removes a set of DHCP options that no VPC has.
func (s *Service) DeleteDhcpOptions(ctx context.Context, c *awsquery.Call, in *ec2.DeleteDhcpOptionsRequest) (*ec2.DeleteDhcpOptionsResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		d, err := the(dhcpKind(tx, c.Caller.Account), in.DhcpOptionsId)
		if err != nil {
			return err
		}
		for v := range tx.VPCs().By(store.ByAccount, string(c.Caller.Account)) {
			if v.DHCPOptions == d.ID {
				return depends(cloud.ResDHCPOptions, "dhcpOptions", string(d.ID))
			}
		}
		if err := dropTags(tx, d.ID); err != nil {
			return err
		}
		return tx.DHCPOptions().Delete(d.ID)
	})
}
