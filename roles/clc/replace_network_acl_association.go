package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ReplaceNetworkAclAssociation puts a subnet into another network ACL of its
// VPC.
func (s *Service) ReplaceNetworkAclAssociation(ctx context.Context, c *awsquery.Call, in *ec2.ReplaceNetworkAclAssociationRequest) (*ec2.ReplaceNetworkAclAssociationResult, error) {
	id, err := s.id(cloud.PrefixNetworkACLAssociation)
	if err != nil {
		return nil, err
	}
	out := &ec2.ReplaceNetworkAclAssociationResult{NewAssociationId: ptr(id)}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		old, m, err := associatedACL(tx, c.Caller.Account, in.AssociationId)
		if err != nil {
			return err
		}
		n, err := the(aclKind(tx, c.Caller.Account), in.NetworkAclId)
		if err != nil {
			return err
		}
		if n.VPC != old.VPC {
			return cloud.Errorf(cloud.Invalid, cloud.ResNetworkACL, string(n.ID), "network ACL %s and subnet %s belong to different networks", n.ID, m.Subnet)
		}
		old.Subnets = slices.DeleteFunc(slices.Clone(old.Subnets), func(x cloud.Membership) bool { return x == m })
		if err := tx.NetworkACLs().Put(old); err != nil {
			return err
		}
		n, _ = tx.NetworkACLs().Get(n.ID)
		n.Subnets = append(slices.Clone(n.Subnets), cloud.Membership{ID: cloud.AssociationID(id), Subnet: m.Subnet})
		return tx.NetworkACLs().Put(n)
	})
	return out, err
}

// associatedACL finds the network ACL of an association of an account.
func associatedACL(tx *store.Tx, a cloud.AccountID, id *string) (cloud.NetworkACL, cloud.Membership, error) {
	for n := range tx.NetworkACLs().By(store.ByAccount, string(a)) {
		for _, m := range n.Subnets {
			if string(m.ID) == text(id) {
				return n, m, nil
			}
		}
	}
	return cloud.NetworkACL{}, cloud.Membership{}, cloud.Errorf(cloud.NotFound, cloud.ResNetworkACLAssociation, text(id), "")
}
