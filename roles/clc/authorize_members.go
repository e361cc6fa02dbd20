package clc

import (
	"ecc/roles/clc/access"
)

// member is a member of a request that names a resource.
type member struct{ name, kind string }

// nameMembers say by their names what they name.
var nameMembers = []member{
	{"InstanceId", "instance"}, {"InstanceIds", "instance"}, {"Instances", "instance"},
	{"ImageId", "image"}, {"SourceImageId", "image"},
	{"KeyName", byKeyName}, {"KeyPairId", byKeyPair},
	{"GroupId", "security-group"}, {"SecurityGroupIds", "security-group"}, {"Groups", "security-group"}, {"GroupName", byGroupName},
	{"VpcId", "vpc"}, {"SubnetId", "subnet"}, {"NetworkInterfaceId", typeENI},
	{"AllocationId", "elastic-ip"}, {"AllocationIds", "elastic-ip"}, {"PublicIp", byPublicIP},
	{"RouteTableId", "route-table"}, {"NetworkAclId", "network-acl"}, {"InternetGatewayId", "internet-gateway"}, {"DhcpOptionsId", "dhcp-options"},
	{"LaunchTemplateId", typeTemplate}, {"LaunchTemplateName", byTemplateName},
	{"AttachmentId", byAttachment}, {"AssociationId", byAssociation}, {"SecurityGroupRuleIds", ""},
	{"Resources", byPrefix}, {"GatewayId", ""}, {"VolumeId", "volume"}, {"SnapshotId", "snapshot"},
}

// Ways to find a resource other than by its id.
const (
	byKeyName      = "key pair's name"
	byKeyPair      = "key pair's id"
	byGroupName    = "group's name"
	byPublicIP     = "address"
	byTemplateName = "template's name"
	byAttachment   = "attachment"
	byAssociation  = "association"
	byPrefix       = "id of anything"
	byPlacement    = "placement group's name"
	byPlacementID  = "placement group's id"
)

// otherwise are members that mean something else in one action; "" means
// nothing that is touched: a name to be given, the far end of a route.
var otherwise = map[string]string{
	"CreateSecurityGroup.GroupName": "", "CreatePlacementGroup.GroupName": "", "DeletePlacementGroup.GroupName": byPlacement,
	"ModifyInstancePlacement.GroupName": byPlacement, "ModifyInstancePlacement.GroupId": byPlacementID,
	"CreateKeyPair.KeyName": "", "ImportKeyPair.KeyName": "", "CreateLaunchTemplate.LaunchTemplateName": "",
	"CreateRoute.InstanceId": "", "CreateRoute.NetworkInterfaceId": "", "ReplaceRoute.InstanceId": "", "ReplaceRoute.NetworkInterfaceId": "",
	"AssociateRouteTable.GatewayId": "internet-gateway", "CopyImage.SourceImageId": "image", "AssociateDhcpOptions.DhcpOptionsId": byDHCPOptions,
}

// byDHCPOptions: "default" is what a VPC has no options of its own with.
const byDHCPOptions = "DHCP options"

// membersOf are the members of an action's request that name what is touched.
func membersOf(action string, in any) []member {
	var out []member
	for _, m := range nameMembers {
		if kind, ok := otherwise[action+"."+m.name]; ok {
			m.kind = kind
		}
		if _, has := access.Member(in, m.name); has && m.kind != "" {
			out = append(out, m)
		}
	}
	return out
}
