package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// vpcActions are the actions of VPCs, subnets, gateways, routes and network ACLs.
func vpcActions() []awsquery.Action[*Service] {
	const read = awsquery.Read
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("DescribeSubnets", (*Service).DescribeSubnets, read, may("ec2:DescribeSubnets")),
		awsquery.Handle("DescribeVpcAttribute", (*Service).DescribeVpcAttribute, read,
			awsquery.MayOn("ec2:DescribeVpcAttribute", func(in *ec2.DescribeVpcAttributeRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("DescribeVpcs", (*Service).DescribeVpcs, read, may("ec2:DescribeVpcs")),
	}
}
