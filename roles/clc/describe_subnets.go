package clc

import (
	"context"
	"net/netip"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeSubnets lists an account's subnets.
func (s *Service) DescribeSubnets(ctx context.Context, c *awsquery.Call, in *ec2.DescribeSubnetsRequest) (*ec2.DescribeSubnetsResult, error) {
	out := &ec2.DescribeSubnetsResult{Subnets: []ec2.Subnet{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, s.subnetKind(tx, c.Caller.Account), query{ids: in.SubnetIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, n := range found {
			out.Subnets = append(out.Subnets, s.renderSubnet(tx, n))
		}
		return nil
	})
	return out, err
}

// subnetKind is what a query for subnets knows of them.
func (s *Service) subnetKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Subnet] {
	type net = cloud.Subnet
	id := func(n net) string { return string(n.ID) }
	yes := func(get func(net) bool) func(net) []string {
		return one(func(n net) string { return enabled(get(n), "true", "false") })
	}
	f := awsquery.Filters[net]{
		"availability-zone":          one(func(n net) string { return n.Zone }),
		"availability-zone-id":       one(func(n net) string { return s.zoneID(n.Zone) }),
		"available-ip-address-count": one(func(n net) string { return strconv.Itoa(freeCount(tx, n)) }),
		"cidr-block":                 one(func(n net) string { return n.CIDR.String() }),
		"customer-owned-ipv4-pool":   fixed[net](),
		"default-for-az":             yes(func(n net) bool { return n.Default }),
		"enable-dns64":               fixed[net]("false"),
		"enable-lni-at-device-index": fixed[net](),
		"ipv6-native":                fixed[net]("false"),
		"map-public-ip-on-launch":    yes(func(n net) bool { return n.MapPublic }),
		"outpost-arn":                fixed[net](),
		"owner-id":                   one(func(n net) string { return string(n.Account) }),
		"state":                      fixed[net]("available"),
		"subnet-arn":                 one(s.subnetARN),
		"subnet-id":                  one(id),
		"vpc-id":                     one(func(n net) string { return string(n.VPC) }),

		"assign-ipv6-address-on-creation":             fixed[net]("false"),
		"ipv6-cidr-block-association.ipv6-cidr-block": fixed[net](),
		"ipv6-cidr-block-association.association-id":  fixed[net](),
		"ipv6-cidr-block-association.state":           fixed[net](),
		"map-customer-owned-ip-on-launch":             fixed[net]("false"),

		"private-dns-name-options-on-launch.hostname-type":                        fixed[net]("ip-name"),
		"private-dns-name-options-on-launch.enable-resource-name-dns-a-record":    fixed[net]("false"),
		"private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record": fixed[net]("false"),
	}
	f["availabilityZone"], f["availabilityZoneId"], f["defaultForAz"] = f["availability-zone"], f["availability-zone-id"], f["default-for-az"]
	f["cidr"], f["cidrBlock"] = f["cidr-block"], f["cidr-block"]
	return kind[net]{resource: cloud.ResSubnet, prefix: cloud.PrefixSubnet, id: id, tags: tagsOf(tx, a, id), filters: f,
		get: owned(tx.Subnets(), a, func(n net) cloud.AccountID { return n.Account }),
		all: tx.Subnets().By(store.ByAccount, string(a))}
}

func (s *Service) subnetARN(n cloud.Subnet) string {
	return cloud.EC2ARN(s.cfg.Region, n.Account, "subnet/"+string(n.ID))
}

// freeCount is how many addresses of a subnet can still be given.
func freeCount(tx *store.Tx, n cloud.Subnet) int {
	free := usable(n.CIDR)
	for e := range tx.ENIs().By(store.BySubnet, string(n.ID)) {
		free -= 1 + len(e.Secondary)
	}
	return free
}

// usable is how many addresses of a prefix guests can have.
func usable(p netip.Prefix) int { return 1<<(p.Addr().BitLen()-p.Bits()) - reservedAtStart - 1 }

func (s *Service) renderSubnet(tx *store.Tx, n cloud.Subnet) ec2.Subnet {
	return ec2.Subnet{SubnetId: ptr(string(n.ID)), VpcId: ptr(string(n.VPC)), OwnerId: ptr(string(n.Account)), SubnetArn: ptr(s.subnetARN(n)),
		State: ptr("available"), CidrBlock: ptr(n.CIDR.String()), AvailableIpAddressCount: ptr(int64(freeCount(tx, n))),
		AvailabilityZone: ptr(n.Zone), AvailabilityZoneId: ptr(s.zoneID(n.Zone)), DefaultForAz: ptr(n.Default),
		MapPublicIpOnLaunch: ptr(n.MapPublic), MapCustomerOwnedIpOnLaunch: ptr(false), AssignIpv6AddressOnCreation: ptr(false),
		EnableDns64: ptr(false), Ipv6Native: ptr(false), Ipv6CidrBlockAssociationSet: []ec2.SubnetIpv6CidrBlockAssociation{},
		PrivateDnsNameOptionsOnLaunch: &ec2.PrivateDnsNameOptionsOnLaunch{HostnameType: ptr("ip-name"),
			EnableResourceNameDnsARecord: ptr(false), EnableResourceNameDnsAAAARecord: ptr(false)},
		Tags: renderTags(tx, n.Account, string(n.ID))}
}
