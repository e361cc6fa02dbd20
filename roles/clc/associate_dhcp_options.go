package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// AssociateDhcpOptions gives a VPC a set of DHCP options, or none by the name
// "default". Its guests are told at their next DHCP request.
func (s *Service) AssociateDhcpOptions(ctx context.Context, c *awsquery.Call, in *ec2.AssociateDhcpOptionsRequest) (*ec2.AssociateDhcpOptionsResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		if v.DHCPOptions = ""; text(in.DhcpOptionsId) != noDHCPOptions {
			d, err := the(dhcpKind(tx, c.Caller.Account), in.DhcpOptionsId)
			if err != nil {
				return err
			}
			v.DHCPOptions = d.ID
		}
		return tx.VPCs().Put(v)
	})
}
