package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeSecurityGroupReferences lists the VPCs at the other end of a peering
// that have rules for the groups: there is no peering, and so none.
func (s *Service) DescribeSecurityGroupReferences(ctx context.Context, c *awsquery.Call, in *ec2.DescribeSecurityGroupReferencesRequest) (*ec2.DescribeSecurityGroupReferencesResult, error) {
	out := &ec2.DescribeSecurityGroupReferencesResult{SecurityGroupReferenceSet: []ec2.SecurityGroupReference{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		_, err := groupKind(tx, c.Caller.Account).named(in.GroupId)
		return err
	})
}

// DescribeStaleSecurityGroups lists the groups of a VPC whose rules name groups
// at the other end of a peering that are gone: there are none.
func (s *Service) DescribeStaleSecurityGroups(ctx context.Context, c *awsquery.Call, in *ec2.DescribeStaleSecurityGroupsRequest) (*ec2.DescribeStaleSecurityGroupsResult, error) {
	out := &ec2.DescribeStaleSecurityGroupsResult{StaleSecurityGroupSet: []ec2.StaleSecurityGroup{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		_, next, err := awsquery.Page(c, []string(nil), func(id string) string { return id }, in.MaxResults, in.NextToken, awsquery.Limits{Min: 5, Max: 255})
		if err != nil {
			return err
		}
		out.NextToken = next
		_, err = ownVPC(tx, c.Caller.Account, *in.VpcId)
		return err
	})
}

// ownVPC finds an account's VPC.
func ownVPC(tx *store.Tx, a cloud.AccountID, id string) (cloud.VPC, error) {
	if !cloud.ValidID(cloud.PrefixVPC, id) {
		return cloud.VPC{}, cloud.Errorf(cloud.Malformed, cloud.ResVPC, id, "")
	}
	v, ok := tx.VPCs().Get(cloud.VPCID(id))
	if !ok || v.Account != a {
		return v, cloud.Errorf(cloud.NotFound, cloud.ResVPC, id, "")
	}
	return v, nil
}
