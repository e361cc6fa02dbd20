package clc

import (
	"context"
	"net/netip"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// defaultSubnetBits is the size of the subnets of a default VPC.
const defaultSubnetBits = 20

// CreateDefaultSubnet makes the default subnet of a zone that has none, in the
// first free part of the default VPC.
func (s *Service) CreateDefaultSubnet(ctx context.Context, c *awsquery.Call, in *ec2.CreateDefaultSubnetRequest) (*ec2.CreateDefaultSubnetResult, error) {
	if truth(in.Ipv6Native) {
		return nil, noIPv6()
	}
	zone, err := s.zoneNamed(in.AvailabilityZone, in.AvailabilityZoneId)
	if err != nil {
		return nil, err
	}
	if zone == "" {
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "AvailabilityZone", "The request must contain the parameter availabilityZone")
	}
	made, member, err := s.newSubnet(cloud.VPC{Account: c.Caller.Account}, zone, netip.Prefix{})
	if err != nil {
		return nil, err
	}
	out := &ec2.CreateDefaultSubnetResult{}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		n := made
		v, ok := tx.VPCs().Get(defaultVPCOf(tx, c.Caller.Account))
		if !ok {
			return cloud.Errorf(cloud.Missing, cloud.ResVPC, "", "")
		}
		if n.CIDR, err = freeBlock(tx, v, zone); err != nil {
			return err
		}
		n.VPC, n.Default, n.MapPublic = v.ID, true, true
		if err := putSubnet(tx, n, member); err != nil {
			return err
		}
		out.Subnet = ptr(s.renderSubnet(tx, n))
		return nil
	})
	return out, err
}

// freeBlock is the first free part of a default VPC for a zone's default
// subnet.
func freeBlock(tx *store.Tx, v cloud.VPC, zone string) (netip.Prefix, error) {
	var taken []netip.Prefix
	for n := range tx.Subnets().By(store.ByVPC, string(v.ID)) {
		if n.Default && n.Zone == zone {
			return n.CIDR, cloud.Errorf(cloud.AlreadyExists, cloud.ResZone, zone, "")
		}
		taken = append(taken, n.CIDR)
	}
	for k := 0; ; k++ {
		p, err := nthSubnet(v.CIDR, defaultSubnetBits, k)
		if err != nil {
			return p, cloud.Errorf(cloud.Exhausted, cloud.ResVPC, string(v.ID), "")
		}
		if free(p, taken) {
			return p, nil
		}
	}
}

func free(p netip.Prefix, taken []netip.Prefix) bool {
	for _, t := range taken {
		if t.Overlaps(p) {
			return false
		}
	}
	return true
}
