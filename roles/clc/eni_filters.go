package clc

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// eniFilters are the filters of DescribeNetworkInterfaces.
func (s *Service) eniFilters(tx *store.Tx) awsquery.Filters[cloud.ENI] {
	type eni = cloud.ENI
	attached := func(get func(eni) string) func(eni) []string {
		return one(func(e eni) string {
			if e.Instance == "" {
				return ""
			}
			return get(e)
		})
	}
	primary := one(func(e eni) string { return text(address(e.PrivateIP)) })
	primaryName := one(func(e eni) string { return s.privateName(e.PrivateIP) })
	private := func(e eni) []string { return append(primary(e), addressTexts(e.Secondary)...) }
	elastic := func(get func(cloud.Address) string) func(eni) []string {
		return one(func(e eni) string {
			ad, _ := tx.Addresses().Get(e.Address)
			return get(ad)
		})
	}
	f := awsquery.Filters[eni]{
		"attachment.attach-time":           attached(func(e eni) string { return e.Attached.UTC().Format(filterTime) }),
		"attachment.attachment-id":         attached(func(e eni) string { return string(e.Attachment) }),
		"attachment.delete-on-termination": attached(func(e eni) string { return enabled(e.Keep, "false", "true") }),
		"attachment.device-index":          attached(func(e eni) string { return strconv.Itoa(e.Device) }),
		"attachment.instance-id":           attached(func(e eni) string { return string(e.Instance) }),
		"attachment.instance-owner-id":     attached(func(e eni) string { return string(e.Account) }),
		"attachment.network-card-index":    attached(func(eni) string { return "0" }),
		"attachment.status":                attached(func(eni) string { return "attached" }),
		"availability-zone":                one(func(e eni) string { return e.Zone }),
		"availability-zone-id":             one(func(e eni) string { return s.zoneID(e.Zone) }),
		"deny-all-igw-traffic":             fixed[eni]("false"),
		"description":                      one(func(e eni) string { return e.Description }),
		"group-id":                         func(e eni) []string { return groupIDs(e.Groups) },
		"group-name":                       func(e eni) []string { return groupNames(tx, e.Groups) },
		"interface-type":                   fixed[eni]("interface"),
		"ipv6-native":                      fixed[eni]("false"),
		"mac-address":                      one(func(e eni) string { return e.MAC }),
		"network-interface-id":             one(func(e eni) string { return string(e.ID) }),
		"operator.managed":                 fixed[eni]("false"),
		"owner-id":                         one(func(e eni) string { return string(e.Account) }),
		"private-dns-name":                 primaryName,
		"private-ip-address":               primary,
		"public-dns-name":                  one(func(e eni) string { return s.publicNameOf(tx, e.VPC, e.PublicIP) }),
		"requester-managed":                fixed[eni]("false"),
		"source-dest-check":                one(func(e eni) string { return enabled(e.NoCheck, "false", "true") }),
		"status":                           one(eniStatus),
		"subnet-id":                        one(func(e eni) string { return string(e.Subnet) }),
		"vpc-id":                           one(func(e eni) string { return string(e.VPC) }),
		"tag-key":                          func(e eni) []string { return slices.Collect(maps.Keys(tagsFor(tx, e.Account, string(e.ID)))) },
		"tag-value":                        func(e eni) []string { return slices.Collect(maps.Values(tagsFor(tx, e.Account, string(e.ID)))) },

		"addresses.primary": func(e eni) []string {
			if len(e.Secondary) > 0 {
				return []string{"true", "false"}
			}
			return []string{"true"}
		},
		"addresses.private-dns-name": func(e eni) []string {
			out := primaryName(e)
			for _, ip := range e.Secondary {
				out = append(out, s.privateName(ip))
			}
			return out
		},
		"addresses.private-ip-address":            private,
		"private-ip-addresses.private-ip-address": private,
	}
	for _, name := range eniHasNo {
		f[name] = fixed[eni]()
	}
	for _, at := range []string{"association.", "addresses.association."} {
		f[at+"ip-owner-id"] = one(publicOwner)
		f[at+"owner-id"] = f[at+"ip-owner-id"]
		f[at+"allocation-id"] = elastic(func(ad cloud.Address) string { return string(ad.ID) })
		f[at+"association-id"] = elastic(func(ad cloud.Address) string { return string(ad.Association) })
		f[at+"public-dns-name"] = f["public-dns-name"]
		f[at+"public-ip"] = one(func(e eni) string { return text(address(e.PublicIP)) })
		for _, name := range []string{"carrier-ip", "customer-owned-ip"} {
			f[at+name] = fixed[eni]()
		}
	}
	return f
}

// eniHasNo are filters for what no interface has here: nothing passes them.
var eniHasNo = []string{
	"ipv4-prefixes.ipv4-prefix", "ipv6-address", "ipv6-addresses.ipv6-address", "ipv6-addresses.is-primary-ipv6", "ipv6-prefixes.ipv6-prefix",
	"operator.principal", "outpost-arn", "requester-id",
}

// addressTexts are addresses as they are written.
func addressTexts(ips []netip.Addr) []string {
	out := make([]string, len(ips))
	for k, ip := range ips {
		out[k] = ip.String()
	}
	return out
}
