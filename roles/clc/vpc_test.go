package clc_test

import (
	"fmt"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/store"
)

// Nothing that is refused changes anything.
func TestVPCRefusals(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	vpc, net := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	other, otherNet := tn.newVPC("10.9.0.0/16", "10.9.1.0/24")
	igw, loose := tn.makes("CreateInternetGateway", nil, "internetGatewayId"), tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	ok(t, tn.query2("AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw}))
	main, otherMain := f.mainTable(vpc), f.mainTable(other)
	own := tn.makes("CreateRouteTable", args{"VpcId": vpc}, "routeTableId")
	assoc := tn.makes("AssociateRouteTable", args{"RouteTableId": own, "SubnetId": net}, "associationId")
	ok(t, tn.query2("CreateRoute", args{"RouteTableId": own, "DestinationCidrBlock": "192.0.2.0/24", "GatewayId": igw}))
	acl, member := f.defaultACL(vpc)
	otherACL, _ := f.defaultACL(other)
	dopt := tn.makes("CreateDhcpOptions", args{"DhcpConfiguration.1.Key": "domain-name", "DhcpConfiguration.1.Value.1": "a.example"}, "dhcpOptionsId")
	var mainAssoc string
	f.view(func(tx *store.Tx) {
		r, _ := tx.RouteTables().Get(cloud.RouteTableID(main))
		mainAssoc = r.Main
	})

	route := args{"RouteTableId": own, "DestinationCidrBlock": "198.51.100.0/24", "GatewayId": igw}
	subnet := args{"VpcId": vpc, "CidrBlock": "10.0.2.0/24"}
	entry := args{"NetworkAclId": acl, "RuleNumber": "200", "Protocol": "-1", "RuleAction": "allow", "Egress": "false", "CidrBlock": "0.0.0.0/0"}
	option := func(key string, values ...string) args {
		a := args{"DhcpConfiguration.1.Key": key}
		for k, v := range values {
			a["DhcpConfiguration.1.Value."+strconv.Itoa(k+1)] = v
		}
		return a
	}
	const unsupported, invalid = "UnsupportedOperation", "InvalidParameterValue"
	at := f.store.Revision()
	for k, c := range []struct {
		action string
		a      args
		code   string
	}{
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/15"}, "InvalidVpc.Range"},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/29"}, "InvalidVpc.Range"},
		{"CreateVpc", args{"CidrBlock": "169.254.0.0/16"}, "InvalidVpc.Range"},
		{"CreateVpc", args{"CidrBlock": "127.1.0.0/16"}, "InvalidVpc.Range"},
		{"CreateVpc", args{"CidrBlock": "224.0.0.0/16"}, "InvalidVpc.Range"},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0"}, invalid},
		{"CreateVpc", args{"CidrBlock": "2001:db8::/32"}, invalid},
		{"CreateVpc", nil, "MissingParameter"},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "dedicated"}, unsupported},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/16", "InstanceTenancy": "mine"}, invalid},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/16", "AmazonProvidedIpv6CidrBlock": "true"}, unsupported},
		{"CreateVpc", args{"Ipv4IpamPoolId": "ipam-pool-1"}, unsupported},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/16", "TagSpecification.1.ResourceType": "subnet", "TagSpecification.1.Tag.1.Key": "k"}, invalid},
		{"CreateVpc", args{"CidrBlock": "10.0.0.0/16", "DryRun": "true"}, "DryRunOperation"},
		{"DeleteVpc", args{"VpcId": vpc}, "DependencyViolation"},
		{"DeleteVpc", args{"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"},
		{"DeleteVpc", args{"VpcId": "vpc-x"}, "InvalidVpcID.Malformed"},
		{"ModifyVpcAttribute", args{"VpcId": vpc}, "InvalidParameterCombination"},
		{"ModifyVpcAttribute", args{"VpcId": vpc, "EnableDnsSupport.Value": "true", "EnableDnsHostnames.Value": "true"}, "InvalidParameterCombination"},
		{"ModifyVpcAttribute", args{"VpcId": vpc, "EnableNetworkAddressUsageMetrics.Value": "true"}, unsupported},
		{"ModifyVpcTenancy", args{"VpcId": vpc, "InstanceTenancy": "dedicated"}, invalid},
		{"AssociateVpcCidrBlock", args{"VpcId": vpc, "CidrBlock": "10.1.0.0/8"}, "InvalidVpc.Range"},
		{"AssociateVpcCidrBlock", args{"VpcId": vpc, "CidrBlock": "10.1.0.0/16"}, unsupported},
		{"AssociateVpcCidrBlock", args{"VpcId": vpc, "AmazonProvidedIpv6CidrBlock": "true"}, unsupported},
		{"CreateDefaultVpc", nil, "DefaultVpcAlreadyExists"},
		{"CreateDefaultSubnet", args{"AvailabilityZone": zoneA}, "DefaultSubnetAlreadyExistsInAvailabilityZone"},
		{"CreateDefaultSubnet", args{"AvailabilityZone": "us-east-1z"}, invalid},
		{"CreateDefaultSubnet", nil, "MissingParameter"},

		{"CreateSubnet", subnet.with(args{"CidrBlock": "10.0.1.128/25"}), "InvalidSubnet.Conflict"},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "10.0.0.0/16"}), "InvalidSubnet.Conflict"},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "10.1.0.0/24"}), "InvalidSubnet.Range"},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "10.0.2.0/29"}), "InvalidSubnet.Range"},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "10.0.0.0/15"}), "InvalidSubnet.Range"},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "nowhere"}), invalid},
		{"CreateSubnet", subnet.with(args{"CidrBlock": "-"}), "MissingParameter"},
		{"CreateSubnet", subnet.with(args{"AvailabilityZone": "us-east-1z"}), invalid},
		{"CreateSubnet", subnet.with(args{"AvailabilityZoneId": "use1-az9"}), invalid},
		{"CreateSubnet", subnet.with(args{"AvailabilityZone": zoneA, "AvailabilityZoneId": "use1-az2"}), "InvalidParameterCombination"},
		{"CreateSubnet", subnet.with(args{"Ipv6CidrBlock": "2001:db8::/64"}), unsupported},
		{"CreateSubnet", subnet.with(args{"OutpostArn": "arn:x"}), unsupported},
		{"CreateSubnet", subnet.with(args{"VpcId": "vpc-00000000000000000"}), "InvalidVpcID.NotFound"},
		{"ModifySubnetAttribute", args{"SubnetId": net}, "InvalidParameterCombination"},
		{"ModifySubnetAttribute", args{"SubnetId": net, "MapPublicIpOnLaunch.Value": "true", "EnableDns64.Value": "false"}, "InvalidParameterCombination"},
		{"ModifySubnetAttribute", args{"SubnetId": net, "AssignIpv6AddressOnCreation.Value": "true"}, unsupported},
		{"ModifySubnetAttribute", args{"SubnetId": net, "PrivateDnsHostnameTypeOnLaunch": "resource-name"}, unsupported},
		{"ModifySubnetAttribute", args{"SubnetId": net, "EnableLniAtDeviceIndex": "1"}, unsupported},
		{"AssociateSubnetCidrBlock", args{"SubnetId": net, "Ipv6CidrBlock": "2001:db8::/64"}, unsupported},

		{"AttachInternetGateway", args{"VpcId": other, "InternetGatewayId": igw}, "Resource.AlreadyAssociated"},
		{"AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": loose}, invalid},
		{"AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": "igw-1"}, "InvalidInternetGatewayId.Malformed"},
		{"DetachInternetGateway", args{"VpcId": other, "InternetGatewayId": igw}, "Gateway.NotAttached"},
		{"DetachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": "igw-00000000000000000"}, "InvalidInternetGatewayID.NotFound"},
		{"DeleteInternetGateway", args{"InternetGatewayId": igw}, "DependencyViolation"},

		{"CreateRoute", route.with(args{"DestinationCidrBlock": "192.0.2.0/24"}), "RouteAlreadyExists"},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "192.0.2.9/24"}), "RouteAlreadyExists"},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "10.0.0.0/16"}), "RouteAlreadyExists"},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "10.0.1.0/24"}), invalid},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "169.254.169.254/32"}), invalid},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "there"}), invalid},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "-"}), "MissingParameter"},
		{"CreateRoute", route.with(args{"DestinationCidrBlock": "-", "DestinationIpv6CidrBlock": "::/0"}), unsupported},
		{"CreateRoute", route.with(args{"GatewayId": "-"}), "MissingParameter"},
		{"CreateRoute", route.with(args{"GatewayId": "local"}), invalid},
		{"CreateRoute", route.with(args{"GatewayId": loose}), invalid},
		{"CreateRoute", route.with(args{"GatewayId": "igw-00000000000000000"}), "InvalidInternetGatewayID.NotFound"},
		{"CreateRoute", route.with(args{"NatGatewayId": "nat-1"}), "InvalidParameterCombination"},
		{"CreateRoute", route.with(args{"GatewayId": "-", "NatGatewayId": "nat-1"}), unsupported},
		{"CreateRoute", route.with(args{"GatewayId": "-", "InstanceId": "i-1"}), unsupported},
		{"CreateRoute", route.with(args{"GatewayId": "-", "NetworkInterfaceId": "eni-1"}), unsupported},
		{"CreateRoute", route.with(args{"GatewayId": "-", "VpcPeeringConnectionId": "pcx-1"}), unsupported},
		{"CreateRoute", route.with(args{"RouteTableId": "rtb-00000000000000000"}), "InvalidRouteTableID.NotFound"},
		{"CreateRoute", route.with(args{"RouteTableId": "rtb-1"}), "InvalidRouteTableId.Malformed"},
		{"ReplaceRoute", route, "InvalidRoute.NotFound"},
		{"ReplaceRoute", route.with(args{"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": "-", "NatGatewayId": "nat-1"}), unsupported},
		{"ReplaceRoute", route.with(args{"GatewayId": "-", "LocalTarget": "true"}), invalid},
		{"DeleteRoute", args{"RouteTableId": own, "DestinationCidrBlock": "0.0.0.0/0"}, "InvalidRoute.NotFound"},
		{"DeleteRoute", args{"RouteTableId": own, "DestinationCidrBlock": "10.0.0.0/16"}, invalid},
		{"CreateRouteTable", args{"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"},
		{"DeleteRouteTable", args{"RouteTableId": own}, "DependencyViolation"},
		{"DeleteRouteTable", args{"RouteTableId": main}, "DependencyViolation"},
		{"AssociateRouteTable", args{"RouteTableId": main, "SubnetId": net}, "Resource.AlreadyAssociated"},
		{"AssociateRouteTable", args{"RouteTableId": own, "SubnetId": otherNet}, invalid},
		{"AssociateRouteTable", args{"RouteTableId": own}, "MissingParameter"},
		{"AssociateRouteTable", args{"RouteTableId": own, "GatewayId": igw}, unsupported},
		{"DisassociateRouteTable", args{"AssociationId": mainAssoc}, invalid},
		{"DisassociateRouteTable", args{"AssociationId": "rtbassoc-00000000000000000"}, "InvalidAssociationID.NotFound"},
		{"ReplaceRouteTableAssociation", args{"AssociationId": assoc, "RouteTableId": otherMain}, invalid},
		{"ReplaceRouteTableAssociation", args{"AssociationId": "rtbassoc-00000000000000000", "RouteTableId": main}, "InvalidAssociationID.NotFound"},

		{"CreateNetworkAcl", args{"VpcId": vpc}, unsupported},
		{"CreateNetworkAcl", args{"VpcId": "vpc-00000000000000000"}, "InvalidVpcID.NotFound"},
		{"DeleteNetworkAcl", args{"NetworkAclId": acl}, invalid},
		{"DeleteNetworkAcl", args{"NetworkAclId": "acl-00000000000000000"}, "InvalidNetworkAclID.NotFound"},
		{"CreateNetworkAclEntry", entry.with(args{"RuleNumber": "100"}), "NetworkAclEntryAlreadyExists"},
		{"CreateNetworkAclEntry", entry.with(args{"RuleNumber": "99", "RuleAction": "deny"}), unsupported},
		{"CreateNetworkAclEntry", entry.with(args{"RuleNumber": "32767"}), invalid},
		{"CreateNetworkAclEntry", entry.with(args{"RuleNumber": "0"}), invalid},
		{"CreateNetworkAclEntry", entry.with(args{"Protocol": "cup"}), invalid},
		{"CreateNetworkAclEntry", entry.with(args{"Protocol": "tcp"}), "MissingParameter"},
		{"CreateNetworkAclEntry", entry.with(args{"Protocol": "icmp"}), "MissingParameter"},
		{"CreateNetworkAclEntry", entry.with(args{"CidrBlock": "-"}), "MissingParameter"},
		{"CreateNetworkAclEntry", entry.with(args{"CidrBlock": "-", "Ipv6CidrBlock": "::/0"}), unsupported},
		{"ReplaceNetworkAclEntry", entry, "InvalidNetworkAclEntry.NotFound"},
		{"ReplaceNetworkAclEntry", entry.with(args{"RuleNumber": "100", "RuleAction": "deny"}), unsupported},
		{"ReplaceNetworkAclEntry", entry.with(args{"RuleNumber": "100", "CidrBlock": "10.0.0.0/8"}), unsupported},
		{"DeleteNetworkAclEntry", args{"NetworkAclId": acl, "RuleNumber": "7", "Egress": "true"}, "InvalidNetworkAclEntry.NotFound"},
		{"DeleteNetworkAclEntry", args{"NetworkAclId": acl, "RuleNumber": "100", "Egress": "true"}, unsupported},
		{"ReplaceNetworkAclAssociation", args{"NetworkAclId": otherACL, "AssociationId": member}, invalid},
		{"ReplaceNetworkAclAssociation", args{"NetworkAclId": acl, "AssociationId": "aclassoc-00000000000000000"}, "InvalidAssociationID.NotFound"},

		{"CreateDhcpOptions", option("domain-name", "a", "b"), invalid},
		{"CreateDhcpOptions", option("domain-name", "a b"), invalid},
		{"CreateDhcpOptions", option("domain-name-servers", "1.1.1.1", "1.1.1.2", "1.1.1.3", "1.1.1.4", "1.1.1.5"), invalid},
		{"CreateDhcpOptions", option("domain-name-servers", "dns.example"), invalid},
		{"CreateDhcpOptions", option("ntp-servers", "2001:db8::1"), invalid},
		{"CreateDhcpOptions", option("netbios-node-type", "3"), invalid},
		{"CreateDhcpOptions", option("ntp-servers"), invalid},
		{"CreateDhcpOptions", option("router", "10.0.0.1"), invalid},
		{"CreateDhcpOptions", option("ipv6-address-preferred-lease-time", "140"), unsupported},
		{"CreateDhcpOptions", nil, "MissingParameter"},
		{"AssociateDhcpOptions", args{"VpcId": vpc, "DhcpOptionsId": "dopt-00000000000000000"}, "InvalidDhcpOptionID.NotFound"},
		{"AssociateDhcpOptions", args{"VpcId": "vpc-00000000000000000", "DhcpOptionsId": dopt}, "InvalidVpcID.NotFound"},
	} {
		t.Run(fmt.Sprintf("%s %d", c.action, k), func(t *testing.T) {
			if got := tn.query(c.action, c.a); got.code != c.code {
				t.Errorf("%v: %d %q (%s), want %q", c.a, got.status, got.code, got.msg, c.code)
			}
		})
	}
	same(t, "changes", at, f.store.Revision())
}

