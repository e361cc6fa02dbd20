package clc_test

import (
	"testing"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// subnetOf is a tenant's default subnet of the first zone, and its VPC.
func (f *fixture) subnetOf(tn *tenant) (subnet cloud.Subnet) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(tn.account.ID)) {
			if n.Default && n.Zone == zoneA {
				subnet = n
			}
		}
	})
	return subnet
}

// An interface's life, to the letter: made, described, changed, given to an
// instance, left by it, deleted.
func TestInterfaceTapes(t *testing.T) {
	f := newCloud(t)
	tp := newTape(f)
	al := f.alice
	subnet := string(f.subnetOf(al).ID)
	web := al.newGroup("web")
	made := args{"SubnetId": subnet, "Description": "<mine>", "PrivateIpAddress": "172.31.0.50", "SecondaryPrivateIpAddressCount": "2", "SecurityGroupId.1": web,
		"ClientToken": "token-1", "TagSpecification.1.ResourceType": "network-interface", "TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "eni"}
	eni := tp.does(al, "CreateNetworkInterface", made, "networkInterfaceId")
	same(t, "the replay", eni, tp.does(al, "CreateNetworkInterface", made, "networkInterfaceId"))
	tp.do(al, "CreateNetworkInterface", made.with(args{"Description": "other"}))
	one := args{"NetworkInterfaceId": eni}
	tp.does(al, "DescribeNetworkInterfaces", args{"Filter.1.Name": "description", "Filter.1.Value.1": "<mine>"})
	for _, a := range []string{"description", "groupSet", "sourceDestCheck", "attachment", "associatePublicIpAddress"} {
		tp.does(al, "DescribeNetworkInterfaceAttribute", one.with(args{"Attribute": a}))
	}
	tp.do(al, "DescribeNetworkInterfaceAttribute", one)
	tp.does(al, "AssignPrivateIpAddresses", one.with(args{"PrivateIpAddress.1": "172.31.0.99"}))
	tp.does(al, "AssignPrivateIpAddresses", one.with(args{"SecondaryPrivateIpAddressCount": "1"}))
	tp.do(al, "AssignPrivateIpAddresses", one.with(args{"PrivateIpAddress.1": "172.31.0.99"}))
	tp.does(al, "UnassignPrivateIpAddresses", one.with(args{"PrivateIpAddress.1": "172.31.0.99"}))
	tp.do(al, "UnassignPrivateIpAddresses", one.with(args{"PrivateIpAddress.1": "172.31.0.50"}))
	tp.do(al, "AssignIpv6Addresses", one.with(args{"Ipv6AddressCount": "1"}))
	tp.do(al, "UnassignIpv6Addresses", one.with(args{"Ipv6Addresses.1": "2001:db8::1"}))
	tp.does(al, "ModifyNetworkInterfaceAttribute", one.with(args{"Description.Value": "changed"}))
	tp.do(al, "ModifyNetworkInterfaceAttribute", one.with(args{"SourceDestCheck.Value": "false"}))
	tp.does(al, "ResetNetworkInterfaceAttribute", one.with(args{"SourceDestCheck": "true"}))

	run := al.query("RunInstances", launch.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": eni}))
	same(t, "run", "", run.code)
	id := string(f.instanceIDs()[0])
	f.zone.see(id, cloud.PhaseUp)
	tp.does(al, "DescribeNetworkInterfaces", args{"NetworkInterfaceId.1": eni})
	tp.does(al, "DescribeNetworkInterfaceAttribute", one.with(args{"Attribute": "attachment"}))
	tp.do(al, "DeleteNetworkInterface", one)
	var e cloud.ENI
	f.view(func(tx *store.Tx) { e, _ = tx.ENIs().Get(cloud.ENIID(eni)) })
	tp.do(al, "DetachNetworkInterface", args{"AttachmentId": string(e.Attachment)})
	second := tp.does(al, "CreateNetworkInterface", args{"SubnetId": subnet}, "networkInterfaceId")
	tp.do(al, "AttachNetworkInterface", args{"NetworkInterfaceId": second, "InstanceId": id, "DeviceIndex": "1"})
	must[string](t)(al.terminate(id))
	f.zone.follow()
	f.audit()
	tp.does(al, "DescribeNetworkInterfaces", args{"NetworkInterfaceId.1": eni})
	tp.does(al, "DeleteNetworkInterface", one)
	tp.do(al, "DeleteNetworkInterface", one)
	f.audit()
	tp.check()
}

// An elastic IP's life, to the letter.
func TestAddressTapes(t *testing.T) {
	f := newCloud(t)
	tp := newTape(f)
	al := f.alice
	id := *al.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	address := tp.does(al, "AllocateAddress", args{"Domain": "vpc", "Address": "198.51.100.77", "TagSpecification.1.ResourceType": "elastic-ip",
		"TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "eip"}, "allocationId")
	tp.do(al, "AllocateAddress", args{"Address": "198.51.100.77"})
	tp.does(al, "DescribeAddresses", nil)
	tp.do(al, "DescribeAddressesAttribute", args{"AllocationId.1": address, "Attribute": "domain-name"})
	one := args{"AllocationId": address, "InstanceId": id}
	association := tp.does(al, "AssociateAddress", one, "associationId")
	same(t, "again", association, tp.does(al, "AssociateAddress", one, "associationId"))
	tp.does(al, "DescribeAddresses", args{"PublicIp.1": "198.51.100.77"})
	eni := string(f.instance(id).ENI)
	tp.do(al, "AssociateAddress", args{"AllocationId": address, "NetworkInterfaceId": eni, "InstanceId": id})
	other := *al.run(1, inZone(zoneA)).Instances[0].InstanceId
	tp.do(al, "AssociateAddress", args{"AllocationId": address, "InstanceId": other, "AllowReassociation": "false"})
	tp.do(al, "ReleaseAddress", args{"AllocationId": address})
	tp.does(al, "DisassociateAddress", args{"AssociationId": association})
	tp.do(al, "DisassociateAddress", args{"AssociationId": association})
	tp.does(al, "DisassociateAddress", args{"PublicIp": "198.51.100.77"})
	tp.does(al, "ReleaseAddress", args{"AllocationId": address})
	tp.do(al, "ReleaseAddress", args{"PublicIp": "198.51.100.77"})
	f.audit()
	tp.check()
}

// A group's life, to the letter.
func TestGroupTapes(t *testing.T) {
	f := newCloud(t)
	tp := newTape(f)
	al := f.alice
	vpc := string(f.subnetOf(al).VPC)
	made := args{"GroupName": "web", "GroupDescription": "a group", "VpcId": vpc, "TagSpecification.1.ResourceType": "security-group",
		"TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "web"}
	g := tp.does(al, "CreateSecurityGroup", made, "groupId")
	tp.do(al, "CreateSecurityGroup", made)
	f.clock.forward(time.Second) // ids begin with the time: the lists' order is always the same
	db := tp.does(al, "CreateSecurityGroup", args{"GroupName": "db", "GroupDescription": "the tables"}, "groupId")
	p := "IpPermissions.1."
	rule := tp.does(al, "AuthorizeSecurityGroupIngress", args{"GroupId": db, p + "IpProtocol": "tcp", p + "FromPort": "5432", p + "ToPort": "5432",
		p + "Groups.1.GroupId": g, p + "Groups.1.UserId": string(al.account.ID), p + "Groups.1.Description": "from the web", p + "Ipv6Ranges.1.CidrIpv6": "2001:db8::/32",
		"TagSpecification.1.ResourceType": "security-group-rule", "TagSpecification.1.Tag.1.Key": "k", "TagSpecification.1.Tag.1.Value": "v"}, "securityGroupRuleId")
	flat := args{"GroupName": "db", "SourceSecurityGroupName": "web", "SourceSecurityGroupOwnerId": string(al.account.ID)}
	tp.does(al, "AuthorizeSecurityGroupIngress", flat)
	tp.do(al, "AuthorizeSecurityGroupIngress", flat)
	tp.does(al, "AuthorizeSecurityGroupEgress", args{"GroupId": db, p + "IpProtocol": "icmp", p + "FromPort": "8", p + "ToPort": "-1", p + "IpRanges.1.CidrIp": "10.1.2.3/8"})
	tp.does(al, "DescribeSecurityGroups", args{"GroupId.1": g, "GroupId.2": db})
	tp.does(al, "DescribeSecurityGroupRules", args{"Filter.1.Name": "group-id", "Filter.1.Value.1": db, "Filter.2.Name": "security-group-rule-id", "Filter.2.Value.1": rule})
	u := "SecurityGroupRule.1."
	tp.does(al, "ModifySecurityGroupRules", args{"GroupId": db, u + "SecurityGroupRuleId": rule, u + "SecurityGroupRule.IpProtocol": "tcp",
		u + "SecurityGroupRule.FromPort": "5433", u + "SecurityGroupRule.ToPort": "5433", u + "SecurityGroupRule.CidrIpv4": "10.0.0.0/24", u + "SecurityGroupRule.Description": "changed"})
	tp.do(al, "ModifySecurityGroupRules", args{"GroupId": g, u + "SecurityGroupRuleId": rule, u + "SecurityGroupRule.IpProtocol": "-1", u + "SecurityGroupRule.CidrIpv4": "10.0.0.0/24"})
	d := "SecurityGroupRuleDescription.1."
	tp.does(al, "UpdateSecurityGroupRuleDescriptionsIngress", args{"GroupId": db, d + "SecurityGroupRuleId": rule, d + "Description": "by its id"})
	tp.does(al, "UpdateSecurityGroupRuleDescriptionsEgress", args{"GroupName": "db", p + "IpProtocol": "-1", p + "IpRanges.1.CidrIp": "0.0.0.0/0", p + "IpRanges.1.Description": "by what it allows"})
	tp.does(al, "DescribeSecurityGroupReferences", args{"GroupId.1": g})
	tp.does(al, "DescribeStaleSecurityGroups", args{"VpcId": vpc})
	tp.does(al, "GetSecurityGroupsForVpc", args{"VpcId": vpc, "Filter.1.Name": "group-name", "Filter.1.Value.1": "?b"})
	tp.do(al, "DeleteSecurityGroup", args{"GroupId": g})
	tp.does(al, "RevokeSecurityGroupIngress", args{"GroupId": db, "SecurityGroupRuleId.1": rule})
	tp.does(al, "RevokeSecurityGroupIngress", flat)
	tp.do(al, "RevokeSecurityGroupIngress", flat)
	tp.does(al, "RevokeSecurityGroupIngress", args{"GroupId": db, p + "IpProtocol": "tcp", p + "FromPort": "5432", p + "ToPort": "5432", p + "Groups.1.GroupId": g})
	all := args{"GroupId": g, p + "IpProtocol": "-1", p + "FromPort": "0", p + "ToPort": "0", p + "IpRanges.1.CidrIp": "0.0.0.0/0"}
	tp.does(al, "RevokeSecurityGroupEgress", all)
	tp.do(al, "RevokeSecurityGroupEgress", all)
	tp.does(al, "DeleteSecurityGroup", args{"GroupId": g})
	f.audit()
	tp.check()
}
