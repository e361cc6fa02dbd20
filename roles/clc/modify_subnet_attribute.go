package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifySubnetAttribute changes one attribute of a subnet. That of public
// addresses for new instances is the one this cloud has; the others may be set
// to what they are.
func (s *Service) ModifySubnetAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ModifySubnetAttributeRequest) (*ec2.ModifySubnetAttributeResult, error) {
	err := oneAttribute(in.MapPublicIpOnLaunch != nil, in.AssignIpv6AddressOnCreation != nil, in.EnableDns64 != nil,
		in.MapCustomerOwnedIpOnLaunch != nil, in.PrivateDnsHostnameTypeOnLaunch != nil, in.EnableResourceNameDnsARecordOnLaunch != nil,
		in.EnableResourceNameDnsAAAARecordOnLaunch != nil, in.EnableLniAtDeviceIndex != nil || in.DisableLniAtDeviceIndex != nil)
	if err != nil {
		return nil, err
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		n, err := the(s.subnetKind(tx, c.Caller.Account), in.SubnetId)
		if err != nil {
			return err
		}
		if err := checkSubnetChange(in); err != nil {
			return err
		}
		if in.MapPublicIpOnLaunch != nil {
			n.MapPublic = truth(in.MapPublicIpOnLaunch.Value)
		}
		return tx.Subnets().Put(n)
	})
}

// checkSubnetChange refuses what subnets of this cloud do not have.
func checkSubnetChange(in *ec2.ModifySubnetAttributeRequest) error {
	on := func(v *ec2.AttributeBooleanValue) bool { return v != nil && truth(v.Value) }
	switch {
	case on(in.AssignIpv6AddressOnCreation), on(in.EnableDns64), on(in.EnableResourceNameDnsAAAARecordOnLaunch):
		return noIPv6()
	case on(in.MapCustomerOwnedIpOnLaunch), in.CustomerOwnedIpv4Pool != nil:
		return unsupported(cloud.ResSubnet, "This cloud has no pools of addresses of its customers.")
	case in.EnableLniAtDeviceIndex != nil, in.DisableLniAtDeviceIndex != nil:
		return unsupported(cloud.ResSubnet, "This cloud has no outposts.")
	case in.PrivateDnsHostnameTypeOnLaunch != nil && *in.PrivateDnsHostnameTypeOnLaunch != "ip-name", on(in.EnableResourceNameDnsARecordOnLaunch):
		return unsupported(cloud.ResSubnet, "This cloud names instances by their addresses only ('ip-name').")
	}
	return nil
}
