package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeNetworkInterfaces lists an account's interfaces.
func (s *Service) DescribeNetworkInterfaces(ctx context.Context, c *awsquery.Call, in *ec2.DescribeNetworkInterfacesRequest) (*ec2.DescribeNetworkInterfacesResult, error) {
	out := &ec2.DescribeNetworkInterfacesResult{NetworkInterfaces: []ec2.NetworkInterface{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.eniKind(tx, c.Caller.Account), query{ids: in.NetworkInterfaceIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits, apart: true})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, e := range found {
			out.NetworkInterfaces = append(out.NetworkInterfaces, s.renderENI(tx, e))
		}
		return nil
	})
	return out, err
}

// eniKind is what a query for interfaces knows of them.
func (s *Service) eniKind(tx *store.Tx, a cloud.AccountID) kind[cloud.ENI] {
	id := func(e cloud.ENI) string { return string(e.ID) }
	return kind[cloud.ENI]{resource: cloud.ResENI, prefix: cloud.PrefixENI, id: id, tags: tagsOf(tx, a, id),
		get:     owned(tx.ENIs(), a, func(e cloud.ENI) cloud.AccountID { return e.Account }),
		all:     tx.ENIs().By(store.ByAccount, string(a)),
		filters: s.eniFilters(tx)}
}

// filterTime is how filters write times.
const filterTime = "2006-01-02T15:04:05.000Z"

// ipOwner is who owns the addresses of the public pool.
const ipOwner = "amazon"

func eniStatus(e cloud.ENI) string { return enabled(e.Instance != "", "in-use", "available") }

func (s *Service) renderENI(tx *store.Tx, e cloud.ENI) ec2.NetworkInterface {
	var assoc *ec2.NetworkInterfaceAssociation
	if e.PublicIP.IsValid() {
		assoc = &ec2.NetworkInterfaceAssociation{IpOwnerId: ptr(ipOwner), PublicDnsName: ptr(s.publicName(e.PublicIP)), PublicIp: address(e.PublicIP)}
	}
	out := ec2.NetworkInterface{NetworkInterfaceId: ptr(string(e.ID)), SubnetId: ptr(string(e.Subnet)), VpcId: ptr(string(e.VPC)),
		AvailabilityZone: ptr(e.Zone), AvailabilityZoneId: ptr(s.zoneID(e.Zone)), OwnerId: ptr(string(e.Account)),
		Description: ptr(e.Description), Status: ptr(eniStatus(e)), InterfaceType: ptr("interface"), MacAddress: ptr(e.MAC),
		PrivateIpAddress: address(e.PrivateIP), PrivateDnsName: ptr(s.privateName(e.PrivateIP)), PublicDnsName: opt(s.publicName(e.PublicIP)),
		SourceDestCheck: ptr(true), RequesterManaged: ptr(false), Groups: renderGroups(tx, e.Groups), Association: assoc,
		Ipv6Addresses: []ec2.NetworkInterfaceIpv6Address{}, TagSet: renderTags(tx, e.Account, string(e.ID)),
		PrivateIpAddresses: []ec2.NetworkInterfacePrivateIpAddress{{Primary: ptr(true), PrivateIpAddress: address(e.PrivateIP),
			PrivateDnsName: ptr(s.privateName(e.PrivateIP)), Association: assoc}}}
	if e.Instance != "" {
		out.Attachment = &ec2.NetworkInterfaceAttachment{AttachmentId: ptr(string(e.Attachment)), AttachTime: ptr(e.Attached.UTC()),
			DeleteOnTermination: ptr(true), DeviceIndex: ptr(int64(e.Device)), NetworkCardIndex: ptr(int64(0)),
			InstanceId: ptr(string(e.Instance)), InstanceOwnerId: ptr(string(e.Account)), Status: ptr("attached")}
	}
	return out
}
