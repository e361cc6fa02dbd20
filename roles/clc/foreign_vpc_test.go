package clc_test

import (
	"ecc/cloud"
	"ecc/store"
)

// ownNetwork names the parts of alice's default VPC.
func (f *fixture) ownNetwork(own map[string]string) {
	f.t.Helper()
	vpc := own["vpc"]
	f.view(func(tx *store.Tx) {
		v, _ := tx.VPCs().Get(cloud.VPCID(vpc))
		own["dhcp"], own["table"] = string(v.DHCPOptions), f.mainTable(vpc)
		own["block"] = "vpc-cidr-assoc-" + vpc[len("vpc-"):]
		for g := range tx.InternetGateways().By(store.ByVPC, vpc) {
			own["gateway"] = string(g.ID)
		}
		t, _ := tx.RouteTables().Get(cloud.RouteTableID(own["table"]))
		own["table-association"] = t.Main
	})
	own["acl"], own["acl-association"] = f.defaultACL(vpc)
}

func foreignNetwork(own map[string]string) []foreignCase {
	const noVPC, noSubnet, noTable, noACL = "InvalidVpcID.NotFound", "InvalidSubnetID.NotFound", "InvalidRouteTableID.NotFound", "InvalidNetworkAclID.NotFound"
	const noGateway, noOptions, noAssociation = "InvalidInternetGatewayID.NotFound", "InvalidDhcpOptionID.NotFound", "InvalidAssociationID.NotFound"
	vpc, net, table, acl := args{"VpcId": own["vpc"]}, args{"SubnetId": own["subnet"]}, args{"RouteTableId": own["table"]}, args{"NetworkAclId": own["acl"]}
	gateway := args{"InternetGatewayId": own["gateway"]}
	route := table.with(args{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": own["gateway"]})
	entry := acl.with(args{"RuleNumber": "100", "Egress": "true", "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"})
	return []foreignCase{
		{"AssociateDhcpOptions", vpc.with(args{"DhcpOptionsId": "default"}), noVPC},
		{"AssociateRouteTable", table.with(net), noTable},
		{"AssociateSubnetCidrBlock", net.with(args{"Ipv6CidrBlock": "2001:db8::/64"}), noSubnet},
		{"AssociateVpcCidrBlock", vpc.with(args{"CidrBlock": "10.0.0.0/16"}), noVPC},
		{"AttachInternetGateway", gateway.with(vpc), noGateway},
		{"CreateNetworkAcl", vpc, noVPC},
		{"CreateNetworkAclEntry", entry, noACL},
		{"CreateRoute", route, noTable},
		{"CreateRouteTable", vpc, noVPC},
		{"CreateSubnet", vpc.with(args{"CidrBlock": "172.31.240.0/24"}), noVPC},
		{"DeleteDhcpOptions", args{"DhcpOptionsId": own["dhcp"]}, noOptions},
		{"DeleteInternetGateway", gateway, noGateway},
		{"DeleteNetworkAcl", acl, noACL},
		{"DeleteNetworkAclEntry", acl.with(args{"RuleNumber": "100", "Egress": "true"}), noACL},
		{"DeleteRoute", table.with(args{"DestinationCidrBlock": "0.0.0.0/0"}), noTable},
		{"DeleteRouteTable", table, noTable},
		{"DeleteSubnet", net, noSubnet},
		{"DeleteVpc", vpc, noVPC},
		{"DescribeDhcpOptions", args{"DhcpOptionsId.1": own["dhcp"]}, noOptions},
		{"DescribeInternetGateways", args{"InternetGatewayId.1": own["gateway"]}, noGateway},
		{"DescribeNetworkAcls", args{"NetworkAclId.1": own["acl"]}, noACL},
		{"DescribeRouteTables", args{"RouteTableId.1": own["table"]}, noTable},
		{"DetachInternetGateway", gateway.with(vpc), noGateway},
		{"DisassociateRouteTable", args{"AssociationId": own["table-association"]}, noAssociation},
		{"DisassociateSubnetCidrBlock", args{"AssociationId": "subnet-cidr-assoc-00000000000000001"}, "InvalidSubnetCidrBlockAssociationID.NotFound"},
		{"DisassociateVpcCidrBlock", args{"AssociationId": own["block"]}, "InvalidVpcCidrBlockAssociationID.NotFound"},
		{"ModifySubnetAttribute", net.with(args{"MapPublicIpOnLaunch.Value": "false"}), noSubnet},
		{"ModifyVpcAttribute", vpc.with(args{"EnableDnsSupport.Value": "false"}), noVPC},
		{"ModifyVpcTenancy", vpc.with(args{"InstanceTenancy": "default"}), noVPC},
		{"ReplaceNetworkAclAssociation", acl.with(args{"AssociationId": own["acl-association"]}), noAssociation},
		{"ReplaceNetworkAclEntry", entry, noACL},
		{"ReplaceRoute", route, noTable},
		{"ReplaceRouteTableAssociation", table.with(args{"AssociationId": own["table-association"]}), noAssociation},
	}
}