// What a VPC is made with goes with it, and nothing else.
func TestVPCLeavesNothingBehind(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	before := f.network(tn.account.ID)
	vpc, net := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	acl, _ := f.defaultACL(vpc)
	table := tn.makes("CreateRouteTable", args{"VpcId": vpc}, "routeTableId")
	igw := tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	dopt := tn.makes("CreateDhcpOptions", args{"DhcpConfiguration.1.Key": "domain-name", "DhcpConfiguration.1.Value.1": "a.example"}, "dhcpOptionsId")
	tags := args{"Tag.1.Key": "k"}
	for k, id := range []string{vpc, net, acl, table, igw, dopt, f.mainTable(vpc)} {
		tags["ResourceId."+strconv.Itoa(k+1)] = id
	}
	ok(t, tn.query2("CreateTags", tags))
	same(t, "tagged", before["tags"]+7, f.network(tn.account.ID)["tags"])
	assoc := tn.makes("AssociateRouteTable", args{"RouteTableId": table, "SubnetId": net}, "associationId")
	same(t, "again", assoc, tn.makes("AssociateRouteTable", args{"RouteTableId": table, "SubnetId": net}, "associationId"))
	ok(t, tn.query2("DeleteSubnet", args{"SubnetId": net}))
	tn.refused("DisassociateRouteTable", args{"AssociationId": assoc}, "InvalidAssociationID.NotFound")
	ok(t, tn.query2("DeleteRouteTable", args{"RouteTableId": table}))
	ok(t, tn.query2("DeleteVpc", args{"VpcId": vpc}))
	ok(t, tn.query2("DeleteInternetGateway", args{"InternetGatewayId": igw}))
	ok(t, tn.query2("DeleteDhcpOptions", args{"DhcpOptionsId": dopt}))
	same(t, "records", before, f.network(tn.account.ID))
}

