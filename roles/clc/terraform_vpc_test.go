package clc_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// seenVPC is what Terraform keeps of a refresh of aws_vpc.
type seenVPC struct {
	CIDR, Tenancy, State, Owner  string
	Support, Hostnames, Metrics  bool
	HasACL, HasTable, HasGroup   bool
	DHCP, Association, Associate string
	Tags                         map[string]string
}

// readVPC makes the calls of a read of aws_vpc.
func (tn *tenant) readVPC(id string) seenVPC {
	t := tn.f.t
	t.Helper()
	ctx := t.Context()
	v := must[*sdk.DescribeVpcsOutput](t)(tn.ec2.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{id}})).Vpcs[0]
	s := seenVPC{CIDR: *v.CidrBlock, Tenancy: string(v.InstanceTenancy), State: string(v.State), Owner: *v.OwnerId, DHCP: *v.DhcpOptionsId, Tags: tagMap(v.Tags),
		Association: *v.CidrBlockAssociationSet[0].CidrBlock, Associate: string(v.CidrBlockAssociationSet[0].CidrBlockState.State)}
	attribute := func(name types.VpcAttributeName) *sdk.DescribeVpcAttributeOutput {
		return must[*sdk.DescribeVpcAttributeOutput](t)(tn.ec2.DescribeVpcAttribute(ctx, &sdk.DescribeVpcAttributeInput{VpcId: &id, Attribute: name}))
	}
	s.Hostnames = *attribute(types.VpcAttributeNameEnableDnsHostnames).EnableDnsHostnames.Value
	s.Support = *attribute(types.VpcAttributeNameEnableDnsSupport).EnableDnsSupport.Value
	s.Metrics = *attribute(types.VpcAttributeNameEnableNetworkAddressUsageMetrics).EnableNetworkAddressUsageMetrics.Value
	in := filter("vpc-id", id)
	acls := must[*sdk.DescribeNetworkAclsOutput](t)(tn.ec2.DescribeNetworkAcls(ctx, &sdk.DescribeNetworkAclsInput{Filters: []types.Filter{filter("default", "true"), in}}))
	tables := must[*sdk.DescribeRouteTablesOutput](t)(tn.ec2.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{Filters: []types.Filter{filter("association.main", "true"), in}}))
	groups := must[*sdk.DescribeSecurityGroupsOutput](t)(tn.ec2.DescribeSecurityGroups(ctx, &sdk.DescribeSecurityGroupsInput{Filters: []types.Filter{filter("group-name", "default"), in}}))
	s.HasACL, s.HasTable, s.HasGroup = len(acls.NetworkAcls) == 1, len(tables.RouteTables) == 1, len(groups.SecurityGroups) == 1
	return s
}

func TestTerraformVPC(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	dhcp := *must[*sdk.DescribeDhcpOptionsOutput](t)(c.DescribeDhcpOptions(ctx, &sdk.DescribeDhcpOptionsInput{})).DhcpOptions[0].DhcpOptionsId
	want := func(hostnames bool, name string) func(string) seenVPC {
		return func(string) seenVPC {
			return seenVPC{CIDR: "10.0.0.0/16", Tenancy: "default", State: "available", Owner: string(tn.account.ID), Support: true, Hostnames: hostnames,
				HasACL: true, HasTable: true, HasGroup: true, DHCP: dhcp, Association: "10.0.0.0/16", Associate: "associated", Tags: map[string]string{"Name": name}}
		}
	}
	hostnames := func(id string, on bool) {
		must[*sdk.ModifyVpcAttributeOutput](t)(c.ModifyVpcAttribute(ctx, &sdk.ModifyVpcAttributeInput{VpcId: &id, EnableDnsHostnames: &types.AttributeBooleanValue{Value: &on}}))
	}
	managed[seenVPC]{
		create: func() string {
			id := *must[*sdk.CreateVpcOutput](t)(c.CreateVpc(ctx, &sdk.CreateVpcInput{CidrBlock: aws.String("10.0.0.0/16"), InstanceTenancy: types.TenancyDefault,
				AmazonProvidedIpv6CidrBlock: aws.Bool(false), TagSpecifications: tagged(types.ResourceTypeVpc, "Name", "first")})).Vpc.VpcId
			must[*sdk.DescribeVpcsOutput](t)(c.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{id}}))
			hostnames(id, true)
			return id
		},
		read:   tn.readVPC,
		change: func(id string) { hostnames(id, false); tn.retag(id, "Name", "second") },
		destroy: func(id string) {
			must[*sdk.DeleteVpcOutput](t)(c.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &id}))
		},
		gone: func(id string) error {
			_, err := c.DescribeVpcs(ctx, &sdk.DescribeVpcsInput{VpcIds: []string{id}})
			return err
		},
		code: "InvalidVpcID.NotFound",
	}.lives(t, want(true, "first"), want(false, "second"))
}

