package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// GetSecurityGroupsForVpc lists the groups that interfaces of a VPC can be in.
func (s *Service) GetSecurityGroupsForVpc(ctx context.Context, c *awsquery.Call, in *ec2.GetSecurityGroupsForVpcRequest) (*ec2.GetSecurityGroupsForVpcResult, error) {
	out := &ec2.GetSecurityGroupsForVpcResult{SecurityGroupForVpcs: []ec2.SecurityGroupForVpc{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		v, err := ownVPC(tx, c.Caller.Account, *in.VpcId)
		if err != nil {
			return err
		}
		found, next, err := find(c, groupForVPCKind(tx, v), query{filters: in.Filters, max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, g := range found {
			out.SecurityGroupForVpcs = append(out.SecurityGroupForVpcs, ec2.SecurityGroupForVpc{GroupId: ptr(string(g.ID)), GroupName: ptr(g.Name),
				Description: ptr(g.Description), OwnerId: ptr(string(g.Account)), PrimaryVpcId: ptr(string(g.VPC)), Tags: renderTags(tx, g.Account, string(g.ID))})
		}
		return nil
	})
	return out, err
}

// groupForVPCKind is what a query for the groups of a VPC knows of them.
func groupForVPCKind(tx *store.Tx, v cloud.VPC) kind[cloud.Group] {
	k := groupKind(tx, v.Account)
	k.all = tx.Groups().By(store.ByVPC, string(v.ID))
	k.filters = awsquery.Filters[cloud.Group]{
		"description":    k.filters["description"],
		"group-id":       k.filters["group-id"],
		"group-name":     k.filters["group-name"],
		"owner-id":       k.filters["owner-id"],
		"primary-vpc-id": k.filters["vpc-id"],
	}
	return k
}
