package clc

import (
	"cmp"
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeVpcs lists an account's VPCs.
func (s *Service) DescribeVpcs(ctx context.Context, c *awsquery.Call, in *ec2.DescribeVpcsRequest) (*ec2.DescribeVpcsResult, error) {
	out := &ec2.DescribeVpcsResult{Vpcs: []ec2.Vpc{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, vpcKind(tx, c.Caller.Account), query{ids: in.VpcIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, v := range found {
			out.Vpcs = append(out.Vpcs, renderVPC(tx, v))
		}
		return nil
	})
	return out, err
}

// noDHCPOptions is what EC2 says of a VPC without a set of DHCP options.
const noDHCPOptions = "default"

// dhcpOptionsOf is what EC2 says of a VPC's DHCP options.
func dhcpOptionsOf(v cloud.VPC) string { return string(cmp.Or(v.DHCPOptions, noDHCPOptions)) }

// vpcKind is what a query for VPCs knows of them.
func vpcKind(tx *store.Tx, a cloud.AccountID) kind[cloud.VPC] {
	type vpc = cloud.VPC
	id := func(v vpc) string { return string(v.ID) }
	cidr := one(func(v vpc) string { return v.CIDR.String() })
	isDefault := one(func(v vpc) string { return enabled(v.Default, "true", "false") })
	return kind[vpc]{resource: cloud.ResVPC, prefix: cloud.PrefixVPC, id: id, tags: tagsOf(tx, a, id),
		get: owned(tx.VPCs(), a, func(v vpc) cloud.AccountID { return v.Account }),
		all: tx.VPCs().By(store.ByAccount, string(a)),
		filters: awsquery.Filters[vpc]{
			"cidr":                                  cidr,
			"cidrBlock":                             cidr,
			"cidr-block":                            cidr,
			"cidr-block-association.association-id": one(vpcAssociation),
			"cidr-block-association.cidr-block":     cidr,
			"cidr-block-association.state":          fixed[vpc]("associated"),
			"dhcp-options-id":                       one(dhcpOptionsOf),
			"dhcpOptionsId":                         one(dhcpOptionsOf),
			"ipv6-cidr-block-association.association-id":  fixed[vpc](),
			"ipv6-cidr-block-association.ipv6-cidr-block": fixed[vpc](),
			"ipv6-cidr-block-association.ipv6-pool":       fixed[vpc](),
			"ipv6-cidr-block-association.state":           fixed[vpc](),
			"is-default":                                  isDefault,
			"isDefault":                                   isDefault,
			"owner-id":                                    one(func(v vpc) string { return string(v.Account) }),
			"state":                                       fixed[vpc]("available"),
			"vpc-id":                                      one(id),
		}}
}

// vpcAssociation is the id of a VPC's association with its one block.
func vpcAssociation(v cloud.VPC) string {
	if v.Association != "" {
		return string(v.Association)
	}
	// Of an ecc that gave the association no id of its own.
	return "vpc-cidr-assoc-" + strings.TrimPrefix(string(v.ID), cloud.PrefixVPC)
}

func renderVPC(tx *store.Tx, v cloud.VPC) ec2.Vpc {
	return ec2.Vpc{VpcId: ptr(string(v.ID)), OwnerId: ptr(string(v.Account)), State: ptr("available"), CidrBlock: ptr(v.CIDR.String()),
		DhcpOptionsId: ptr(dhcpOptionsOf(v)), InstanceTenancy: ptr("default"), IsDefault: ptr(v.Default), Tags: renderTags(tx, v.Account, string(v.ID)),
		CidrBlockAssociationSet: []ec2.VpcCidrBlockAssociation{{AssociationId: ptr(vpcAssociation(v)), CidrBlock: ptr(v.CIDR.String()),
			CidrBlockState: &ec2.VpcCidrBlockState{State: ptr("associated")}}}}
}
