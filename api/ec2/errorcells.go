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
		cloud.ResInstance:      bad("InvalidInstanceID.NotFound", "The instance ID '%s' does not exist"),
		cloud.ResImage:         bad("InvalidAMIID.NotFound", "The image id '[%s]' does not exist"),
		cloud.ResKeyPair:       bad("InvalidKeyPair.NotFound", "The key pair '%s' does not exist"),
		cloud.ResGroup:         bad("InvalidGroup.NotFound", "The security group '%s' does not exist"),
		cloud.ResPermission:    bad("InvalidPermission.NotFound", "The specified rule does not exist in this security group."),
		cloud.ResGroupRule:     bad("InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '%s' does not exist"),
		cloud.ResVPC:           bad("InvalidVpcID.NotFound", "The vpc ID '%s' does not exist"),
		cloud.ResSubnet:        bad("InvalidSubnetID.NotFound", "The subnet ID '%s' does not exist"),
		cloud.ResENI:           bad("InvalidNetworkInterfaceID.NotFound", "The networkInterface ID '%s' does not exist"),
		cloud.ResVolume:        bad("InvalidVolume.NotFound", "The volume '%s' does not exist."),
		cloud.ResAddress:       bad("InvalidAllocationID.NotFound", "The allocation ID '%s' does not exist"),
		cloud.ResReservationID: bad("InvalidReservationID.NotFound", "The reservation ID '%s' does not exist"),
		cloud.ResZone:          bad("InvalidParameterValue", "Invalid availability zone: [%s]"),
		cloud.ResRegion:        bad("InvalidParameterValue", "Invalid region name: [%s]"),
		cloud.ResInstanceType:  bad("InvalidInstanceType", "The following supplied instance types do not exist: [%s]"),
		cloud.ResTag:           bad("InvalidID", "The ID '%s' is not valid"),
		cloud.ResFilter:        invalid()[cloud.ResFilter],
		cloud.ResNextToken:     invalid()[cloud.ResNextToken],
		cloud.ResAccount:       bad("InvalidUserID.NotFound", "The account ID '%s' does not exist"),
		cloud.ResAction:        bad("InvalidAction", "The action %s is not valid for this web service."),
		cloud.ResParameter:     bad("UnknownParameter", "The parameter %s is not recognized"),
	}
	maps.Copy(rows, noManifest())
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

func malformed() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:      bad("InvalidInstanceID.Malformed", `Invalid id: "%s"`),
		cloud.ResImage:         bad("InvalidAMIID.Malformed", `Invalid id: "%s" (expecting "ami-...")`),
		cloud.ResManifest:      bad("InvalidManifest", "The image's manifest or content is not valid"),
		cloud.ResKeyPair:       bad("InvalidKey.Format", "Key is not in valid OpenSSH public key format"),
		cloud.ResGroup:         bad("InvalidGroupId.Malformed", `Invalid id: "%s" (expecting "sg-...")`),
		cloud.ResPermission:    bad("InvalidPermission.Malformed", "Invalid IP permission: %s"),
		cloud.ResGroupRule:     bad("InvalidSecurityGroupRuleId.Malformed", `Invalid id: "%s" (expecting "sgr-...")`),
		cloud.ResVPC:           bad("InvalidVpcID.Malformed", `Invalid id: "%s" (expecting "vpc-...")`),
		cloud.ResSubnet:        bad("InvalidSubnetID.Malformed", `Invalid id: "%s" (expecting "subnet-...")`),
		cloud.ResENI:           bad("InvalidNetworkInterfaceId.Malformed", `Invalid id: "%s" (expecting "eni-...")`),
		cloud.ResVolume:        bad("InvalidVolumeID.Malformed", `Invalid id: "%s" (expecting "vol-...")`),
		cloud.ResReservationID: bad("InvalidReservationID.Malformed", `Invalid id: "%s" (expecting "r-...")`),
		cloud.ResAddress:       bad("InvalidAddress.Malformed", `Invalid address: "%s"`),
		cloud.ResUserData:      bad("InvalidParameterValue", "Invalid BASE64 encoding of user data."),
		cloud.ResTag:           bad("InvalidID", "The ID '%s' is not valid"),
		cloud.ResAccount:       bad("InvalidUserID.Malformed", `Invalid user id: "%s"`),
		cloud.ResNextToken:     invalid()[cloud.ResNextToken],
		cloud.ResFilter:        invalid()[cloud.ResFilter],
		cloud.ResParameter:     bad("MalformedQueryString", "The query string contains a syntax error."),
	}
}