// seenSubnet is what Terraform keeps of a refresh of aws_subnet.
type seenSubnet struct {
	CIDR, VPC, Zone, ZoneID, State, Owner, ARN, Hostnames string
	MapPublic, AssignIPv6, DNS64, Native, A, AAAA         bool
	Tags                                                  map[string]string
}

// readSubnet makes the call of a read of aws_subnet.
func (tn *tenant) readSubnet(id string) seenSubnet {
	t := tn.f.t
	t.Helper()
	n := must[*sdk.DescribeSubnetsOutput](t)(tn.ec2.DescribeSubnets(t.Context(), &sdk.DescribeSubnetsInput{SubnetIds: []string{id}})).Subnets[0]
	o := n.PrivateDnsNameOptionsOnLaunch
	return seenSubnet{CIDR: *n.CidrBlock, VPC: *n.VpcId, Zone: *n.AvailabilityZone, ZoneID: *n.AvailabilityZoneId, State: string(n.State), Owner: *n.OwnerId, ARN: *n.SubnetArn,
		Hostnames: string(o.HostnameType), MapPublic: *n.MapPublicIpOnLaunch, AssignIPv6: *n.AssignIpv6AddressOnCreation, DNS64: *n.EnableDns64, Native: *n.Ipv6Native,
		A: *o.EnableResourceNameDnsARecord, AAAA: *o.EnableResourceNameDnsAAAARecord, Tags: tagMap(n.Tags)}
}

func TestTerraformSubnet(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	vpc := tn.makes("CreateVpc", args{"CidrBlock": "10.0.0.0/16"}, "vpcId")
	owner := string(tn.account.ID)
	want := func(public bool, name string) func(string) seenSubnet {
		return func(id string) seenSubnet {
			return seenSubnet{CIDR: "10.0.1.0/24", VPC: vpc, Zone: zoneB, ZoneID: "use1-az2", State: "available", Owner: owner, Hostnames: "ip-name",
				ARN: "arn:aws:ec2:" + region + ":" + owner + ":subnet/" + id, MapPublic: public, Tags: map[string]string{"Name": name}}
		}
	}
	public := func(id string, on bool) {
		must[*sdk.ModifySubnetAttributeOutput](t)(c.ModifySubnetAttribute(ctx, &sdk.ModifySubnetAttributeInput{SubnetId: &id, MapPublicIpOnLaunch: &types.AttributeBooleanValue{Value: &on}}))
	}
	managed[seenSubnet]{
		create: func() string {
			id := *must[*sdk.CreateSubnetOutput](t)(c.CreateSubnet(ctx, &sdk.CreateSubnetInput{VpcId: &vpc, CidrBlock: aws.String("10.0.1.0/24"),
				AvailabilityZone: aws.String(zoneB), TagSpecifications: tagged(types.ResourceTypeSubnet, "Name", "first")})).Subnet.SubnetId
			must[*sdk.DescribeSubnetsOutput](t)(c.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{id}}))
			public(id, true)
			return id
		},
		read:   tn.readSubnet,
		change: func(id string) { public(id, false); tn.retag(id, "Name", "second") },
		destroy: func(id string) {
			left := must[*sdk.DescribeNetworkInterfacesOutput](t)(c.DescribeNetworkInterfaces(ctx, &sdk.DescribeNetworkInterfacesInput{Filters: []types.Filter{filter("subnet-id", id)}}))
			same(t, "lingering interfaces", 0, len(left.NetworkInterfaces))
			must[*sdk.DeleteSubnetOutput](t)(c.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &id}))
		},
		gone: func(id string) error {
			_, err := c.DescribeSubnets(ctx, &sdk.DescribeSubnetsInput{SubnetIds: []string{id}})
			return err
		},
		code: "InvalidSubnetID.NotFound",
	}.lives(t, want(true, "first"), want(false, "second"))
}

// seenTable is what Terraform keeps of a refresh of aws_route_table and of
// aws_route_table_association.
type seenTable struct {
	VPC          string
	Routes       map[string]string // destination → gateway, without the VPC's own
	Associations map[string]string // id → subnet
	Tags         map[string]string
}

func (tn *tenant) readTable(id string) seenTable {
	t := tn.f.t
	t.Helper()
	out := must[*sdk.DescribeRouteTablesOutput](t)(tn.ec2.DescribeRouteTables(t.Context(), &sdk.DescribeRouteTablesInput{RouteTableIds: []string{id}})).RouteTables[0]
	s := seenTable{VPC: *out.VpcId, Routes: map[string]string{}, Associations: map[string]string{}, Tags: tagMap(out.Tags)}
	for _, r := range out.Routes {
		if *r.GatewayId != "local" {
			s.Routes[*r.DestinationCidrBlock] = *r.GatewayId
		}
	}
	for _, a := range out.Associations {
		s.Associations[*a.RouteTableAssociationId] = *a.SubnetId
	}
	return s
}

