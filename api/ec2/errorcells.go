package ec2

import (
	"maps"
	"net/http"

	"ecc/api/awsquery"
	"ecc/cloud"
)

// cells are the codes and messages EC2 has for one resource.
func cells() map[awsquery.Cell]awsquery.Fault {
	all := map[awsquery.Cell]awsquery.Fault{}
	for kind, rows := range map[cloud.Kind]map[cloud.Resource]awsquery.Fault{
		cloud.NotFound:       notFound(),
		cloud.Malformed:      malformed(),
		cloud.AlreadyExists:  alreadyExists(),
		cloud.WrongState:     wrongState(),
		cloud.InUse:          inUse(),
		cloud.Invalid:        invalid(),
		cloud.Missing:        missing(),
		cloud.Exhausted:      exhausted(),
		cloud.LimitExceeded:  limitExceeded(),
		cloud.Denied:         denied(),
		cloud.TokenMismatch:  tokenMismatch(),
		cloud.BadCombination: badCombination(),
		cloud.Unsupported:    unsupported(),
	} {
		for resource, fault := range rows {
			all[awsquery.Cell{Kind: kind, Resource: resource}] = fault
		}
	}
	return all
}

func notFound() map[cloud.Resource]awsquery.Fault {
	rows := map[cloud.Resource]awsquery.Fault{
		cloud.ResLaunchTemplate:        bad("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID %s, does not exist."),
		cloud.ResLaunchTemplateName:    bad("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name %s, does not exist."),
		cloud.ResLaunchTemplateVersion: bad("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version %s of the launch template."),
		cloud.ResPlacementGroup:        bad("InvalidPlacementGroup.Unknown", "The Placement Group '%s' is unknown."),
		cloud.ResPlacementGroupID:      bad("InvalidPlacementGroupId.NotFound", "The placement group ID '%s' does not exist."),
		cloud.ResInstance:              bad("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist"),
		cloud.ResImage:                 bad("InvalidAMIID.NotFound", "The image id '[%s]' does not exist"),
		cloud.ResKeyPair:               bad("InvalidKeyPair.NotFound", "The key pair '%s' does not exist"),
		cloud.ResGroup:                 bad("InvalidGroup.NotFound", "The security group '%s' does not exist"),
		cloud.ResPermission:            bad("InvalidPermission.NotFound", "The specified rule does not exist in this security group."),
		cloud.ResGroupRule:             bad("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist"),
		cloud.ResVPC:                   bad("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"),
		cloud.ResSubnet:                bad("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist"),
		cloud.ResENI:                   bad("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist"),
		cloud.ResVolume:                bad("InvalidVolume.NotFound", "The volume '%s' does not exist."),
		cloud.ResAddress:               bad("InvalidAllocationID.NotFound", "The allocation ID '%s' does not exist"),
		cloud.ResReservationID:         bad("InvalidReservationID.NotFound", "The reservation ID '%s' does not exist"),
		cloud.ResZone:                  bad("InvalidParameterValue", "Invalid availability zone: [%s]"),
		cloud.ResRegion:                bad("InvalidParameterValue", "Invalid region name: [%s]"),
		cloud.ResInstanceType:          bad("InvalidInstanceType", "The following supplied instance types do not exist: [%s]"),
		cloud.ResTag:                   bad("InvalidID", "The ID '%s' is not valid"),
		cloud.ResFilter:                invalid()[cloud.ResFilter],
		cloud.ResNextToken:             invalid()[cloud.ResNextToken],
		cloud.ResAccount:               bad("InvalidUserID.NotFound", "The account ID '%s' does not exist"),
		cloud.ResAction:                bad("InvalidAction", "The action %s is not valid for this web service."),
		cloud.ResParameter:             bad("UnknownParameter", "The parameter %s is not recognized"),
	}
	maps.Copy(rows, noManifest())
	maps.Copy(rows, noRouting())
	maps.Copy(rows, noInterface())
	return rows
}

