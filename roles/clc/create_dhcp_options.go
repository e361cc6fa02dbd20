package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateDhcpOptions makes a set of DHCP options, for VPCs to be associated with.
func (s *Service) CreateDhcpOptions(ctx context.Context, c *awsquery.Call, in *ec2.CreateDhcpOptionsRequest) (*ec2.CreateDhcpOptionsResult, error) {
	options, err := readDHCP(in.DhcpConfigurations)
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, "dhcp-options")
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixDHCPOptions)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateDhcpOptionsResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		d := cloud.DHCPOptions{ID: cloud.DHCPOptionsID(id), Account: c.Caller.Account, Options: options, Created: tx.Now}
		if err := tx.DHCPOptions().Put(d); err != nil {
			return err
		}
		err := putTags(tx, cloud.TagSet{Resource: id, Type: "dhcp-options", Account: d.Account, Tags: tags})
		out.DhcpOptions = ptr(renderDHCP(tx, d))
		return err
	})
	return out, err
}
