package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// ReplaceNetworkAclEntry changes an entry of a network ACL, if everything stays
// allowed.
func (s *Service) ReplaceNetworkAclEntry(ctx context.Context, c *awsquery.Call, in *ec2.ReplaceNetworkAclEntryRequest) (*ec2.ReplaceNetworkAclEntryResult, error) {
	asNew := ec2.CreateNetworkAclEntryRequest(*in)
	e, err := readACLEntry(&asNew)
	if err != nil {
		return nil, err
	}
	return nil, s.changeACL(ctx, c, in.NetworkAclId, func(n *cloud.NetworkACL) error {
		k := entryAt(*n, e.Egress, e.Number)
		if k < 0 {
			return noEntry(*n, e.Egress, e.Number)
		}
		n.Entries[k] = e
		return nil
	})
}
