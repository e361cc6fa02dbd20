package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteSubnet removes a subnet that no interface is in, and its associations
// with a route table and a network ACL.
func (s *Service) DeleteSubnet(ctx context.Context, c *awsquery.Call, in *ec2.DeleteSubnetRequest) (*ec2.DeleteSubnetResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		n, err := the(s.subnetKind(tx, c.Caller.Account), in.SubnetId)
		if err != nil {
			return err
		}
		for range tx.ENIs().By(store.BySubnet, string(n.ID)) {
			return depends(cloud.ResSubnet, "subnet", string(n.ID))
		}
		if err := leaveSubnet(tx, n); err != nil {
			return err
		}
		if err := dropTags(tx, n.ID); err != nil {
			return err
		}
		return tx.Subnets().Delete(n.ID)
	})
}

// leaveSubnet takes a subnet out of its route table and its network ACL.
func leaveSubnet(tx *store.Tx, n cloud.Subnet) error {
	is := func(m cloud.Membership) bool { return m.Subnet == n.ID }
	for t := range tx.RouteTables().By(store.ByVPC, string(n.VPC)) {
		t.Subnets = slices.DeleteFunc(slices.Clone(t.Subnets), is)
		if err := tx.RouteTables().Put(t); err != nil {
			return err
		}
	}
	for a := range tx.NetworkACLs().By(store.ByVPC, string(n.VPC)) {
		a.Subnets = slices.DeleteFunc(slices.Clone(a.Subnets), is)
		if err := tx.NetworkACLs().Put(a); err != nil {
			return err
		}
	}
	return nil
}
