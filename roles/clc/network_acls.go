package clc

import (
	"cmp"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// lastEntry is the number EC2 shows of the entry that denies what no other one
// decided.
const lastEntry = 32767

// aclsDoNotAct is why changes that would filter are refused.
func aclsDoNotAct() error {
	return unsupported(cloud.ResNetworkACL, "Network ACLs do not filter packets in this cloud yet: only changes that leave everything allowed are possible. Use security groups.")
}

// aclKind is what a query for network ACLs knows of them.
func aclKind(tx *store.Tx, a cloud.AccountID) kind[cloud.NetworkACL] {
	type acl = cloud.NetworkACL
	id := func(n acl) string { return string(n.ID) }
	members := func(value func(acl, cloud.Membership) string) func(acl) []string {
		return func(n acl) (out []string) {
			for _, m := range n.Subnets {
				out = append(out, value(n, m))
			}
			return out
		}
	}
	f := awsquery.Filters[acl]{
		"association.association-id": members(func(_ acl, m cloud.Membership) string { return string(m.ID) }),
		"association.network-acl-id": members(func(n acl, _ cloud.Membership) string { return string(n.ID) }),
		"association.subnet-id":      members(func(_ acl, m cloud.Membership) string { return string(m.Subnet) }),
		"default":                    one(func(n acl) string { return enabled(n.Default, "true", "false") }),
		"network-acl-id":             one(id),
		"owner-id":                   one(func(n acl) string { return string(n.Account) }),
		"vpc-id":                     one(func(n acl) string { return string(n.VPC) }),
	}
	for name, value := range entryFilters() {
		f[name] = func(n acl) (out []string) {
			for _, e := range renderEntries(n) {
				if v := value(e); v != "" {
					out = append(out, v)
				}
			}
			return out
		}
	}
	return kind[acl]{resource: cloud.ResNetworkACL, prefix: cloud.PrefixNetworkACL, id: id, tags: tagsOf(tx, a, id), filters: f,
		get: owned(tx.NetworkACLs(), a, func(n acl) cloud.AccountID { return n.Account }),
		all: tx.NetworkACLs().By(store.ByAccount, string(a))}
}

// entryFilters are the filters about an ACL's entries.
func entryFilters() map[string]func(ec2.NetworkAclEntry) string {
	number := func(n *int64) string {
		if n == nil {
			return ""
		}
		return strconv.FormatInt(*n, 10)
	}
	icmp := func(e ec2.NetworkAclEntry) ec2.IcmpTypeCode { return deref(e.IcmpTypeCode) }
	ports := func(e ec2.NetworkAclEntry) ec2.PortRange { return deref(e.PortRange) }
	return map[string]func(ec2.NetworkAclEntry) string{
		"entry.cidr":            func(e ec2.NetworkAclEntry) string { return text(e.CidrBlock) },
		"entry.egress":          func(e ec2.NetworkAclEntry) string { return enabled(truth(e.Egress), "true", "false") },
		"entry.icmp.code":       func(e ec2.NetworkAclEntry) string { return number(icmp(e).Code) },
		"entry.icmp.type":       func(e ec2.NetworkAclEntry) string { return number(icmp(e).Type) },
		"entry.ipv6-cidr":       func(ec2.NetworkAclEntry) string { return "" },
		"entry.port-range.from": func(e ec2.NetworkAclEntry) string { return number(ports(e).From) },
		"entry.port-range.to":   func(e ec2.NetworkAclEntry) string { return number(ports(e).To) },
		"entry.protocol":        func(e ec2.NetworkAclEntry) string { return text(e.Protocol) },
		"entry.rule-action":     func(e ec2.NetworkAclEntry) string { return text(e.RuleAction) },
		"entry.rule-number":     func(e ec2.NetworkAclEntry) string { return number(e.RuleNumber) },
	}
}

// deref is what p points to, or nothing.
func deref[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

func renderACL(tx *store.Tx, n cloud.NetworkACL) ec2.NetworkAcl {
	out := ec2.NetworkAcl{NetworkAclId: ptr(string(n.ID)), VpcId: ptr(string(n.VPC)), OwnerId: ptr(string(n.Account)), IsDefault: ptr(n.Default),
		Associations: []ec2.NetworkAclAssociation{}, Entries: renderEntries(n), Tags: renderTags(tx, n.Account, string(n.ID))}
	for _, m := range n.Subnets {
		out.Associations = append(out.Associations, ec2.NetworkAclAssociation{NetworkAclAssociationId: ptr(string(m.ID)),
			NetworkAclId: ptr(string(n.ID)), SubnetId: ptr(string(m.Subnet))})
	}
	return out
}

// renderEntries lists an ACL's entries by direction and number, each direction
// with the last one, which denies.
func renderEntries(n cloud.NetworkACL) []ec2.NetworkAclEntry {
	all := slices.Clone(n.Entries)
	for _, egress := range []bool{true, false} {
		all = append(all, cloud.ACLEntry{Number: lastEntry, Egress: egress, Protocol: "-1", CIDR: everywhere, From: -1, To: -1})
	}
	slices.SortFunc(all, func(x, y cloud.ACLEntry) int {
		return cmp.Or(cmp.Compare(enabled(x.Egress, "0", "1"), enabled(y.Egress, "0", "1")), cmp.Compare(x.Number, y.Number))
	})
	var out []ec2.NetworkAclEntry
	for _, e := range all {
		out = append(out, renderEntry(e))
	}
	return out
}

func renderEntry(e cloud.ACLEntry) ec2.NetworkAclEntry {
	out := ec2.NetworkAclEntry{RuleNumber: ptr(int64(e.Number)), Egress: ptr(e.Egress), Protocol: ptr(e.Protocol),
		RuleAction: ptr(enabled(e.Allow, "allow", "deny")), CidrBlock: ptr(e.CIDR.String())}
	switch e.Protocol {
	case protocolICMP:
		out.IcmpTypeCode = &ec2.IcmpTypeCode{Type: ptr(int64(e.From)), Code: ptr(int64(e.To))}
	case protocolTCP, protocolUDP:
		out.PortRange = &ec2.PortRange{From: ptr(int64(e.From)), To: ptr(int64(e.To))}
	}
	return out
}

// open reports whether an ACL lets everything through in both directions: an
// entry that does comes before any that denies.
func open(n cloud.NetworkACL) bool {
	for _, egress := range []bool{false, true} {
		first := cloud.ACLEntry{Number: lastEntry}
		for _, e := range n.Entries {
			decides := !e.Allow || (e.Protocol == "-1" && e.CIDR == everywhere)
			if e.Egress == egress && decides && e.Number < first.Number {
				first = e
			}
		}
		if !first.Allow {
			return false
		}
	}
	return true
}