// noManifest are the failures to find what an image is registered from.
func noManifest() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResManifest: bad("InvalidManifest", "The specified image '%s' could not be found"),
		cloud.ResBucket:   bad("InvalidManifest", "The specified bucket '%s' does not exist"),
		cloud.ResObject:   bad("InvalidManifest", "The specified key '%s' does not exist"),
		cloud.ResUpload:   bad("InvalidManifest", "The specified upload '%s' does not exist"),
	}
}

// noRouting are the failures to find a part of a VPC.
func noRouting() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResDHCPOptions:           bad("InvalidDhcpOptionID.NotFound", "The dhcpOption ID '%s' does not exist"),
		cloud.ResInternetGateway:       bad("InvalidInternetGatewayID.NotFound", "The internetGateway ID '%s' does not exist"),
		cloud.ResRouteTable:            bad("InvalidRouteTableID.NotFound", "The routeTable ID '%s' does not exist"),
		cloud.ResRoute:                 bad("InvalidRoute.NotFound", "no route with destination-cidr-block %s in the route table"),
		cloud.ResRouteTableAssociation: bad("InvalidAssociationID.NotFound", "The association ID '%s' does not exist"),
		cloud.ResNetworkACL:            bad("InvalidNetworkAclID.NotFound", "The networkAcl ID '%s' does not exist"),
		cloud.ResACLEntry:              bad("InvalidNetworkAclEntry.NotFound", "The network acl entry identified by %s does not exist"),
		cloud.ResNetworkACLAssociation: bad("InvalidAssociationID.NotFound", "The association ID '%s' does not exist"),
		cloud.ResSubnetCIDRAssociation: bad("InvalidSubnetCidrBlockAssociationID.NotFound", "The subnet CIDR block with association ID '%s' does not exist"),
		cloud.ResCIDRAssociation:       bad("InvalidVpcCidrBlockAssociationID.NotFound", "The vpc CIDR block with association ID %s does not exist"),
	}
}

// noInterface are the failures to find what interfaces have.
func noInterface() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResPublicIP:           bad("InvalidAddress.NotFound", "Address '%s' not found."),
		cloud.ResAddressPool:        bad("InvalidPublicIpv4PoolID.NotFound", "The PublicIpv4Pool ID '%s' does not exist"),
		cloud.ResAddressAssociation: bad("InvalidAssociationID.NotFound", "The association ID '%s' does not exist"),
		cloud.ResAttachment:         bad("InvalidAttachmentID.NotFound", "The attachment ID '%s' does not exist"),
		cloud.ResProfileAssociation: bad("InvalidAssociationID.NotFound", "An invalid association-id of '%s' was given"),
		cloud.ResInstanceProfile:    bad("InvalidParameterValue", "Value (%s) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name"),
		cloud.ResPrefixList:         bad("InvalidPrefixListID.NotFound", "The prefix list ID '%s' does not exist"),
	}
}

