package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeAddresses lists an account's elastic IPs.
func (s *Service) DescribeAddresses(ctx context.Context, c *awsquery.Call, in *ec2.DescribeAddressesRequest) (*ec2.DescribeAddressesResult, error) {
	out := &ec2.DescribeAddressesResult{Addresses: []ec2.Address{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		ids := append([]string(nil), in.AllocationIds...)
		for _, p := range in.PublicIps {
			ad, err := addressByIP(tx, c.Caller.Account, p)
			if err != nil {
				return err
			}
			ids = append(ids, string(ad.ID))
		}
		found, _, err := find(c, s.addressKind(tx, c.Caller.Account), query{ids: ids, filters: in.Filters})
		if err != nil {
			return err
		}
		for _, ad := range found {
			out.Addresses = append(out.Addresses, s.renderAddress(tx, ad))
		}
		return nil
	})
	return out, err
}

// DescribeAddressesAttribute tells which elastic IPs have a name of their own in
// the reverse DNS: none has, this cloud keeps no such names.
func (s *Service) DescribeAddressesAttribute(ctx context.Context, c *awsquery.Call, in *ec2.DescribeAddressesAttributeRequest) (*ec2.DescribeAddressesAttributeResult, error) {
	out := &ec2.DescribeAddressesAttributeResult{Addresses: []ec2.AddressAttribute{}}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		_, next, err := find(c, s.addressKind(tx, c.Caller.Account), query{ids: in.AllocationIds, max: in.MaxResults, token: in.NextToken,
			limits: awsquery.Limits{Min: 1, Max: 1000}})
		out.NextToken = next
		return err
	})
}

// addressKind is what a query for elastic IPs knows of them.
func (s *Service) addressKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Address] {
	type ip = cloud.Address
	id := func(ad ip) string { return string(ad.ID) }
	return kind[ip]{resource: cloud.ResAddress, id: id, tags: tagsOf(tx, a, id),
		get: owned(tx.Addresses(), a, func(ad ip) cloud.AccountID { return ad.Account }),
		all: tx.Addresses().By(store.ByAccount, string(a)),
		filters: awsquery.Filters[ip]{
			"allocation-id":              one(id),
			"association-id":             one(func(ad ip) string { return string(ad.Association) }),
			"domain":                     fixed[ip]("vpc"),
			"instance-id":                one(func(ad ip) string { return string(ad.Instance) }),
			"network-border-group":       fixed[ip](s.cfg.Region),
			"network-interface-id":       one(func(ad ip) string { return string(ad.ENI) }),
			"network-interface-owner-id": one(func(ad ip) string { return enabled(ad.ENI != "", string(ad.Account), "") }),
			"private-ip-address":         one(func(ad ip) string { return text(address(ad.PrivateIP)) }),
			"public-ip":                  one(func(ad ip) string { return text(address(ad.PublicIP)) }),
		}}
}

func (s *Service) renderAddress(tx *store.Tx, ad cloud.Address) ec2.Address {
	out := ec2.Address{AllocationId: ptr(string(ad.ID)), PublicIp: address(ad.PublicIP), Domain: ptr("vpc"),
		PublicIpv4Pool: ptr(publicPoolName), NetworkBorderGroup: ptr(s.cfg.Region), Tags: renderTags(tx, ad.Account, string(ad.ID))}
	if ad.Association == "" {
		return out
	}
	out.AssociationId, out.InstanceId, out.PrivateIpAddress = ptr(string(ad.Association)), opt(string(ad.Instance)), address(ad.PrivateIP)
	out.NetworkInterfaceId, out.NetworkInterfaceOwnerId = ptr(string(ad.ENI)), ptr(string(ad.Account))
	return out
}