func alreadyExists() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResImage:      bad("InvalidAMIName.Duplicate", "AMI name %s is already in use"),
		cloud.ResKeyPair:    bad("InvalidKeyPair.Duplicate", "The keypair '%s' already exists."),
		cloud.ResGroup:      bad("InvalidGroup.Duplicate", "The security group '%s' already exists"),
		cloud.ResPermission: bad("InvalidPermission.Duplicate", "the specified rule already exists"),
		cloud.ResVPC:        bad("DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region."),
		cloud.ResSubnet:     bad("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet"),
		cloud.ResAddress:    bad("InvalidIPAddress.InUse", "The address '%s' is in use."),
	}
}

func wrongState() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance: bad("IncorrectInstanceState", "The instance '%s' is not in a state from which this operation is possible."),
		cloud.ResImage:    bad("InvalidAMIID.Unavailable", "The image ID '%s' is not available"),
		cloud.ResGroup:    bad("CannotDelete", "the specified group: \"%s\" cannot be deleted by a user"),
	}
}

func inUse() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResENI:     bad("InvalidNetworkInterface.InUse", "The network interface '%s' is currently in use."),
		cloud.ResVolume:  bad("VolumeInUse", "Volume '%s' is currently attached"),
		cloud.ResAddress: bad("InvalidIPAddress.InUse", "The address '%s' is in use."),
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
	}
}

func missing() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResAction: bad("MissingAction", "The request is missing an action or a required parameter."),
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
	}
}

func noCapacity() awsquery.Fault {
	return server("InsufficientInstanceCapacity", http.StatusInternalServerError, "We currently do not have sufficient capacity for the instance type you requested.")
}

func limitExceeded() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance:   bad("InstanceLimitExceeded", "You have requested more instances than your current instance limit allows."),
		cloud.ResImage:      bad("AMIQuotaExceeded", "You have reached the maximum number of images."),
		cloud.ResKeyPair:    bad("KeyPairLimitExceeded", "You have reached the maximum number of key pairs."),
		cloud.ResGroup:      bad("SecurityGroupLimitExceeded", "You have reached the maximum number of security groups."),
		cloud.ResPermission: bad("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached."),
		cloud.ResVPC:        bad("VpcLimitExceeded", "The maximum number of VPCs has been reached."),
		cloud.ResSubnet:     bad("SubnetLimitExceeded", "The maximum number of subnets has been reached."),
		cloud.ResENI:        bad("SecurityGroupsPerInterfaceLimitExceeded", "The maximum number of security groups per interface has been reached."),
		cloud.ResAddress:    bad("AddressLimitExceeded", "The maximum number of addresses has been reached."),
		cloud.ResVolume:     bad("VolumeLimitExceeded", "The maximum number of volumes has been reached."),
		cloud.ResTag:        bad("TagLimitExceeded", "The maximum number of Tags for a resource has been reached."),
		cloud.ResFilter:     bad("FilterLimitExceeded", "The maximum number of filter values specified on a single call is 200"),
		cloud.ResUserData:   bad("InvalidParameterValue", "User data is limited to 16384 bytes"),
		cloud.ResParameter:  bad("InvalidParameterValue", "The request has too many parameters."),
		cloud.ResAction:     server("RequestLimitExceeded", http.StatusServiceUnavailable, "Request limit exceeded."),
		cloud.ResAccount:    server("RequestLimitExceeded", http.StatusServiceUnavailable, "Request limit exceeded."),
	}
}

func unsupported() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstanceType: bad("Unsupported", "The requested configuration is currently not supported."),
	}
}

// denied are the refusals that are not the permissions' but the resource's.
func denied() map[cloud.Resource]awsquery.Fault {
	return map[cloud.Resource]awsquery.Fault{
		cloud.ResInstance: bad("OperationNotPermitted", "The instance '%s' may not be changed so."),
		cloud.ResImage:    server("AuthFailure", http.StatusUnauthorized, "Not authorized for image:%s"),
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