func malformed() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResLaunchTemplate:     bad("InvalidLaunchTemplateId.Malformed", `Invalid id: "%s" (expecting "lt-...")`),
		cloud.ResLaunchTemplateName: bad("InvalidLaunchTemplateName.MalformedException", "The launch template name '%s' is not valid."),
		cloud.ResPlacementGroup:     bad("InvalidPlacementGroupId.Malformed", `Invalid id: "%s" (expecting "pg-...")`),
		cloud.ResPlacementGroupID:   bad("InvalidPlacementGroupId.Malformed", `Invalid id: "%s" (expecting "pg-...")`),
		cloud.ResInstance:           bad("InvalidInstanceID.Malformed", `Invalid id: "%s"`),
		cloud.ResProfileAssociation: bad("InvalidAssociationID.Malformed", `Invalid id: "%s" (expecting "iip-assoc-...")`),
		cloud.ResImage:              bad("InvalidAMIID.Malformed", `Invalid id: "%s" (expecting "ami-...")`),
		cloud.ResManifest:           bad("InvalidManifest", "The image's manifest or content is not valid"),
		cloud.ResKeyPair:            bad("InvalidKey.Format", "Key is not in valid OpenSSH public key format"),
		cloud.ResGroup:              bad("InvalidGroupId.Malformed", `Invalid id: "%s" (expecting "sg-...")`),
		cloud.ResPermission:         bad("InvalidPermission.Malformed", "Invalid IP permission: %s"),
		cloud.ResGroupRule:          bad("InvalidSecurityGroupRuleId.Malformed", `Invalid id: "%s" (expecting "sgr-...")`),
		cloud.ResVPC:                bad("InvalidVpcID.Malformed", `Invalid id: "%s" (expecting "vpc-...")`),
		cloud.ResSubnet:             bad("InvalidSubnetID.Malformed", `Invalid id: "%s" (expecting "subnet-...")`),
		cloud.ResENI:                bad("InvalidNetworkInterfaceId.Malformed", `Invalid id: "%s" (expecting "eni-...")`),
		cloud.ResVolume:             bad("InvalidVolumeID.Malformed", `Invalid id: "%s" (expecting "vol-...")`),
		cloud.ResReservationID:      bad("InvalidReservationID.Malformed", `Invalid id: "%s" (expecting "r-...")`),
		cloud.ResAddress:            bad("InvalidAddress.Malformed", `Invalid address: "%s"`),
		cloud.ResUserData:           bad("InvalidParameterValue", "Invalid BASE64 encoding of user data."),
		cloud.ResTag:                bad("InvalidID", "The ID '%s' is not valid"),
		cloud.ResAccount:            bad("InvalidUserID.Malformed", `Invalid user id: "%s"`),
		cloud.ResNextToken:          invalid()[cloud.ResNextToken],
		cloud.ResFilter:             invalid()[cloud.ResFilter],
		cloud.ResParameter:          bad("MalformedQueryString", "The query string contains a syntax error."),
		cloud.ResAttachment:         bad("InvalidAttachmentId.Malformed", `Invalid id: "%s" (expecting "eni-attach-...")`),
		cloud.ResPrefixList:         bad("InvalidPrefixListId.Malformed", `Invalid id: "%s" (expecting "pl-...")`),
		cloud.ResDHCPOptions:        bad("InvalidDhcpOptionsId.Malformed", `Invalid id: "%s" (expecting "dopt-...")`),
		cloud.ResInternetGateway:    bad("InvalidInternetGatewayId.Malformed", `Invalid id: "%s" (expecting "igw-...")`),
		cloud.ResRouteTable:         bad("InvalidRouteTableId.Malformed", `Invalid id: "%s" (expecting "rtb-...")`),
		cloud.ResNetworkACL:         bad("InvalidNetworkAclId.Malformed", `Invalid id: "%s" (expecting "acl-...")`),
		cloud.ResCIDR:               bad("InvalidParameterValue", "Value (%s) for parameter cidrBlock is invalid. This is not a valid CIDR block."),
	}
}

func alreadyExists() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResLaunchTemplateName:    bad("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use."),
		cloud.ResPlacementGroup:        bad("InvalidPlacementGroup.Duplicate", "The Placement Group '%s' already exists."),
		cloud.ResImage:                 bad("InvalidAMIName.Duplicate", "AMI name %s is already in use"),
		cloud.ResKeyPair:               bad("InvalidKeyPair.Duplicate", "The keypair '%s' already exists."),
		cloud.ResGroup:                 bad("InvalidGroup.Duplicate", "The security group '%s' already exists"),
		cloud.ResPermission:            bad("InvalidPermission.Duplicate", "the specified rule already exists"),
		cloud.ResVPC:                   bad("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."),
		cloud.ResSubnet:                bad("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet"),
		cloud.ResAddress:               bad("InvalidIPAddress.InUse", "The address '%s' is in use."),
		cloud.ResZone:                  bad("DefaultSubnetAlreadyExistsInAvailabilityZone", "A default subnet in %s already exists."),
		cloud.ResRoute:                 bad("RouteAlreadyExists", "The route identified by %s already exists."),
		cloud.ResAddressAssociation:    bad("Resource.AlreadyAssociated", "resource %s is already associated"),
		cloud.ResACLEntry:              bad("NetworkAclEntryAlreadyExists", "The network acl entry identified by %s already exists."),
		cloud.ResRouteTableAssociation: bad("Resource.AlreadyAssociated", "the specified association for route table %s conflicts with an existing association"),
		cloud.ResInternetGateway:       bad("Resource.AlreadyAssociated", "resource %s is already attached"),
	}
}

