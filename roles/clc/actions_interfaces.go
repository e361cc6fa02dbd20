package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// interfaceActions are the actions of network interfaces and addresses.
func interfaceActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AllocateAddress", (*Service).AllocateAddress, write, may("ec2:AllocateAddress")),
		awsquery.Handle("AssignIpv6Addresses", (*Service).AssignIpv6Addresses, write,
			awsquery.MayOn("ec2:AssignIpv6Addresses", func(in *ec2.AssignIpv6AddressesRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("AssignPrivateIpAddresses", (*Service).AssignPrivateIpAddresses, write,
			awsquery.MayOn("ec2:AssignPrivateIpAddresses", func(in *ec2.AssignPrivateIpAddressesRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("AssociateAddress", (*Service).AssociateAddress, write,
			awsquery.MayOn("ec2:AssociateAddress", func(in *ec2.AssociateAddressRequest) []string {
				return named(in.AllocationId, in.InstanceId, in.NetworkInterfaceId)
			})),
		awsquery.Handle("AttachNetworkInterface", (*Service).AttachNetworkInterface, write,
			awsquery.MayOn("ec2:AttachNetworkInterface", func(in *ec2.AttachNetworkInterfaceRequest) []string {
				return named(in.NetworkInterfaceId, in.InstanceId)
			})),
		awsquery.Handle("CreateNetworkInterface", (*Service).CreateNetworkInterface, write,
			awsquery.MayOn("ec2:CreateNetworkInterface", func(in *ec2.CreateNetworkInterfaceRequest) []string { return named(in.SubnetId) })),
		awsquery.Handle("DeleteNetworkInterface", (*Service).DeleteNetworkInterface, write,
			awsquery.MayOn("ec2:DeleteNetworkInterface", func(in *ec2.DeleteNetworkInterfaceRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("DescribeAddresses", (*Service).DescribeAddresses, read, may("ec2:DescribeAddresses")),
		awsquery.Handle("DescribeAddressesAttribute", (*Service).DescribeAddressesAttribute, read, may("ec2:DescribeAddressesAttribute")),
		awsquery.Handle("DescribeNetworkInterfaceAttribute", (*Service).DescribeNetworkInterfaceAttribute, read,
			awsquery.MayOn("ec2:DescribeNetworkInterfaceAttribute", func(in *ec2.DescribeNetworkInterfaceAttributeRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("DescribeNetworkInterfaces", (*Service).DescribeNetworkInterfaces, read, may("ec2:DescribeNetworkInterfaces")),
		awsquery.Handle("DetachNetworkInterface", (*Service).DetachNetworkInterface, write, may("ec2:DetachNetworkInterface")),
		awsquery.Handle("DisassociateAddress", (*Service).DisassociateAddress, write, may("ec2:DisassociateAddress")),
		awsquery.Handle("ModifyNetworkInterfaceAttribute", (*Service).ModifyNetworkInterfaceAttribute, write,
			awsquery.MayOn("ec2:ModifyNetworkInterfaceAttribute", func(in *ec2.ModifyNetworkInterfaceAttributeRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("ReleaseAddress", (*Service).ReleaseAddress, write,
			awsquery.MayOn("ec2:ReleaseAddress", func(in *ec2.ReleaseAddressRequest) []string { return named(in.AllocationId) })),
		awsquery.Handle("ResetNetworkInterfaceAttribute", (*Service).ResetNetworkInterfaceAttribute, write,
			awsquery.MayOn("ec2:ResetNetworkInterfaceAttribute", func(in *ec2.ResetNetworkInterfaceAttributeRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("UnassignIpv6Addresses", (*Service).UnassignIpv6Addresses, write,
			awsquery.MayOn("ec2:UnassignIpv6Addresses", func(in *ec2.UnassignIpv6AddressesRequest) []string { return named(in.NetworkInterfaceId) })),
		awsquery.Handle("UnassignPrivateIpAddresses", (*Service).UnassignPrivateIpAddresses, write,
			awsquery.MayOn("ec2:UnassignPrivateIpAddresses", func(in *ec2.UnassignPrivateIpAddressesRequest) []string { return named(in.NetworkInterfaceId) })),
	}
}
