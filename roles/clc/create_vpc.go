package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateVpc makes a VPC with what every VPC has and nothing that leads out of
// it.
func (s *Service) CreateVpc(ctx context.Context, c *awsquery.Call, in *ec2.CreateVpcRequest) (*ec2.CreateVpcResult, error) {
	if err := checkNewVPC(in); err != nil {
		return nil, err
	}
	block, err := readVPCBlock(text(in.CidrBlock))
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, "vpc")
	if err != nil {
		return nil, err
	}
	ids, err := s.ids(cloud.PrefixVPC, cloud.PrefixVPCBlock)
	if err != nil {
		return nil, err
	}
	made := cloud.VPC{ID: cloud.VPCID(ids[0]), Account: c.Caller.Account, CIDR: block, Association: cloud.AssociationID(ids[1]), Created: s.now().UTC()}
	f, err := s.newFurniture(made)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateVpcResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		v := made
		if err := f.put(tx, &v); err != nil {
			return err
		}
		if err := tx.VPCs().Put(v); err != nil {
			return err
		}
		err := putTags(tx, cloud.TagSet{Resource: ids[0], Type: "vpc", Account: v.Account, Tags: tags})
		out.Vpc = ptr(renderVPC(tx, v))
		return err
	})
	return out, err
}

// checkNewVPC refuses what VPCs of this cloud do not have.
func checkNewVPC(in *ec2.CreateVpcRequest) error {
	switch {
	case truth(in.AmazonProvidedIpv6CidrBlock) || in.Ipv6CidrBlock != nil || in.Ipv6Pool != nil || in.Ipv6CidrBlockNetworkBorderGroup != nil:
		return noIPv6()
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != nil || in.Ipv6NetmaskLength != nil:
		return unsupported(cloud.ResVPC, "This cloud does not offer IPAM pools; name the CIDR block.")
	case in.VpcEncryptionControl != nil:
		return unsupported(cloud.ResVPC, "This cloud does not offer VPC encryption control.")
	case in.InstanceTenancy != nil && *in.InstanceTenancy != "default":
		return unsupported(cloud.ResVPC, "This cloud offers the tenancy 'default' only.")
	case in.CidrBlock == nil:
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "CidrBlock", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.")
	}
	return nil
}
