package clc

import (
	"net/netip"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxDHCPServers is how many servers of each kind a set of DHCP options names.
const maxDHCPServers = 4

// dhcpValues says of each option which values it takes.
var dhcpValues = map[string]func(values []string) bool{
	cloud.DHCPDomain: func(v []string) bool { return len(v) == 1 && domainName(v[0]) },
	cloud.DHCPServers: func(v []string) bool {
		return servers(slices.DeleteFunc(slices.Clone(v), func(s string) bool { return s == cloud.ProvidedDNS }), 0) && len(v) <= maxDHCPServers
	},
	cloud.DHCPNTP:      func(v []string) bool { return servers(v, 1) },
	cloud.DHCPNetBIOS:  func(v []string) bool { return servers(v, 1) },
	cloud.DHCPNodeType: func(v []string) bool { return len(v) == 1 && slices.Contains([]string{"1", "2", "4", "8"}, v[0]) },
}

func servers(values []string, least int) bool {
	for _, v := range values {
		if a, err := netip.ParseAddr(v); err != nil || !a.Is4() {
			return false
		}
	}
	return len(values) >= least && len(values) <= maxDHCPServers
}

// domainName reports whether s is one domain name. (EC2 lets Linux guests have
// several with spaces between; DHCP has one.)
func domainName(s string) bool {
	return s != "" && len(s) <= 253 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" && s[0] != '-' && s[0] != '.'
}

// readDHCP checks the options of a request.
func readDHCP(in []ec2.NewDhcpConfiguration) ([]cloud.DHCPOption, error) {
	var out []cloud.DHCPOption
	seen := map[string]bool{}
	for _, o := range in {
		key := text(o.Key)
		fits, known := dhcpValues[key]
		switch {
		case key == "ipv6-address-preferred-lease-time":
			return nil, noIPv6()
		case !known:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResDHCPOptions, key, "Value (%s) for parameter DhcpConfiguration key is invalid. Unknown DHCP option.", key)
		case seen[key]:
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResDHCPOptions, key, "The DHCP option %s is named twice.", key)
		case len(o.Values) == 0 || !fits(splitValues(o.Values)):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResDHCPOptions, key, "Value (%s) for parameter value is invalid. Invalid DHCP option value.", strings.Join(o.Values, ", "))
		}
		seen[key] = true
		out = append(out, cloud.DHCPOption{Key: key, Values: splitValues(o.Values)})
	}
	return out, nil
}

// splitValues takes apart values that old clients join with commas.
func splitValues(in []string) []string {
	var out []string
	for _, v := range in {
		for _, part := range strings.Split(v, ",") {
			out = append(out, strings.TrimSpace(part))
		}
	}
	return out
}

// dhcpKind is what a query for DHCP options knows of them.
func dhcpKind(tx *store.Tx, a cloud.AccountID) kind[cloud.DHCPOptions] {
	type set = cloud.DHCPOptions
	id := func(d set) string { return string(d.ID) }
	return kind[set]{resource: cloud.ResDHCPOptions, prefix: cloud.PrefixDHCPOptions, id: id, tags: tagsOf(tx, a, id),
		get: owned(tx.DHCPOptions(), a, func(d set) cloud.AccountID { return d.Account }),
		all: tx.DHCPOptions().By(store.ByAccount, string(a)),
		filters: awsquery.Filters[set]{
			"dhcp-options-id": one(id),
			"owner-id":        one(func(d set) string { return string(d.Account) }),
			"key": func(d set) (out []string) {
				for _, o := range d.Options {
					out = append(out, o.Key)
				}
				return out
			},
			"value": func(d set) (out []string) {
				for _, o := range d.Options {
					out = append(out, o.Values...)
				}
				return out
			},
		}}
}

func renderDHCP(tx *store.Tx, d cloud.DHCPOptions) ec2.DhcpOptions {
	out := ec2.DhcpOptions{DhcpOptionsId: ptr(string(d.ID)), OwnerId: ptr(string(d.Account)),
		DhcpConfigurations: []ec2.DhcpConfiguration{}, Tags: renderTags(tx, d.Account, string(d.ID))}
	for _, o := range d.Options {
		conf := ec2.DhcpConfiguration{Key: ptr(o.Key)}
		for _, v := range o.Values {
			conf.Values = append(conf.Values, ec2.AttributeValue{Value: ptr(v)})
		}
		out.DhcpConfigurations = append(out.DhcpConfigurations, conf)
	}
	return out
}

// guestDHCP is what guests of a VPC are told by DHCP: nil for what every host
// tells by itself, which is what the account's default set says.
func guestDHCP(tx *store.Tx, v cloud.VPC) *cloud.GuestDHCP {
	d, _ := tx.DHCPOptions().Get(v.DHCPOptions)
	if d.Default && !v.NoDNS {
		return nil
	}
	return ptr(d.Guest(!v.NoDNS))
}
