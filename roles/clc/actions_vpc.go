package clc

import "ecc/api/awsquery"

// vpcActions are the actions of VPCs, subnets, gateways, routes and network ACLs.
func vpcActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AssociateDhcpOptions", (*Service).AssociateDhcpOptions, write, may("ec2:AssociateDhcpOptions")),
		awsquery.Handle("AssociateRouteTable", (*Service).AssociateRouteTable, write, may("ec2:AssociateRouteTable")),
		awsquery.Handle("AssociateSubnetCidrBlock", (*Service).AssociateSubnetCidrBlock, write, may("ec2:AssociateSubnetCidrBlock")),
		awsquery.Handle("AssociateVpcCidrBlock", (*Service).AssociateVpcCidrBlock, write, may("ec2:AssociateVpcCidrBlock")),
		awsquery.Handle("AttachInternetGateway", (*Service).AttachInternetGateway, write, may("ec2:AttachInternetGateway")),
		awsquery.Handle("CreateDefaultSubnet", (*Service).CreateDefaultSubnet, write, may("ec2:CreateDefaultSubnet")),
		awsquery.Handle("CreateDefaultVpc", (*Service).CreateDefaultVpc, write, may("ec2:CreateDefaultVpc")),
		awsquery.Handle("CreateDhcpOptions", (*Service).CreateDhcpOptions, write, may("ec2:CreateDhcpOptions")),
		awsquery.Handle("CreateInternetGateway", (*Service).CreateInternetGateway, write, may("ec2:CreateInternetGateway")),
		awsquery.Handle("CreateNetworkAcl", (*Service).CreateNetworkAcl, write, may("ec2:CreateNetworkAcl")),
		awsquery.Handle("CreateNetworkAclEntry", (*Service).CreateNetworkAclEntry, write, may("ec2:CreateNetworkAclEntry")),
		awsquery.Handle("CreateRoute", (*Service).CreateRoute, write, may("ec2:CreateRoute")),
		awsquery.Handle("CreateRouteTable", (*Service).CreateRouteTable, write, may("ec2:CreateRouteTable")),
		awsquery.Handle("CreateSubnet", (*Service).CreateSubnet, write, may("ec2:CreateSubnet")),
		awsquery.Handle("CreateVpc", (*Service).CreateVpc, write, may("ec2:CreateVpc")),
		awsquery.Handle("DeleteDhcpOptions", (*Service).DeleteDhcpOptions, write, may("ec2:DeleteDhcpOptions")),
		awsquery.Handle("DeleteInternetGateway", (*Service).DeleteInternetGateway, write, may("ec2:DeleteInternetGateway")),
		awsquery.Handle("DeleteNetworkAcl", (*Service).DeleteNetworkAcl, write, may("ec2:DeleteNetworkAcl")),
		awsquery.Handle("DeleteNetworkAclEntry", (*Service).DeleteNetworkAclEntry, write, may("ec2:DeleteNetworkAclEntry")),
		awsquery.Handle("DeleteRoute", (*Service).DeleteRoute, write, may("ec2:DeleteRoute")),
		awsquery.Handle("DeleteRouteTable", (*Service).DeleteRouteTable, write, may("ec2:DeleteRouteTable")),
		awsquery.Handle("DeleteSubnet", (*Service).DeleteSubnet, write, may("ec2:DeleteSubnet")),
		awsquery.Handle("DeleteVpc", (*Service).DeleteVpc, write, may("ec2:DeleteVpc")),
		awsquery.Handle("DescribeDhcpOptions", (*Service).DescribeDhcpOptions, read, may("ec2:DescribeDhcpOptions")),
		awsquery.Handle("DescribeInternetGateways", (*Service).DescribeInternetGateways, read, may("ec2:DescribeInternetGateways")),
		awsquery.Handle("DescribeNetworkAcls", (*Service).DescribeNetworkAcls, read, may("ec2:DescribeNetworkAcls")),
		awsquery.Handle("DescribeRouteTables", (*Service).DescribeRouteTables, read, may("ec2:DescribeRouteTables")),
		awsquery.Handle("DescribeSubnets", (*Service).DescribeSubnets, read, may("ec2:DescribeSubnets")),
		awsquery.Handle("DescribeVpcAttribute", (*Service).DescribeVpcAttribute, read, may("ec2:DescribeVpcAttribute")),
		awsquery.Handle("DescribeVpcClassicLink", (*Service).DescribeVpcClassicLink, read, may("ec2:DescribeVpcClassicLink")),
		awsquery.Handle("DescribeVpcClassicLinkDnsSupport", (*Service).DescribeVpcClassicLinkDnsSupport, read, may("ec2:DescribeVpcClassicLinkDnsSupport")),
		awsquery.Handle("DescribeVpcs", (*Service).DescribeVpcs, read, may("ec2:DescribeVpcs")),
		awsquery.Handle("DetachInternetGateway", (*Service).DetachInternetGateway, write, may("ec2:DetachInternetGateway")),
		awsquery.Handle("DisassociateRouteTable", (*Service).DisassociateRouteTable, write, may("ec2:DisassociateRouteTable")),
		awsquery.Handle("DisassociateSubnetCidrBlock", (*Service).DisassociateSubnetCidrBlock, write, may("ec2:DisassociateSubnetCidrBlock")),
		awsquery.Handle("DisassociateVpcCidrBlock", (*Service).DisassociateVpcCidrBlock, write, may("ec2:DisassociateVpcCidrBlock")),
		awsquery.Handle("ModifySubnetAttribute", (*Service).ModifySubnetAttribute, write, may("ec2:ModifySubnetAttribute")),
		awsquery.Handle("ModifyVpcAttribute", (*Service).ModifyVpcAttribute, write, may("ec2:ModifyVpcAttribute")),
		awsquery.Handle("ModifyVpcTenancy", (*Service).ModifyVpcTenancy, write, may("ec2:ModifyVpcTenancy")),
		awsquery.Handle("ReplaceNetworkAclAssociation", (*Service).ReplaceNetworkAclAssociation, write, may("ec2:ReplaceNetworkAclAssociation")),
		awsquery.Handle("ReplaceNetworkAclEntry", (*Service).ReplaceNetworkAclEntry, write, may("ec2:ReplaceNetworkAclEntry")),
		awsquery.Handle("ReplaceRoute", (*Service).ReplaceRoute, write, may("ec2:ReplaceRoute")),
		awsquery.Handle("ReplaceRouteTableAssociation", (*Service).ReplaceRouteTableAssociation, write, may("ec2:ReplaceRouteTableAssociation")),
	}
}
