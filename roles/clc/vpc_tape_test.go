package clc_test

import (
	"testing"

	"ecc/store"
)

// What clients of the VPC family send and read, to the letter.
func TestVPCTape(t *testing.T) {
	f := newCloud(t)
	tp, tn := newTape(f), f.alice
	vpc := tp.does(tn, "CreateVpc", args{"CidrBlock": "10.1.2.3/16", "InstanceTenancy": "default", "TagSpecification.1.ResourceType": "vpc",
		"TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "blue"}, "vpcId")
	tp.does(tn, "DescribeVpcs", args{"VpcId.1": vpc})
	for _, a := range []string{"enableDnsSupport", "enableDnsHostnames", "enableNetworkAddressUsageMetrics"} {
		tp.does(tn, "DescribeVpcAttribute", args{"VpcId": vpc, "Attribute": a})
	}
	tp.does(tn, "DescribeVpcClassicLink", args{"Filter.1.Name": "is-classic-link-enabled", "Filter.1.Value.1": "false", "VpcId.1": vpc})
	tp.does(tn, "DescribeVpcClassicLinkDnsSupport", args{"VpcIds.1": vpc})
	tp.does(tn, "ModifyVpcAttribute", args{"VpcId": vpc, "EnableDnsHostnames.Value": "true"})
	tp.does(tn, "ModifyVpcTenancy", args{"VpcId": vpc, "InstanceTenancy": "default"})
	tp.do(tn, "AssociateVpcCidrBlock", args{"VpcId": vpc, "CidrBlock": "10.2.0.0/16"})
	tp.do(tn, "DisassociateVpcCidrBlock", args{"AssociationId": "vpc-cidr-assoc-00000000000000001"})

	net := tp.does(tn, "CreateSubnet", args{"VpcId": vpc, "CidrBlock": "10.1.1.0/24", "AvailabilityZone": zoneB, "TagSpecification.1.ResourceType": "subnet",
		"TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "blue 1"}, "subnetId")
	tp.does(tn, "ModifySubnetAttribute", args{"SubnetId": net, "MapPublicIpOnLaunch.Value": "true"})
	tp.does(tn, "DescribeSubnets", args{"Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpc})
	tp.do(tn, "AssociateSubnetCidrBlock", args{"SubnetId": net, "Ipv6CidrBlock": "2001:db8::/64"})
	tp.do(tn, "DisassociateSubnetCidrBlock", args{"AssociationId": "subnet-cidr-assoc-00000000000000001"})

	dopt := tp.does(tn, "CreateDhcpOptions", args{"DhcpConfiguration.1.Key": "domain-name", "DhcpConfiguration.1.Value.1": "blue.example",
		"DhcpConfiguration.2.Key": "ntp-servers", "DhcpConfiguration.2.Value.1": "192.0.2.1", "DhcpConfiguration.2.Value.2": "192.0.2.2"}, "dhcpOptionsId")
	tp.does(tn, "DescribeDhcpOptions", nil)
	tp.does(tn, "AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": dopt})
	tp.do(tn, "DeleteDhcpOptions", args{"DhcpOptionsId": dopt})
	tp.does(tn, "AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": "default"})
	tp.does(tn, "DeleteDhcpOptions", args{"DhcpOptionsId": dopt})

	igw := tp.does(tn, "CreateInternetGateway", nil, "internetGatewayId")
	tp.does(tn, "AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw})
	tp.does(tn, "DescribeInternetGateways", args{"Filter.1.Name": "attachment.vpc-id", "Filter.1.Value.1": vpc})
	rtb := tp.does(tn, "CreateRouteTable", args{"VpcId": vpc, "ClientToken": "once"}, "routeTableId")
	tp.does(tn, "CreateRoute", args{"RouteTableId": rtb, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw})
	assoc := tp.does(tn, "AssociateRouteTable", args{"RouteTableId": rtb, "SubnetId": net}, "associationId")
	other := tp.does(tn, "CreateInternetGateway", nil, "internetGatewayId")
	for _, way := range [][2]string{{igw, other}, {other, igw}} {
		tp.does(tn, "DetachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": way[0]})
		tp.does(tn, "AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": way[1]})
		tp.does(tn, "ReplaceRoute", args{"RouteTableId": rtb, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": way[1]})
	}
	tp.does(tn, "DescribeRouteTables", args{"Filter.1.Name": "vpc-id", "Filter.1.Value.1": vpc})
	main := f.mainTable(vpc)
	assoc = tp.does(tn, "ReplaceRouteTableAssociation", args{"AssociationId": assoc, "RouteTableId": main}, "newAssociationId")
	tp.does(tn, "DisassociateRouteTable", args{"AssociationId": assoc})
	tp.does(tn, "DeleteRoute", args{"RouteTableId": rtb, "DestinationCidrBlock": "0.0.0.0/0"})
	tp.does(tn, "DeleteRouteTable", args{"RouteTableId": rtb})
	tp.do(tn, "DeleteRouteTable", args{"RouteTableId": main})
	tp.do(tn, "DeleteInternetGateway", args{"InternetGatewayId": igw})
	tp.does(tn, "DetachInternetGateway", args{"InternetGatewayId": igw, "VpcId": vpc})
	tp.does(tn, "DeleteInternetGateway", args{"InternetGatewayId": igw})

	acl, member := f.defaultACL(vpc)
	entry := args{"NetworkAclId": acl, "RuleNumber": "200", "Protocol": "6", "RuleAction": "deny", "Egress": "false", "CidrBlock": "192.0.2.0/24",
		"PortRange.From": "22", "PortRange.To": "22"}
	tp.does(tn, "CreateNetworkAclEntry", entry)
	tp.do(tn, "CreateNetworkAclEntry", entry.with(args{"RuleNumber": "50"}))
	tp.does(tn, "ReplaceNetworkAclEntry", entry.with(args{"Protocol": "icmp", "Icmp.Type": "8", "Icmp.Code": "-1", "PortRange.From": "-", "PortRange.To": "-"}))
	tp.does(tn, "DescribeNetworkAcls", args{"NetworkAclId.1": acl})
	tp.does(tn, "DeleteNetworkAclEntry", args{"NetworkAclId": acl, "RuleNumber": "200", "Egress": "false"})
	tp.do(tn, "DeleteNetworkAclEntry", args{"NetworkAclId": acl, "RuleNumber": "100", "Egress": "false"})
	tp.does(tn, "ReplaceNetworkAclAssociation", args{"NetworkAclId": acl, "AssociationId": member})
	tp.do(tn, "CreateNetworkAcl", args{"VpcId": vpc})
	tp.do(tn, "DeleteNetworkAcl", args{"NetworkAclId": acl})

	tp.do(tn, "DeleteVpc", args{"VpcId": vpc})
	tp.does(tn, "DeleteSubnet", args{"SubnetId": net})
	tp.does(tn, "DeleteVpc", args{"VpcId": vpc})
	tp.do(tn, "CreateDefaultVpc", nil)
	tp.do(tn, "CreateDefaultSubnet", args{"AvailabilityZone": zoneA})
	f.dropDefaultVPC(tn)
	tp.does(tn, "CreateDefaultVpc", nil)
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(tn.account.ID)) {
			net = string(n.ID)
		}
	})
	ok(t, tn.query2("DeleteSubnet", args{"SubnetId": net}))
	tp.does(tn, "CreateDefaultSubnet", args{"AvailabilityZone": f.zoneWithout(tn)})
	f.audit()
	tp.check()
}

// Regions, zones, the account and the forms of ids, to the letter.
func TestRegionTape(t *testing.T) {
	f := newCloud(t)
	tp, tn := newTape(f), f.alice
	arn := "arn:aws:iam::" + string(tn.account.ID) + ":root"
	tp.does(tn, "DescribeRegions", args{"AllRegions": "true"})
	tp.does(tn, "DescribeAvailabilityZones", args{"AllAvailabilityZones": "true", "ZoneId.1": "use1-az2"})
	tp.does(tn, "DescribeAccountAttributes", args{"AttributeName.1": "max-instances", "AttributeName.2": "default-vpc"})
	tp.does(tn, "DescribeIdFormat", args{"Resource": "vpc"})
	tp.do(tn, "DescribeIdFormat", args{"Resource": "cup"})
	tp.does(tn, "DescribeAggregateIdFormat", nil)
	tp.does(tn, "DescribeIdentityIdFormat", args{"PrincipalArn": arn, "Resource": "instance"})
	tp.do(tn, "DescribeIdentityIdFormat", args{"PrincipalArn": "arn:aws:iam::" + string(f.bob.account.ID) + ":root"})
	tp.does(tn, "DescribePrincipalIdFormat", args{"Resource.1": "vpc", "MaxResults": "10"})
	tp.does(tn, "ModifyIdFormat", args{"Resource": "instance", "UseLongIds": "true"})
	tp.do(tn, "ModifyIdFormat", args{"Resource": "instance", "UseLongIds": "false"})
	tp.does(tn, "ModifyIdentityIdFormat", args{"PrincipalArn": "all", "Resource": "all-current", "UseLongIds": "true"})
	tp.do(tn, "ModifyIdentityIdFormat", args{"PrincipalArn": "nobody", "Resource": "vpc", "UseLongIds": "true"})
	tp.does(tn, "CreateTags", args{"ResourceId.1": imageID, "Tag.1.Key": "Name", "Tag.1.Value": "<web>"})
	tp.does(tn, "DescribeTags", args{"Filter.1.Name": "resource-id", "Filter.1.Value.1": imageID})
	tp.do(tn, "CreateTags", args{"ResourceId.1": imageID, "Tag.1.Key": "aws:name", "Tag.1.Value": ""})
	tp.does(tn, "DeleteTags", args{"ResourceId.1": imageID, "Tag.1.Key": "Name"})
	tp.check()
}