// A VPC with an instance cannot be taken from under it, nor its way out while
// the instance has a public address.
func TestVPCInUse(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	id := *tn.run(1, inZone(zoneA)).Instances[0].InstanceId
	i := f.instance(id)
	var igw string
	f.view(func(tx *store.Tx) {
		for g := range tx.InternetGateways().By(store.ByVPC, string(i.VPC)) {
			igw = string(g.ID)
		}
	})
	detach := args{"VpcId": string(i.VPC), "InternetGatewayId": igw}
	tn.refused("DeleteSubnet", args{"SubnetId": string(i.Subnet)}, "DependencyViolation")
	tn.refused("DetachInternetGateway", detach, "DependencyViolation")
	must[string](t)(tn.terminate(id))
	tn.refused("DeleteSubnet", args{"SubnetId": string(i.Subnet)}, "DependencyViolation")
	f.zone.follow()
	ok(t, tn.query2("DetachInternetGateway", detach))
	ok(t, tn.query2("DeleteSubnet", args{"SubnetId": string(i.Subnet)}))
}

// Subnets without a zone are spread over the zones.
func TestSubnetZones(t *testing.T) {
	f := newCloud(t)
	vpc, _ := f.alice.newVPC("10.0.0.0/16", "10.0.0.0/24")
	got := map[string]int{zoneA: 1}
	for k := range 3 {
		got[f.alice.makes("CreateSubnet", args{"VpcId": vpc, "CidrBlock": fmt.Sprintf("10.0.%d.0/24", k+1)}, "availabilityZone")]++
	}
	same(t, "zones", map[string]int{zoneA: 2, zoneB: 2}, got)
	same(t, "by id", zoneB, f.alice.makes("CreateSubnet", args{"VpcId": vpc, "CidrBlock": "10.0.9.0/24", "AvailabilityZoneId": "use1-az2"}, "availabilityZone"))
}