func wrongState() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:           bad("IncorrectInstanceState", "The instance '%s' is not in a state from which this operation is possible."),
		cloud.ResImage:              bad("InvalidAMIID.Unavailable", "The image ID '%s' is not available"),
		cloud.ResImageProtection:    bad("OperationNotPermitted", "The AMI with ID '%s' is deregistration protected and cannot be deregistered."),
		cloud.ResProfileAssociation: bad("IncorrectState", "There is an existing association for instance %s"),
		cloud.ResGroup:              bad("CannotDelete", "the specified group: \"%s\" cannot be deleted by a user"),
		cloud.ResInternetGateway:    bad("Gateway.NotAttached", "resource %s is not attached to the network"),
	}
}

func inUse() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResPlacementGroup: bad("InvalidPlacementGroup.InUse", "The placement group %s is in use and may not be deleted."),
		cloud.ResENI:            bad("InvalidNetworkInterface.InUse", "The network interface '%s' is currently in use."),
		cloud.ResVolume:         bad("VolumeInUse", "Volume '%s' is currently attached"),
		cloud.ResAddress:        bad("InvalidIPAddress.InUse", "The address '%s' is in use."),
	}
}

func invalid() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResFilter:       bad("InvalidParameterValue", "The filter '%s' is invalid"),
		cloud.ResNextToken:    bad("InvalidNextToken", "The specified NextToken is not valid."),
		cloud.ResInstanceType: bad("InvalidParameterValue", "Invalid value '%s' for InstanceType."),
		cloud.ResZone:         bad("InvalidParameterValue", "Invalid availability zone: [%s]"),
		cloud.ResImage:        bad("InvalidAMIName.Malformed", "The AMI name '%s' is not valid"),
		cloud.ResManifest:     bad("InvalidManifest", "The image's manifest or content is not valid"),
		cloud.ResUserData:     bad("InvalidParameterValue", "User data is not valid"),
		cloud.ResPermission:   bad("InvalidParameterValue", "Invalid value '%s' in an IP permission."),
		cloud.ResVolume:       bad("InvalidBlockDeviceMapping", "The block device mapping is not valid."),
		cloud.ResVPC:          bad("InvalidVpc.Range", "The CIDR '%s' is invalid."),
		cloud.ResSubnet:       bad("InvalidSubnet.Range", "The CIDR '%s' is invalid."),
	}
}

func missing() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResAction: bad("MissingAction", "The request is missing an action or a required parameter."),
		cloud.ResGroup:  bad("VPCIdNotSpecified", "No default VPC for this user"),
		cloud.ResVPC:    bad("DefaultVpcDoesNotExist", "There is no default VPC in this region."),
	}
}

func exhausted() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:     noCapacity(),
		cloud.ResInstanceType: noCapacity(),
		cloud.ResZone:         noCapacity(),
		cloud.ResNode:         noCapacity(),
		cloud.ResSubnet:       bad("InsufficientFreeAddressesInSubnet", "The specified subnet does not have enough free addresses to satisfy the request."),
		cloud.ResAddress:      server("InsufficientAddressCapacity", http.StatusInternalServerError, "Not enough available addresses to satisfy your request."),
		cloud.ResVPC:          bad("InsufficientCidrBlocks", "The specified CIDR block does not have enough free addresses to satisfy the request."),
	}
}

func noCapacity() awsquery.Fault {
	return server("InsufficientInstanceCapacity", http.StatusInternalServerError, "We currently do not have sufficient capacity for the instance type you requested.")
}

