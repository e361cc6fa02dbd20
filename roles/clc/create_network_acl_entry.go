package clc

import (
	"context"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateNetworkAclEntry adds an entry to a network ACL, if everything stays
// allowed.
func (s *Service) CreateNetworkAclEntry(ctx context.Context, c *awsquery.Call, in *ec2.CreateNetworkAclEntryRequest) (*ec2.CreateNetworkAclEntryResult, error) {
	e, err := readACLEntry(in)
	if err != nil {
		return nil, err
	}
	return nil, s.changeACL(ctx, c, in.NetworkAclId, func(n *cloud.NetworkACL) error {
		if entryAt(*n, e.Egress, e.Number) >= 0 {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResACLEntry, strconv.Itoa(e.Number), "")
		}
		n.Entries = append(n.Entries, e)
		return nil
	})
}

// changeACL changes the entries of a network ACL.
func (s *Service) changeACL(ctx context.Context, c *awsquery.Call, id *string, change func(*cloud.NetworkACL) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		n, err := the(aclKind(tx, c.Caller.Account), id)
		if err != nil {
			return err
		}
		n.Entries = slices.Clone(n.Entries)
		if err := change(&n); err != nil {
			return err
		}
		most := s.ledger.Limit(tx, n.Account, cloud.LimitACLEntries)
		if entries(n, false) > most || entries(n, true) > most {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResACLEntry, "", "")
		}
		if !open(n) {
			return aclsDoNotAct()
		}
		return tx.NetworkACLs().Put(n)
	})
}

// entries counts an ACL's entries of a direction.
func entries(n cloud.NetworkACL, egress bool) (count int64) {
	for _, e := range n.Entries {
		if e.Egress == egress {
			count++
		}
	}
	return count
}
