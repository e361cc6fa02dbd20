package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// vpcActions are the actions of VPCs, subnets, gateways, routes and network ACLs.
func vpcActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AssociateDhcpOptions", (*Service).AssociateDhcpOptions, write,
			awsquery.MayOn("ec2:AssociateDhcpOptions", func(in *ec2.AssociateDhcpOptionsRequest) []string {
				return []string{text(in.DhcpOptionsId), text(in.VpcId)}
			})),
		awsquery.Handle("AssociateRouteTable", (*Service).AssociateRouteTable, write,
			awsquery.MayOn("ec2:AssociateRouteTable", func(in *ec2.AssociateRouteTableRequest) []string {
				return []string{text(in.RouteTableId), text(in.SubnetId)}
			})),
		awsquery.Handle("AssociateSubnetCidrBlock", (*Service).AssociateSubnetCidrBlock, write,
			awsquery.MayOn("ec2:AssociateSubnetCidrBlock", func(in *ec2.AssociateSubnetCidrBlockRequest) []string { return []string{text(in.SubnetId)} })),
		awsquery.Handle("AssociateVpcCidrBlock", (*Service).AssociateVpcCidrBlock, write,
			awsquery.MayOn("ec2:AssociateVpcCidrBlock", func(in *ec2.AssociateVpcCidrBlockRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("AttachInternetGateway", (*Service).AttachInternetGateway, write,
			awsquery.MayOn("ec2:AttachInternetGateway", func(in *ec2.AttachInternetGatewayRequest) []string {
				return []string{text(in.InternetGatewayId), text(in.VpcId)}
			})),
		awsquery.Handle("CreateDefaultSubnet", (*Service).CreateDefaultSubnet, write, may("ec2:CreateDefaultSubnet")),
		awsquery.Handle("CreateDefaultVpc", (*Service).CreateDefaultVpc, write, may("ec2:CreateDefaultVpc")),
		awsquery.Handle("CreateDhcpOptions", (*Service).CreateDhcpOptions, write, may("ec2:CreateDhcpOptions")),
		awsquery.Handle("CreateInternetGateway", (*Service).CreateInternetGateway, write, may("ec2:CreateInternetGateway")),
		awsquery.Handle("CreateNetworkAcl", (*Service).CreateNetworkAcl, write,
			awsquery.MayOn("ec2:CreateNetworkAcl", func(in *ec2.CreateNetworkAclRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("CreateNetworkAclEntry", (*Service).CreateNetworkAclEntry, write,
			awsquery.MayOn("ec2:CreateNetworkAclEntry", func(in *ec2.CreateNetworkAclEntryRequest) []string { return []string{text(in.NetworkAclId)} })),
		awsquery.Handle("CreateRoute", (*Service).CreateRoute, write,
			awsquery.MayOn("ec2:CreateRoute", func(in *ec2.CreateRouteRequest) []string { return []string{text(in.RouteTableId)} })),
		awsquery.Handle("CreateRouteTable", (*Service).CreateRouteTable, write,
			awsquery.MayOn("ec2:CreateRouteTable", func(in *ec2.CreateRouteTableRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("CreateSubnet", (*Service).CreateSubnet, write,
			awsquery.MayOn("ec2:CreateSubnet", func(in *ec2.CreateSubnetRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("CreateVpc", (*Service).CreateVpc, write, may("ec2:CreateVpc")),
		awsquery.Handle("DeleteDhcpOptions", (*Service).DeleteDhcpOptions, write,
			awsquery.MayOn("ec2:DeleteDhcpOptions", func(in *ec2.DeleteDhcpOptionsRequest) []string { return []string{text(in.DhcpOptionsId)} })),
		awsquery.Handle("DeleteInternetGateway", (*Service).DeleteInternetGateway, write,
			awsquery.MayOn("ec2:DeleteInternetGateway", func(in *ec2.DeleteInternetGatewayRequest) []string { return []string{text(in.InternetGatewayId)} })),
		awsquery.Handle("DeleteNetworkAcl", (*Service).DeleteNetworkAcl, write,
			awsquery.MayOn("ec2:DeleteNetworkAcl", func(in *ec2.DeleteNetworkAclRequest) []string { return []string{text(in.NetworkAclId)} })),
		awsquery.Handle("DeleteNetworkAclEntry", (*Service).DeleteNetworkAclEntry, write,
			awsquery.MayOn("ec2:DeleteNetworkAclEntry", func(in *ec2.DeleteNetworkAclEntryRequest) []string { return []string{text(in.NetworkAclId)} })),
		awsquery.Handle("DeleteRoute", (*Service).DeleteRoute, write,
			awsquery.MayOn("ec2:DeleteRoute", func(in *ec2.DeleteRouteRequest) []string { return []string{text(in.RouteTableId)} })),
		awsquery.Handle("DeleteRouteTable", (*Service).DeleteRouteTable, write,
			awsquery.MayOn("ec2:DeleteRouteTable", func(in *ec2.DeleteRouteTableRequest) []string { return []string{text(in.RouteTableId)} })),
		awsquery.Handle("DeleteSubnet", (*Service).DeleteSubnet, write,
			awsquery.MayOn("ec2:DeleteSubnet", func(in *ec2.DeleteSubnetRequest) []string { return []string{text(in.SubnetId)} })),
		awsquery.Handle("DeleteVpc", (*Service).DeleteVpc, write,
			awsquery.MayOn("ec2:DeleteVpc", func(in *ec2.DeleteVpcRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("DescribeDhcpOptions", (*Service).DescribeDhcpOptions, read, may("ec2:DescribeDhcpOptions")),
		awsquery.Handle("DescribeInternetGateways", (*Service).DescribeInternetGateways, read, may("ec2:DescribeInternetGateways")),
		awsquery.Handle("DescribeNetworkAcls", (*Service).DescribeNetworkAcls, read, may("ec2:DescribeNetworkAcls")),
		awsquery.Handle("DescribeRouteTables", (*Service).DescribeRouteTables, read, may("ec2:DescribeRouteTables")),
		awsquery.Handle("DescribeSubnets", (*Service).DescribeSubnets, read, may("ec2:DescribeSubnets")),
		awsquery.Handle("DescribeVpcAttribute", (*Service).DescribeVpcAttribute, read,
			awsquery.MayOn("ec2:DescribeVpcAttribute", func(in *ec2.DescribeVpcAttributeRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("DescribeVpcs", (*Service).DescribeVpcs, read, may("ec2:DescribeVpcs")),
		awsquery.Handle("DetachInternetGateway", (*Service).DetachInternetGateway, write,
			awsquery.MayOn("ec2:DetachInternetGateway", func(in *ec2.DetachInternetGatewayRequest) []string {
				return []string{text(in.InternetGatewayId), text(in.VpcId)}
			})),
		awsquery.Handle("DisassociateRouteTable", (*Service).DisassociateRouteTable, write, may("ec2:DisassociateRouteTable")),
		awsquery.Handle("DisassociateSubnetCidrBlock", (*Service).DisassociateSubnetCidrBlock, write, may("ec2:DisassociateSubnetCidrBlock")),
		awsquery.Handle("DisassociateVpcCidrBlock", (*Service).DisassociateVpcCidrBlock, write, may("ec2:DisassociateVpcCidrBlock")),
		awsquery.Handle("ModifySubnetAttribute", (*Service).ModifySubnetAttribute, write,
			awsquery.MayOn("ec2:ModifySubnetAttribute", func(in *ec2.ModifySubnetAttributeRequest) []string { return []string{text(in.SubnetId)} })),
		awsquery.Handle("ModifyVpcAttribute", (*Service).ModifyVpcAttribute, write,
			awsquery.MayOn("ec2:ModifyVpcAttribute", func(in *ec2.ModifyVpcAttributeRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("ModifyVpcTenancy", (*Service).ModifyVpcTenancy, write,
			awsquery.MayOn("ec2:ModifyVpcTenancy", func(in *ec2.ModifyVpcTenancyRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("ReplaceNetworkAclAssociation", (*Service).ReplaceNetworkAclAssociation, write,
			awsquery.MayOn("ec2:ReplaceNetworkAclAssociation", func(in *ec2.ReplaceNetworkAclAssociationRequest) []string { return []string{text(in.NetworkAclId)} })),
		awsquery.Handle("ReplaceNetworkAclEntry", (*Service).ReplaceNetworkAclEntry, write,
			awsquery.MayOn("ec2:ReplaceNetworkAclEntry", func(in *ec2.ReplaceNetworkAclEntryRequest) []string { return []string{text(in.NetworkAclId)} })),
		awsquery.Handle("ReplaceRoute", (*Service).ReplaceRoute, write,
			awsquery.MayOn("ec2:ReplaceRoute", func(in *ec2.ReplaceRouteRequest) []string { return []string{text(in.RouteTableId)} })),
		awsquery.Handle("ReplaceRouteTableAssociation", (*Service).ReplaceRouteTableAssociation, write,
			awsquery.MayOn("ec2:ReplaceRouteTableAssociation", func(in *ec2.ReplaceRouteTableAssociationRequest) []string { return []string{text(in.RouteTableId)} })),
	}
}
