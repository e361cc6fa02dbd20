package clc_test

import (
	"strings"
	"testing"

	"ecc/store"
)

// Filters of the VPC family find what has the value, and nothing else.
func TestVPCFilters(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	vpc, net := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	main := f.mainTable(vpc)
	acl, member := f.defaultACL(vpc)
	igw := tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	ok(t, tn.query2("AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw}))
	table := tn.makes("CreateRouteTable", args{"VpcId": vpc}, "routeTableId")
	assoc := tn.makes("AssociateRouteTable", args{"RouteTableId": table, "SubnetId": net}, "associationId")
	ok(t, tn.query2("CreateRoute", args{"RouteTableId": table, "DestinationCidrBlock": "192.0.2.0/24", "GatewayId": igw}))
	dopt := tn.makes("CreateDhcpOptions", args{"DhcpConfiguration.1.Key": "ntp-servers", "DhcpConfiguration.1.Value.1": "192.0.2.1"}, "dhcpOptionsId")
	ok(t, tn.query2("AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": dopt}))
	entry := args{"NetworkAclId": acl, "RuleNumber": "300", "Protocol": "tcp", "RuleAction": "allow", "Egress": "true", "CidrBlock": "192.0.2.0/28", "PortRange.From": "80", "PortRange.To": "81"}
	ok(t, tn.query2("CreateNetworkAclEntry", entry))
	ok(t, tn.query2("CreateNetworkAclEntry", entry.with(args{"RuleNumber": "301", "Protocol": "icmp", "Icmp.Type": "8", "Icmp.Code": "3", "PortRange.From": "-", "PortRange.To": "-"})))
	own := map[string]string{}
	f.view(func(tx *store.Tx) {
		for v := range tx.VPCs().By(store.ByAccount, string(tn.account.ID)) {
			if v.Default {
				own["vpc"] = string(v.ID)
			}
		}
	})
	f.ownNetwork(own)
	for _, c := range []struct{ action, filter, value, want, not string }{
		{"DescribeVpcs", "dhcp-options-id", dopt, vpc, own["vpc"]},
		{"DescribeVpcs", "is-default", "false", vpc, own["vpc"]},
		{"DescribeVpcs", "cidr-block-association.cidr-block", "10.*", vpc, own["vpc"]},
		{"DescribeVpcs", "cidr-block-association.association-id", own["block"], own["vpc"], vpc},
		{"DescribeSubnets", "map-public-ip-on-launch", "false", net, own["vpc"]},
		{"DescribeSubnets", "default-for-az", "false", net, own["vpc"]},
		{"DescribeRouteTables", "association.main", "true", main, table},
		{"DescribeRouteTables", "association.main", "false", table, main},
		{"DescribeRouteTables", "association.subnet-id", net, table, main},
		{"DescribeRouteTables", "association.route-table-association-id", assoc, table, main},
		{"DescribeRouteTables", "association.route-table-id", table, table, main},
		{"DescribeRouteTables", "route.gateway-id", igw, table, main},
		{"DescribeRouteTables", "route.gateway-id", "local", main, ""},
		{"DescribeRouteTables", "route.destination-cidr-block", "192.0.2.0/24", table, main},
		{"DescribeRouteTables", "route.origin", "CreateRoute", table, main},
		{"DescribeRouteTables", "route.state", "active", table, ""},
		{"DescribeNetworkAcls", "association.association-id", member, acl, own["acl"]},
		{"DescribeNetworkAcls", "association.subnet-id", net, acl, own["acl"]},
		{"DescribeNetworkAcls", "association.network-acl-id", acl, acl, own["acl"]},
		{"DescribeNetworkAcls", "default", "true", acl, ""},
		{"DescribeNetworkAcls", "entry.cidr", "192.0.2.0/28", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.protocol", "6", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.port-range.from", "80", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.port-range.to", "81", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.icmp.type", "8", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.icmp.code", "3", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.rule-number", "300", acl, own["acl"]},
		{"DescribeNetworkAcls", "entry.rule-action", "deny", acl, ""},
		{"DescribeNetworkAcls", "vpc-id", vpc, acl, own["acl"]},
		{"DescribeInternetGateways", "attachment.vpc-id", vpc, igw, own["gateway"]},
		{"DescribeInternetGateways", "attachment.state", "available", igw, ""},
		{"DescribeDhcpOptions", "key", "ntp-servers", dopt, own["dhcp"]},
		{"DescribeDhcpOptions", "value", "192.0.2.?", dopt, own["dhcp"]},
		{"DescribeDhcpOptions", "value", "AmazonProvidedDNS", own["dhcp"], dopt},
		{"DescribeDhcpOptions", "dhcp-options-id", dopt, dopt, own["dhcp"]},
	} {
		body := string(tn.query(c.action, args{"Filter.1.Name": c.filter, "Filter.1.Value.1": "zzz", "Filter.1.Value.2": c.value}).body)
		if !strings.Contains(body, c.want) || (c.not != "" && strings.Contains(body, c.not)) {
			t.Errorf("%s %s=%s: %s", c.action, c.filter, c.value, body)
		}
		both := args{"Filter.1.Name": c.filter, "Filter.1.Value.1": c.value, "Filter.2.Name": c.filter, "Filter.2.Value.1": "zzz"}
		if body := string(tn.query(c.action, both).body); strings.Contains(body, c.want) {
			t.Errorf("%s %s=%s and zzz: %s", c.action, c.filter, c.value, body)
		}
	}
}

// Pages of the VPC family go through everything once.
func TestVPCPages(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	vpc, _ := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	for range 11 {
		ok(t, tn.query2("CreateRouteTable", args{"VpcId": vpc}))
	}
	got, pages, token := map[string]bool{}, 0, ""
	for {
		a := args{"MaxResults": "5", "Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpc}
		if token != "" {
			a["NextToken"] = token
		}
		body := string(tn.query("DescribeRouteTables", a).body)
		for _, part := range strings.Split(body, "<propagatingVgwSet/>")[1:] {
			_, id, _ := strings.Cut(part, "<routeTableId>")
			id, _, _ = strings.Cut(id, "<")
			got[id] = true
		}
		pages++
		_, rest, more := strings.Cut(body, "<nextToken>")
		if !more {
			break
		}
		token, _, _ = strings.Cut(rest, "<")
	}
	same(t, "pages", 3, pages)
	same(t, "tables", 12, len(got))
	tn.refused("DescribeRouteTables", args{"MaxResults": "101"}, "InvalidParameterValue")
	tn.refused("DescribeRouteTables", args{"NextToken": "x"}, "InvalidNextToken")
}