// One token makes one route table.
func TestRouteTableToken(t *testing.T) {
	f := newCloud(t)
	vpc, _ := f.alice.newVPC("10.0.0.0/16", "10.0.0.0/24")
	a := args{"VpcId": vpc, "ClientToken": "once"}
	first := f.alice.makes("CreateRouteTable", a, "routeTableId")
	same(t, "again", first, f.alice.makes("CreateRouteTable", a, "routeTableId"))
	f.alice.refused("CreateRouteTable", a.with(args{"TagSpecification.1.ResourceType": "route-table", "TagSpecification.1.Tag.1.Key": "k"}), "IdempotentParameterMismatch")
	ok(t, f.alice.query2("DeleteRouteTable", args{"RouteTableId": first}))
	f.alice.refused("CreateRouteTable", a, "InvalidRouteTableID.NotFound")
}

// Limits of a VPC are those of its account.
func TestVPCLimits(t *testing.T) {
	f := newCloud(t)
	tn := f.alice
	vpc, _ := tn.newVPC("10.0.0.0/16", "10.0.0.0/24")
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(tn.account.ID)
		a.Limits = map[string]int64{string(cloud.LimitSubnetsPerVPC): 1, string(cloud.LimitRouteTablesPerVPC): 1, string(cloud.LimitRoutesPerTable): 1,
			string(cloud.LimitACLEntries): 1, string(cloud.LimitVPCs): 2, string(cloud.LimitInternetGateways): 2}
		return tx.Accounts().Put(a)
	})
	igw := tn.makes("CreateInternetGateway", nil, "internetGatewayId")
	ok(t, tn.query2("AttachInternetGateway", args{"VpcId": vpc, "InternetGatewayId": igw}))
	acl, _ := f.defaultACL(vpc)
	route := args{"RouteTableId": f.mainTable(vpc), "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": igw}
	ok(t, tn.query2("CreateRoute", route))
	tn.refused("CreateRoute", route.with(args{"DestinationCidrBlock": "192.0.2.0/24"}), "RouteLimitExceeded")
	tn.refused("CreateSubnet", args{"VpcId": vpc, "CidrBlock": "10.0.1.0/24"}, "SubnetLimitExceeded")
	tn.refused("CreateRouteTable", args{"VpcId": vpc}, "RouteTableLimitExceeded")
	tn.refused("CreateVpc", args{"CidrBlock": "10.0.0.0/16"}, "VpcLimitExceeded")
	tn.refused("CreateInternetGateway", nil, "InternetGatewayLimitExceeded")
	tn.refused("CreateNetworkAclEntry", args{"NetworkAclId": acl, "RuleNumber": "200", "Protocol": "-1", "RuleAction": "allow", "Egress": "true", "CidrBlock": "0.0.0.0/0"}, "NetworkAclEntryLimitExceeded")
}

