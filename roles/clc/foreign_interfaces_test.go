package clc_test

import (
	"ecc/cloud"
	"ecc/store"
)

// ownInterfaces gives alice an elastic IP and an interface of no instance.
func (f *fixture) ownInterfaces(own map[string]string) {
	f.t.Helper()
	ok(f.t, f.alice.query2("AllocateAddress", nil))
	f.view(func(tx *store.Tx) {
		for ad := range tx.Addresses().All() {
			own["address"], own["public"] = string(ad.ID), ad.PublicIP.String()
		}
	})
	ok(f.t, f.alice.query2("AssociateAddress", args{"AllocationId": own["address"], "InstanceId": own["instance"]}))
	f.view(func(tx *store.Tx) {
		ad, _ := tx.Addresses().Get(cloud.AllocationID(own["address"]))
		e, _ := tx.ENIs().Get(cloud.ENIID(own["eni"]))
		own["association"], own["attachment"] = string(ad.Association), string(e.Attachment)
	})
}

func foreignGroups(own map[string]string) []foreignCase {
	group := args{"GroupId": own["group"]}
	described := args{"SecurityGroupRuleDescription.1.SecurityGroupRuleId": own["rule"]}
	return []foreignCase{
		{"DescribeSecurityGroupReferences", args{"GroupId.1": own["group"]}, "InvalidGroup.NotFound"},
		{"DescribeStaleSecurityGroups", args{"VpcId": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"GetSecurityGroupsForVpc", args{"VpcId": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"ModifySecurityGroupRules", group.with(args{"SecurityGroupRule.1.SecurityGroupRuleId": own["rule"], "SecurityGroupRule.1.SecurityGroupRule.IpProtocol": "-1",
			"SecurityGroupRule.1.SecurityGroupRule.CidrIpv4": "0.0.0.0/0"}), "InvalidGroup.NotFound"},
		{"UpdateSecurityGroupRuleDescriptionsEgress", described.with(group), "InvalidGroup.NotFound"},
		{"UpdateSecurityGroupRuleDescriptionsIngress", described.with(group), "InvalidGroup.NotFound"},
	}
}

func foreignInterfaces(own map[string]string) []foreignCase {
	const noENI, noAddress, noInstance = "InvalidNetworkInterfaceID.NotFound", "InvalidAllocationID.NotFound", "InvalidInstanceID.NotFound"
	eni := args{"NetworkInterfaceId": own["eni"]}
	return []foreignCase{
		{"AssignIpv6Addresses", eni.with(args{"Ipv6AddressCount": "1"}), noENI},
		{"AssignPrivateIpAddresses", eni.with(args{"SecondaryPrivateIpAddressCount": "1"}), noENI},
		{"AssociateAddress", args{"AllocationId": own["address"], "InstanceId": own["instance"]}, noAddress},
		{"AssociateAddress", args{"PublicIp": own["public"], "InstanceId": own["instance"]}, "InvalidAddress.NotFound"},
		{"AttachNetworkInterface", eni.with(args{"InstanceId": own["instance"], "DeviceIndex": "1"}), noENI},
		{"CreateNetworkInterface", args{"SubnetId": own["subnet"]}, "InvalidSubnetID.NotFound"},
		{"DeleteNetworkInterface", eni, noENI},
		{"DescribeAddresses", args{"AllocationId.1": own["address"]}, noAddress},
		{"DescribeAddresses", args{"PublicIp.1": own["public"]}, "InvalidAddress.NotFound"},
		{"DescribeAddressesAttribute", args{"AllocationId.1": own["address"]}, noAddress},
		{"DescribeNetworkInterfaceAttribute", eni.with(args{"Attribute": "description"}), noENI},
		{"DetachNetworkInterface", args{"AttachmentId": own["attachment"]}, "InvalidAttachmentID.NotFound"},
		{"DisassociateAddress", args{"AssociationId": own["association"]}, "InvalidAssociationID.NotFound"},
		{"DisassociateAddress", args{"PublicIp": own["public"]}, "InvalidAddress.NotFound"},
		{"ModifyNetworkInterfaceAttribute", eni.with(args{"Description.Value": "x"}), noENI},
		{"ReleaseAddress", args{"AllocationId": own["address"]}, noAddress},
		{"ResetNetworkInterfaceAttribute", eni.with(args{"SourceDestCheck": "true"}), noENI},
		{"UnassignIpv6Addresses", eni.with(args{"Ipv6Addresses.1": "::1"}), noENI},
		{"UnassignPrivateIpAddresses", eni.with(args{"PrivateIpAddress.1": "172.31.0.9"}), noENI},
	}
}
