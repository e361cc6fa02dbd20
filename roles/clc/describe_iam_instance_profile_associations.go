package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// associationFilters are the filters of DescribeIamInstanceProfileAssociations.
var associationFilters = awsquery.Filters[cloud.ProfileAssociation]{
	"instance-id": one(func(a cloud.ProfileAssociation) string { return string(a.Instance) }),
	"state":       fixed[cloud.ProfileAssociation]("associated"),
}

// DescribeIamInstanceProfileAssociations lists which instances have which
// profiles.
func (s *Service) DescribeIamInstanceProfileAssociations(ctx context.Context, c *awsquery.Call, in *ec2.DescribeIamInstanceProfileAssociationsRequest) (*ec2.DescribeIamInstanceProfileAssociationsResult, error) {
	out := &ec2.DescribeIamInstanceProfileAssociationsResult{}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		k := kind[cloud.ProfileAssociation]{resource: cloud.ResProfileAssociation, prefix: cloud.PrefixProfileAssociation,
			id:      func(a cloud.ProfileAssociation) string { return string(a.ID) },
			get:     owned(tx.ProfileAssociations(), c.Caller.Account, func(a cloud.ProfileAssociation) cloud.AccountID { return a.Account }),
			all:     tx.ProfileAssociations().By(store.ByAccount, string(c.Caller.Account)),
			filters: associationFilters}
		found, next, err := find(c, k, query{ids: in.AssociationIds, filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, a := range found {
			out.IamInstanceProfileAssociations = append(out.IamInstanceProfileAssociations, *renderAssociation(a, "associated"))
		}
		return nil
	})
}
