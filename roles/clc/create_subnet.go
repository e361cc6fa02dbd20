package clc

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// CreateSubnet makes a part of a VPC in one zone: that asked for, or the one
// with the fewest of the VPC's subnets.
func (s *Service) CreateSubnet(ctx context.Context, c *awsquery.Call, in *ec2.CreateSubnetRequest) (*ec2.CreateSubnetResult, error) {
	zone, err := s.subnetZone(in)
	if err != nil {
		return nil, err
	}
	block, err := readBlock(text(in.CidrBlock))
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, "subnet")
	if err != nil {
		return nil, err
	}
	made, member, err := s.newSubnet(cloud.VPC{Account: c.Caller.Account, ID: cloud.VPCID(text(in.VpcId))}, zone, block)
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateSubnetResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		n := made
		v, err := the(vpcKind(tx, c.Caller.Account), in.VpcId)
		if err != nil {
			return err
		}
		if err := checkSubnet(tx, v, block, s.ledger.Limit(tx, v.Account, cloud.LimitSubnetsPerVPC)); err != nil {
			return err
		}
		if n.Zone == "" {
			n.Zone = s.leastZone(tx, v.ID)
		}
		if err := putSubnet(tx, n, member); err != nil {
			return err
		}
		err = putTags(tx, cloud.TagSet{Resource: string(n.ID), Type: "subnet", Account: n.Account, Tags: tags})
		out.Subnet = ptr(s.renderSubnet(tx, n))
		return err
	})
	return out, err
}

// subnetZone refuses what subnets of this cloud do not have, and returns the
// zone asked for.
func (s *Service) subnetZone(in *ec2.CreateSubnetRequest) (string, error) {
	switch {
	case in.Ipv6CidrBlock != nil || truth(in.Ipv6Native):
		return "", noIPv6()
	case in.Ipv4IpamPoolId != nil || in.Ipv4NetmaskLength != nil || in.Ipv6IpamPoolId != nil || in.Ipv6NetmaskLength != nil:
		return "", unsupported(cloud.ResSubnet, "This cloud does not offer IPAM pools; name the CIDR block.")
	case in.OutpostArn != nil:
		return "", unsupported(cloud.ResSubnet, "This cloud has no outposts.")
	case in.CidrBlock == nil:
		return "", cloud.Errorf(cloud.Missing, cloud.AnyResource, "CidrBlock", "Either 'cidrBlock' or 'ipv4IpamPoolId' must be provided.")
	}
	return s.zoneNamed(in.AvailabilityZone, in.AvailabilityZoneId)
}

// zoneNamed is the zone of a name, an id or both; "" for neither.
func (s *Service) zoneNamed(name, id *string) (string, error) {
	zone := text(name)
	if zone != "" && !slices.Contains(s.cfg.Zones, zone) {
		return "", cloud.Errorf(cloud.Invalid, cloud.ResZone, zone, "Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: %s.", zone, strings.Join(s.cfg.Zones, ", "))
	}
	if id == nil {
		return zone, nil
	}
	z, ok := s.zoneOfID(*id)
	switch {
	case !ok:
		return "", cloud.Errorf(cloud.Invalid, cloud.ResZone, *id, "Value (%s) for parameter availabilityZoneId is invalid.", *id)
	case zone != "" && zone != z:
		return "", cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The availability zone '%s' does not have the id '%s'", zone, *id)
	}
	return z, nil
}

// leastZone is the zone with the fewest subnets of a VPC.
func (s *Service) leastZone(tx *store.Tx, v cloud.VPCID) string {
	has := map[string]int{}
	for n := range tx.Subnets().By(store.ByVPC, string(v)) {
		has[n.Zone]++
	}
	best := s.cfg.Zones[0]
	for _, z := range s.cfg.Zones {
		if has[z] < has[best] {
			best = z
		}
	}
	return best
}

// checkSubnet refuses a network that is not a free part of the VPC, and one
// subnet too many.
func checkSubnet(tx *store.Tx, v cloud.VPC, block netip.Prefix, most int64) error {
	if block.Bits() < largestBlock || block.Bits() > smallestBlock || block.Bits() < v.CIDR.Bits() || !v.CIDR.Contains(block.Addr()) {
		return cloud.Errorf(cloud.Invalid, cloud.ResSubnet, block.String(), "")
	}
	count := int64(0)
	for n := range tx.Subnets().By(store.ByVPC, string(v.ID)) {
		if count++; n.CIDR.Overlaps(block) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResSubnet, block.String(), "")
		}
	}
	if count >= most {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResSubnet, "", "")
	}
	return nil
}

// putSubnet writes a subnet and puts it into its VPC's default network ACL.
func putSubnet(tx *store.Tx, n cloud.Subnet, m cloud.Membership) error {
	acl, err := defaultACL(tx, n.VPC)
	if err != nil {
		return fmt.Errorf("put the subnet %s into an ACL: %w", n.ID, err)
	}
	acl.Subnets = append(slices.Clone(acl.Subnets), m)
	if err := tx.NetworkACLs().Put(acl); err != nil {
		return err
	}
	return tx.Subnets().Put(n)
}