// The AWS SDK reads what is written.
func TestVPCBySDK(t *testing.T) {
	f := newCloud(t)
	ctx, c := t.Context(), f.alice.ec2
	vpc := must[*sdk.CreateVpcOutput](t)(c.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16")})).Vpc
	igw := must[*sdk.CreateInternetGatewayOutput](t)(c.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{})).InternetGateway
	must[*sdk.AttachInternetGatewayOutput](t)(c.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{VpcId: vpc.VpcId, InternetGatewayId: igw.InternetGatewayId}))
	tables := must[*sdk.DescribeRouteTablesOutput](t)(c.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: []types.Filter{
		{Name: aws.String("association.main"), Values: []string{"true"}}, {Name: aws.String("vpc-id"), Values: []string{*vpc.VpcId}}}})).RouteTables
	same(t, "main tables", 1, len(tables))
	must[*sdk.CreateRouteOutput](t)(c.CreateRoute(ctx, &sdk.CreateRouteInput{RouteTableId: tables[0].RouteTableId,
		DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: igw.InternetGatewayId}))
	tables = must[*sdk.DescribeRouteTablesOutput](t)(c.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{RouteTableIds: []string{*tables[0].RouteTableId}})).RouteTables
	same(t, "states", []types.RouteState{types.RouteStateActive, types.RouteStateActive}, []types.RouteState{tables[0].Routes[0].State, tables[0].Routes[1].State})
	same(t, "origin", types.RouteOriginCreateRoute, tables[0].Routes[1].Origin)
	must[*sdk.DetachInternetGatewayOutput](t)(c.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{VpcId: vpc.VpcId, InternetGatewayId: igw.InternetGatewayId}))
	holes := must[*sdk.DescribeRouteTablesOutput](t)(c.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: []types.Filter{
		{Name: aws.String("route.state"), Values: []string{"blackhole"}}}})).RouteTables
	same(t, "tables with black holes", 1, len(holes))
	acls := must[*sdk.DescribeNetworkAclsOutput](t)(c.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{Filters: []types.Filter{
		{Name: aws.String("default"), Values: []string{"true"}}, {Name: aws.String("vpc-id"), Values: []string{*vpc.VpcId}}}})).NetworkAcls
	same(t, "entries", 4, len(acls[0].Entries))
}

// A secondary address is one less to give.
func TestSecondaryAddressesAreNotFree(t *testing.T) {
	f := newCloud(t)
	_, net := f.alice.newVPC("10.0.0.0/16", "10.0.1.0/28")
	free := func() string {
		t.Helper()
		return f.alice.makes("DescribeSubnets", args{"SubnetId.1": net}, "availableIpAddressCount")
	}
	same(t, "at first", "11", free())
	ok(t, f.alice.query2("CreateNetworkInterface", args{"SubnetId": net, "SecondaryPrivateIpAddressCount": "2"}))
	same(t, "with an interface of three", "8", free())
}
