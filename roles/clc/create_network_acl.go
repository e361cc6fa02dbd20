package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// CreateNetworkAcl would make a network ACL, which denies everything. It is
// refused while ACLs do not filter.
func (s *Service) CreateNetworkAcl(ctx context.Context, c *awsquery.Call, in *ec2.CreateNetworkAclRequest) (*ec2.CreateNetworkAclResult, error) {
	if _, err := specTags(in.TagSpecifications, "network-acl"); err != nil {
		return nil, err
	}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if _, err := the(vpcKind(tx, c.Caller.Account), in.VpcId); err != nil {
			return err
		}
		return aclsDoNotAct()
	})
	return nil, err
}
