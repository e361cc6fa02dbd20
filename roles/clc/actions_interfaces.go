package clc

import "ecc/api/awsquery"

// interfaceActions are the actions of network interfaces and addresses.
func interfaceActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AllocateAddress", (*Service).AllocateAddress, write, may("ec2:AllocateAddress")),
		awsquery.Handle("AssignIpv6Addresses", (*Service).AssignIpv6Addresses, write, may("ec2:AssignIpv6Addresses")),
		awsquery.Handle("AssignPrivateIpAddresses", (*Service).AssignPrivateIpAddresses, write, may("ec2:AssignPrivateIpAddresses")),
		awsquery.Handle("AssociateAddress", (*Service).AssociateAddress, write, may("ec2:AssociateAddress")),
		awsquery.Handle("AttachNetworkInterface", (*Service).AttachNetworkInterface, write, may("ec2:AttachNetworkInterface")),
		awsquery.Handle("CreateNetworkInterface", (*Service).CreateNetworkInterface, write, may("ec2:CreateNetworkInterface")),
		awsquery.Handle("DeleteNetworkInterface", (*Service).DeleteNetworkInterface, write, may("ec2:DeleteNetworkInterface")),
		awsquery.Handle("DescribeAddresses", (*Service).DescribeAddresses, read, may("ec2:DescribeAddresses")),
		awsquery.Handle("DescribeAddressesAttribute", (*Service).DescribeAddressesAttribute, read, may("ec2:DescribeAddressesAttribute")),
		awsquery.Handle("DescribeNetworkInterfaceAttribute", (*Service).DescribeNetworkInterfaceAttribute, read, may("ec2:DescribeNetworkInterfaceAttribute")),
		awsquery.Handle("DescribeNetworkInterfaces", (*Service).DescribeNetworkInterfaces, read, may("ec2:DescribeNetworkInterfaces")),
		awsquery.Handle("DetachNetworkInterface", (*Service).DetachNetworkInterface, write, may("ec2:DetachNetworkInterface")),
		awsquery.Handle("DisassociateAddress", (*Service).DisassociateAddress, write, may("ec2:DisassociateAddress")),
		awsquery.Handle("ModifyNetworkInterfaceAttribute", (*Service).ModifyNetworkInterfaceAttribute, write, may("ec2:ModifyNetworkInterfaceAttribute")),
		awsquery.Handle("ReleaseAddress", (*Service).ReleaseAddress, write, may("ec2:ReleaseAddress")),
		awsquery.Handle("ResetNetworkInterfaceAttribute", (*Service).ResetNetworkInterfaceAttribute, write, may("ec2:ResetNetworkInterfaceAttribute")),
		awsquery.Handle("UnassignIpv6Addresses", (*Service).UnassignIpv6Addresses, write, may("ec2:UnassignIpv6Addresses")),
		awsquery.Handle("UnassignPrivateIpAddresses", (*Service).UnassignPrivateIpAddresses, write, may("ec2:UnassignPrivateIpAddresses")),
	}
}
