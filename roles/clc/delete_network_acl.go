package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteNetworkAcl removes a network ACL that no subnet is in, but for a VPC's
// default one.
func (s *Service) DeleteNetworkAcl(ctx context.Context, c *awsquery.Call, in *ec2.DeleteNetworkAclRequest) (*ec2.DeleteNetworkAclResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		n, err := the(aclKind(tx, c.Caller.Account), in.NetworkAclId)
		switch {
		case err != nil:
			return err
		case n.Default:
			return cloud.Errorf(cloud.Invalid, cloud.ResNetworkACL, string(n.ID), "cannot delete default network ACL %s", n.ID)
		case len(n.Subnets) > 0:
			return depends(cloud.ResNetworkACL, "networkAcl", string(n.ID))
		}
		if err := dropTags(tx, n.ID); err != nil {
			return err
		}
		return tx.NetworkACLs().Delete(n.ID)
	})
}
