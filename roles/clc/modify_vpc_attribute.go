package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyVpcAttribute changes one attribute of a VPC. Without DNS support its
// guests are not told of the cloud's name servers; without DNS hostnames they
// have no public names.
func (s *Service) ModifyVpcAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ModifyVpcAttributeRequest) (*ec2.ModifyVpcAttributeResult, error) {
	if err := oneAttribute(in.EnableDnsHostnames != nil, in.EnableDnsSupport != nil, in.EnableNetworkAddressUsageMetrics != nil); err != nil {
		return nil, err
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		switch {
		case in.EnableDnsSupport != nil:
			v.NoDNS = !truth(in.EnableDnsSupport.Value)
		case in.EnableDnsHostnames != nil:
			if v.DNSHostnames = truth(in.EnableDnsHostnames.Value); v.DNSHostnames && v.NoDNS {
				return cloud.Errorf(cloud.Invalid, cloud.AnyResource, string(v.ID), "DNS hostnames of %s cannot be enabled while its DNS support is disabled.", v.ID)
			}
		case truth(in.EnableNetworkAddressUsageMetrics.Value):
			return unsupported(cloud.ResVPC, "This cloud has no network address usage metrics.")
		}
		return tx.VPCs().Put(v)
	})
}

// oneAttribute refuses a change of no attribute and one of several.
func oneAttribute(set ...bool) error {
	n := 0
	for _, x := range set {
		if x {
			n++
		}
	}
	switch n {
	case 0:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No attributes specified.")
	case 1:
		return nil
	}
	return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Fields for multiple attribute types specified; one call changes one.")
}
