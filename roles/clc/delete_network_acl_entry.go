package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// DeleteNetworkAclEntry takes an entry out of a network ACL, if everything
// stays allowed.
func (s *Service) DeleteNetworkAclEntry(ctx context.Context, c *awsquery.Call, in *ec2.DeleteNetworkAclEntryRequest) (*ec2.DeleteNetworkAclEntryResult, error) {
	return nil, s.changeACL(ctx, c, in.NetworkAclId, func(n *cloud.NetworkACL) error {
		k := entryAt(*n, truth(in.Egress), int(*in.RuleNumber))
		if k < 0 {
			return noEntry(*n, truth(in.Egress), int(*in.RuleNumber))
		}
		n.Entries = slices.Delete(n.Entries, k, k+1)
		return nil
	})
}