// A gateway, a table with a route to it and a subnet's association: what every
// module for VPCs makes, and in the order in which it unmakes it.
func TestTerraformRouteTable(t *testing.T) {
	f := newCloud(t)
	tn, c, ctx := f.alice, f.alice.ec2, t.Context()
	vpc, net := tn.newVPC("10.0.0.0/16", "10.0.1.0/24")
	gateway := must[*sdk.CreateInternetGatewayOutput](t)(c.CreateInternetGateway(ctx, &sdk.CreateInternetGatewayInput{TagSpecifications: tagged(types.ResourceTypeInternetGateway, "Name", "out")})).InternetGateway
	must[*sdk.AttachInternetGatewayOutput](t)(c.AttachInternetGateway(ctx, &sdk.AttachInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId, VpcId: &vpc}))
	seen := must[*sdk.DescribeInternetGatewaysOutput](t)(c.DescribeInternetGateways(ctx, &sdk.DescribeInternetGatewaysInput{InternetGatewayIds: []string{*gateway.InternetGatewayId}})).InternetGateways[0]
	same(t, "attachment", types.AttachmentStatus("available"), seen.Attachments[0].State)
	var association string
	managed[seenTable]{
		create: func() string {
			id := *must[*sdk.CreateRouteTableOutput](t)(c.CreateRouteTable(ctx, &sdk.CreateRouteTableInput{VpcId: &vpc, ClientToken: aws.String("terraform-1")})).RouteTable.RouteTableId
			must[*sdk.CreateRouteOutput](t)(c.CreateRoute(ctx, &sdk.CreateRouteInput{RouteTableId: &id, DestinationCidrBlock: aws.String("0.0.0.0/0"), GatewayId: gateway.InternetGatewayId}))
			association = *must[*sdk.AssociateRouteTableOutput](t)(c.AssociateRouteTable(ctx, &sdk.AssociateRouteTableInput{RouteTableId: &id, SubnetId: &net})).AssociationId
			return id
		},
		read: tn.readTable,
		change: func(id string) {
			must[*sdk.DeleteRouteOutput](t)(c.DeleteRoute(ctx, &sdk.DeleteRouteInput{RouteTableId: &id, DestinationCidrBlock: aws.String("0.0.0.0/0")}))
			must[*sdk.CreateRouteOutput](t)(c.CreateRoute(ctx, &sdk.CreateRouteInput{RouteTableId: &id, DestinationCidrBlock: aws.String("192.0.2.0/24"), GatewayId: gateway.InternetGatewayId}))
			tn.retag(id, "Name", "second")
		},
		destroy: func(id string) {
			must[*sdk.DisassociateRouteTableOutput](t)(c.DisassociateRouteTable(ctx, &sdk.DisassociateRouteTableInput{AssociationId: &association}))
			must[*sdk.DeleteRouteTableOutput](t)(c.DeleteRouteTable(ctx, &sdk.DeleteRouteTableInput{RouteTableId: &id}))
			must[*sdk.DetachInternetGatewayOutput](t)(c.DetachInternetGateway(ctx, &sdk.DetachInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId, VpcId: &vpc}))
			must[*sdk.DeleteInternetGatewayOutput](t)(c.DeleteInternetGateway(ctx, &sdk.DeleteInternetGatewayInput{InternetGatewayId: gateway.InternetGatewayId}))
			must[*sdk.DeleteSubnetOutput](t)(c.DeleteSubnet(ctx, &sdk.DeleteSubnetInput{SubnetId: &net}))
			must[*sdk.DeleteVpcOutput](t)(c.DeleteVpc(ctx, &sdk.DeleteVpcInput{VpcId: &vpc}))
		},
		gone: func(id string) error {
			_, err := c.DescribeRouteTables(ctx, &sdk.DescribeRouteTablesInput{RouteTableIds: []string{id}})
			return err
		},
		code: "InvalidRouteTableID.NotFound",
	}.lives(t,
		func(string) seenTable {
			return seenTable{vpc, map[string]string{"0.0.0.0/0": *gateway.InternetGatewayId}, map[string]string{association: net}, map[string]string{}}
		},
		func(string) seenTable {
			return seenTable{vpc, map[string]string{"192.0.2.0/24": *gateway.InternetGatewayId}, map[string]string{association: net}, map[string]string{"Name": "second"}}
		})
}