func limitExceeded() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:        bad("InstanceLimitExceeded", "You have requested more instances than your current instance limit allows."),
		cloud.ResVCPU:            bad("VcpuLimitExceeded", "You have requested more vCPU capacity than your current vCPU limit allows."),
		cloud.ResRequest:         server("RequestLimitExceeded", http.StatusServiceUnavailable, "Request limit exceeded."),
		cloud.ResImage:           bad("AMIQuotaExceeded", "You have reached the maximum number of images."),
		cloud.ResKeyPair:         bad("KeyPairLimitExceeded", "You have reached the maximum number of key pairs."),
		cloud.ResGroup:           bad("SecurityGroupLimitExceeded", "You have reached the maximum number of security groups."),
		cloud.ResPermission:      bad("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."),
		cloud.ResVPC:             bad("VpcLimitExceeded", "The maximum number of VPCs has been reached."),
		cloud.ResSubnet:          bad("SubnetLimitExceeded", "The maximum number of subnets has been reached."),
		cloud.ResENI:             bad("NetworkInterfaceLimitExceeded", "The maximum number of network interfaces has been reached."),
		cloud.ResInterfaceGroup:  bad("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached."),
		cloud.ResPrivateIP:       bad("PrivateIpAddressLimitExceeded", "The maximum number of private addresses of an interface has been reached."),
		cloud.ResAddress:         bad("AddressLimitExceeded", "The maximum number of addresses has been reached."),
		cloud.ResVolume:          bad("VolumeLimitExceeded", "The maximum number of volumes has been reached."),
		cloud.ResTag:             bad("TagLimitExceeded", "The maximum number of Tags for a resource has been reached."),
		cloud.ResFilter:          bad("FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200"),
		cloud.ResUserData:        bad("InvalidParameterValue", "User data is limited to 16384 bytes"),
		cloud.ResParameter:       bad("InvalidParameterValue", "The request has too many parameters."),
		cloud.ResAction:          server("RequestLimitExceeded", http.StatusServiceUnavailable, "Request limit exceeded."),
		cloud.ResAccount:         server("RequestLimitExceeded", http.StatusServiceUnavailable, "Request limit exceeded."),
		cloud.ResRouteTable:      bad("RouteTableLimitExceeded", "The maximum number of route tables has been reached."),
		cloud.ResRoute:           bad("RouteLimitExceeded", "The maximum number of routes has been reached."),
		cloud.ResInternetGateway: bad("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached."),
		cloud.ResDHCPOptions:     bad("DhcpOptionsLimitExceeded", "The maximum number of DHCP options sets has been reached."),
		cloud.ResNetworkACL:      bad("NetworkAclLimitExceeded", "The maximum number of network ACLs has been reached."),
		cloud.ResACLEntry:        bad("NetworkAclEntryLimitExceeded", "The maximum number of network ACL entries has been reached."),
	}
}

func unsupported() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResCredits:      bad("InstanceCreditSpecification.NotSupported", "The instance %s is not a burstable performance instance."),
		cloud.ResInstanceType: bad("Unsupported", "The requested configuration is currently not supported."),
	}
}

// denied are the refusals that are not the permissions' but the resource's.
func denied() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:        bad("OperationNotPermitted", "The instance '%s' may not be changed so."),
		cloud.ResImage:           server("AuthFailure", http.StatusUnauthorized, "Not authorized for image:%s"),
		cloud.ResAttachment:      bad("OperationNotPermitted", "The network interface at device index 0 cannot be detached."),
		cloud.ResCIDRAssociation: bad("OperationNotPermitted", "The vpc CIDR block with association ID %s may not be disassociated. It is the primary IPv4 CIDR block of the VPC"),
	}
}

func tokenMismatch() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance: bad("IdempotentInstanceTerminated", "The client token '%s' is of an earlier call whose instances are terminated."),
	}
}

func badCombination() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResGroup: bad("InvalidParameter", "Security group %s and subnet belong to different networks."),
	}
}
