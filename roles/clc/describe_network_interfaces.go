package clc

import (
	"context"
	"strconv"

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

// eniFilters are the filters of DescribeNetworkInterfaces.
func (s *Service) eniFilters(tx *store.Tx) awsquery.Filters[cloud.ENI] {
	type eni = cloud.ENI
	groups := func(get func(ec2.GroupIdentifier) string) func(eni) []string {
		return func(e eni) []string {
			var out []string
			for _, g := range renderGroups(tx, e.Groups) {
				out = append(out, get(g))
			}
			return out
		}
	}
	attached := func(get func(eni) string) func(eni) []string {
		return one(func(e eni) string {
			if e.Instance == "" {
				return ""
			}
			return get(e)
		})
	}
	private := one(func(e eni) string { return text(address(e.PrivateIP)) })
	privateName := one(func(e eni) string { return s.privateName(e.PrivateIP) })
	public := one(func(e eni) string { return text(address(e.PublicIP)) })
	publicName := one(func(e eni) string { return s.publicName(e.PublicIP) })
	ipOwner := one(func(e eni) string { return enabled(e.PublicIP.IsValid(), ipOwner, "") })
	return awsquery.Filters[eni]{
		"addresses.association.owner-id":          ipOwner,
		"addresses.association.public-ip":         public,
		"addresses.primary":                       fixed[eni]("true"),
		"addresses.private-ip-address":            private,
		"association.allocation-id":               fixed[eni](),
		"association.association-id":              fixed[eni](),
		"association.ip-owner-id":                 ipOwner,
		"association.public-dns-name":             publicName,
		"association.public-ip":                   public,
		"attachment.attach-time":                  attached(func(e eni) string { return e.Attached.UTC().Format(filterTime) }),
		"attachment.attachment-id":                attached(func(e eni) string { return string(e.Attachment) }),
		"attachment.delete-on-termination":        attached(func(eni) string { return "true" }),
		"attachment.device-index":                 attached(func(e eni) string { return strconv.Itoa(e.Device) }),
		"attachment.instance-id":                  attached(func(e eni) string { return string(e.Instance) }),
		"attachment.instance-owner-id":            attached(func(e eni) string { return string(e.Account) }),
		"attachment.status":                       attached(func(eni) string { return "attached" }),
		"availability-zone":                       one(func(e eni) string { return e.Zone }),
		"availability-zone-id":                    one(func(e eni) string { return s.zoneID(e.Zone) }),
		"description":                             one(func(e eni) string { return e.Description }),
		"group-id":                                groups(func(g ec2.GroupIdentifier) string { return text(g.GroupId) }),
		"group-name":                              groups(func(g ec2.GroupIdentifier) string { return text(g.GroupName) }),
		"interface-type":                          fixed[eni]("interface"),
		"ipv6-addresses.ipv6-address":             fixed[eni](),
		"mac-address":                             one(func(e eni) string { return e.MAC }),
		"network-interface-id":                    one(func(e eni) string { return string(e.ID) }),
		"operator.managed":                        fixed[eni]("false"),
		"operator.principal":                      fixed[eni](),
		"owner-id":                                one(func(e eni) string { return string(e.Account) }),
		"private-dns-name":                        privateName,
		"private-ip-address":                      private,
		"requester-id":                            fixed[eni](),
		"requester-managed":                       fixed[eni]("false"),
		"source-dest-check":                       fixed[eni]("true"),
		"status":                                  one(eniStatus),
		"subnet-id":                               one(func(e eni) string { return string(e.Subnet) }),
		"vpc-id":                                  one(func(e eni) string { return string(e.VPC) }),
		"private-ip-addresses.private-ip-address": private,
	}
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
