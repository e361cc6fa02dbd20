package clc

import (
	"context"
	"net/netip"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// typeAddress is EC2's name of elastic IPs.
const typeAddress = "elastic-ip"

// publicPoolName is how EC2 names the provider's own pool of addresses.
const publicPoolName = "amazon"

// AllocateAddress gives the account a public address to keep.
func (s *Service) AllocateAddress(ctx context.Context, c *awsquery.Call, in *ec2.AllocateAddressRequest) (*ec2.AllocateAddressResult, error) {
	asked, err := s.readAllocation(in)
	if err != nil {
		return nil, err
	}
	tags, err := specTags(in.TagSpecifications, typeAddress)
	if err != nil {
		return nil, err
	}
	id, err := s.id(cloud.PrefixAllocation)
	if err != nil {
		return nil, err
	}
	ad := cloud.Address{ID: cloud.AllocationID(id), Account: c.Caller.Account}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		var err error
		if ad.PublicIP, err = s.allocate(tx, asked); err != nil {
			return err
		}
		ad.Created = tx.Now
		if err := tx.Addresses().Put(ad); err != nil {
			return err
		}
		return putTags(tx, cloud.TagSet{Resource: id, Type: typeAddress, Account: ad.Account, Tags: tags})
	})
	if err != nil {
		return nil, err
	}
	return &ec2.AllocateAddressResult{AllocationId: ptr(id), PublicIp: address(ad.PublicIP), Domain: ptr("vpc"),
		PublicIpv4Pool: ptr(publicPoolName), NetworkBorderGroup: ptr(s.cfg.Region)}, nil
}

// readAllocation checks a request as far as it can be without the store, and
// returns the address it asks for, zero for any.
func (s *Service) readAllocation(in *ec2.AllocateAddressRequest) (asked netip.Addr, err error) {
	switch pool := text(in.PublicIpv4Pool); {
	case text(in.Domain) == "standard":
		return asked, cloud.Errorf(cloud.Unsupported, cloud.ResAddress, "", "This cloud has addresses for VPCs only: the domain is vpc.")
	case in.CustomerOwnedIpv4Pool != nil || in.IpamPoolId != nil:
		return asked, cloud.Errorf(cloud.Unsupported, cloud.ResAddress, "", "This cloud has one pool of public addresses, its own.")
	case pool != "" && pool != publicPoolName:
		return asked, cloud.Errorf(cloud.NotFound, cloud.ResAddressPool, pool, "")
	case text(in.NetworkBorderGroup) != "" && *in.NetworkBorderGroup != s.cfg.Region:
		return asked, cloud.Errorf(cloud.Invalid, cloud.ResAddress, *in.NetworkBorderGroup, "Invalid value '%s' for NetworkBorderGroup: the one of this region is %s.", *in.NetworkBorderGroup, s.cfg.Region)
	case !s.cfg.PublicPool.IsValid():
		return asked, cloud.Errorf(cloud.Exhausted, cloud.ResAddress, "", "This cloud has no pool of public addresses. Its operator gives it one by the setting public_pool.")
	case text(in.Address) != "":
		return readIPv4(*in.Address)
	}
	return asked, nil
}

// allocate takes the address asked for, or any, from the public pool. One that
// another has is answered as one the pool does not have.
func (s *Service) allocate(tx *store.Tx, asked netip.Addr) (netip.Addr, error) {
	if !asked.IsValid() {
		got, err := poolAddrs(tx, s.cfg.PublicPool, 1)
		if err != nil {
			return zeroAddr, err
		}
		return got[0], nil
	}
	if !s.cfg.PublicPool.Contains(asked) || reserved(s.cfg.PublicPool, asked) || publicTaken(tx, asked) {
		return zeroAddr, cloud.Errorf(cloud.NotFound, cloud.ResPublicIP, asked.String(), "")
	}
	return asked, nil
}
