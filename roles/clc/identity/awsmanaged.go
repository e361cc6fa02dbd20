package identity

import (
	"slices"
	"strings"
	"time"

	"ecc/cloud"
)

// awsPrefix is what the ARN of every policy of AWS begins with.
const awsPrefix = "arn:aws:iam::" + string(cloud.AWSAccount) + ":policy"

// awsPolicy is one policy of AWS: id and dates are those it has there, so that
// a client that remembers them finds the same here.
type awsPolicy struct {
	id, path, name   string
	created, updated string // days
	version          string
	description      string
	allow            []string // actions on every resource; "!" before it: all but these
	more             string   // further statements, after a comma
}

// awsPolicies are the policies every account finds without making them, by name
// and meaning those of AWS, said of the services this cloud has. In the order
// of their names.
var awsPolicies = []awsPolicy{
	{"ANPA5GQOM6TVEIUZX7L3K", "/", "AWSCloudTrail_ReadOnlyAccess", "2022-06-14", "2022-06-14", "v1",
		"Provides read only access to AWS CloudTrail",
		[]string{"cloudtrail:Get*", "cloudtrail:Describe*", "cloudtrail:List*", "cloudtrail:LookupEvents"}, ""},
	{"ANPAIWMBCKSKIEE64ZLYK", "/", "AdministratorAccess", "2015-02-06", "2015-02-06", "v1",
		"Provides full access to AWS services and resources.",
		[]string{"*"}, ""},
	{"ANPAI3VAJF5ZCRZ7MCQE6", "/", "AmazonEC2FullAccess", "2015-02-06", "2018-11-27", "v5",
		"Provides full access to Amazon EC2 via the AWS Management Console.",
		[]string{"ec2:*"}, ""},
	{"ANPAIGDT4SV4GSETWTBZK", "/", "AmazonEC2ReadOnlyAccess", "2015-02-06", "2024-02-14", "v2",
		"Provides read only access to Amazon EC2 via the AWS Management Console.",
		[]string{"ec2:Describe*", "ec2:GetSecurityGroupsForVpc"}, ""},
	{"ANPAIFIR6V6BVTRAHWINE", "/", "AmazonS3FullAccess", "2015-02-06", "2021-09-27", "v2",
		"Provides full access to all buckets via the AWS Management Console.",
		[]string{"s3:*"}, ""},
	{"ANPAIZTJ4DXE7G6AGAE6M", "/", "AmazonS3ReadOnlyAccess", "2015-02-06", "2023-08-10", "v3",
		"Provides read only access to all buckets via the AWS Management Console.",
		[]string{"s3:Get*", "s3:List*", "s3:Describe*"}, ""},
	{"ANPAJBWPGNOVKZD3JI2P2", "/", "AmazonVPCFullAccess", "2015-02-06", "2024-02-08", "v12",
		"Provides full access to Amazon VPC via the AWS Management Console.", vpcActions, ""},
	{"ANPAIICZJNOJN36GTG6CM", "/", "AmazonVPCReadOnlyAccess", "2015-02-06", "2024-02-08", "v10",
		"Provides read only access to Amazon VPC via the AWS Management Console.", vpcReads, ""},
	{"ANPAI7XKCFMBPM3QQRRVQ", "/", "IAMFullAccess", "2015-02-06", "2019-06-21", "v2",
		"Provides full access to IAM via the AWS Management Console.",
		[]string{"iam:*"}, ""},
	{"ANPAJKSO7NDY4T57MWDSQ", "/", "IAMReadOnlyAccess", "2015-02-06", "2018-01-25", "v4",
		"Provides read only access to IAM via the AWS Management Console.",
		[]string{"iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy"}, ""},
	{"ANPAJ4L4MM2A7QIEB56MS", "/", "IAMUserChangePassword", "2016-11-15", "2016-11-15", "v2",
		"Provides the ability for an IAM user to change their own password.",
		[]string{"iam:GetAccountPasswordPolicy"},
		`{"Effect":"Allow","Action":"iam:ChangePassword","Resource":["arn:aws:iam::*:user/${aws:username}","arn:aws:iam::*:user/*/${aws:username}"]}`},
	{"ANPAJYRXTHIB4FOVS3ZXS", "/", "PowerUserAccess", "2015-02-06", "2023-07-06", "v5",
		"Provides full access to AWS services and resources, but does not allow management of Users and groups.",
		[]string{"!", "iam:*", "organizations:*", "account:*"},
		`{"Effect":"Allow","Action":["iam:ListRoles"],"Resource":"*"}`},
	{"ANPAILL3HVNFSB6DCOWYQ", "/", "ReadOnlyAccess", "2015-02-06", "2024-09-11", "v133",
		"Provides read-only access to AWS services and resources.",
		[]string{"cloudtrail:Describe*", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents",
			"ec2:Describe*", "ec2:Get*", "ec2:List*", "ec2:Search*",
			"iam:Generate*", "iam:Get*", "iam:List*", "iam:Simulate*",
			"s3:DescribeJob", "s3:Get*", "s3:List*", "sts:GetAccessKeyInfo", "sts:GetCallerIdentity", "sts:GetSessionToken"}, ""},
	{"ANPAIX2T3QCXHR2OGGCTO", "/", "SecurityAudit", "2015-02-06", "2024-09-10", "v73",
		"The security audit template grants access to read security configuration metadata. It is useful for software that audits the configuration of an AWS account.",
		[]string{"cloudtrail:DescribeTrails", "cloudtrail:Get*", "cloudtrail:List*", "cloudtrail:LookupEvents",
			"ec2:Describe*", "ec2:GetEbsEncryptionByDefault", "ec2:GetImageBlockPublicAccessState", "ec2:GetManagedPrefixListAssociations",
			"ec2:GetSnapshotBlockPublicAccessState", "ec2:GetInstanceMetadataDefaults",
			"iam:GenerateCredentialReport", "iam:GenerateServiceLastAccessedDetails", "iam:Get*", "iam:List*",
			"iam:SimulateCustomPolicy", "iam:SimulatePrincipalPolicy",
			"s3:GetAccelerateConfiguration", "s3:GetAccountPublicAccessBlock", "s3:GetAnalyticsConfiguration", "s3:GetBucket*",
			"s3:GetEncryptionConfiguration", "s3:GetInventoryConfiguration", "s3:GetLifecycleConfiguration", "s3:GetMetricsConfiguration",
			"s3:GetObjectAcl", "s3:GetObjectVersionAcl", "s3:GetReplicationConfiguration", "s3:ListAllMyBuckets"}, ""},
	{"ANPAID22R6XPJATWOFDK6", "/job-function/", "ViewOnlyAccess", "2016-11-10", "2024-08-27", "v22",
		"This policy grants permissions to view resources and basic metadata across all AWS services.",
		[]string{"cloudtrail:DescribeTrails", "cloudtrail:LookupEvents", "ec2:Describe*", "iam:GetAccountSummary", "iam:GetLoginProfile",
			"iam:List*", "s3:ListAllMyBuckets", "s3:ListBucket"}, ""},
}

var vpcActions = []string{"ec2:AcceptVpc*", "ec2:AllocateAddress", "ec2:AssignIpv6Addresses", "ec2:AssignPrivateIpAddresses", "ec2:AssociateAddress",
	"ec2:AssociateDhcpOptions", "ec2:AssociateRouteTable", "ec2:AssociateSubnetCidrBlock", "ec2:AssociateVpcCidrBlock", "ec2:AttachInternetGateway",
	"ec2:AttachNetworkInterface", "ec2:AuthorizeSecurityGroupEgress", "ec2:AuthorizeSecurityGroupIngress",
	"ec2:CreateDefaultSubnet", "ec2:CreateDefaultVpc", "ec2:CreateDhcpOptions", "ec2:CreateInternetGateway", "ec2:CreateNetworkAcl",
	"ec2:CreateNetworkAclEntry", "ec2:CreateNetworkInterface", "ec2:CreateRoute", "ec2:CreateRouteTable", "ec2:CreateSecurityGroup",
	"ec2:CreateSubnet", "ec2:CreateTags", "ec2:CreateVpc", "ec2:DeleteDhcpOptions", "ec2:DeleteInternetGateway", "ec2:DeleteNetworkAcl",
	"ec2:DeleteNetworkAclEntry", "ec2:DeleteNetworkInterface", "ec2:DeleteRoute", "ec2:DeleteRouteTable", "ec2:DeleteSecurityGroup",
	"ec2:DeleteSubnet", "ec2:DeleteTags", "ec2:DeleteVpc", "ec2:Describe*", "ec2:DetachInternetGateway", "ec2:DetachNetworkInterface",
	"ec2:DisassociateAddress", "ec2:DisassociateRouteTable", "ec2:DisassociateSubnetCidrBlock", "ec2:DisassociateVpcCidrBlock",
	"ec2:ModifyNetworkInterfaceAttribute", "ec2:ModifySecurityGroupRules", "ec2:ModifySubnetAttribute", "ec2:ModifyVpcAttribute",
	"ec2:ReleaseAddress", "ec2:ReplaceNetworkAclAssociation", "ec2:ReplaceNetworkAclEntry", "ec2:ReplaceRoute", "ec2:ReplaceRouteTableAssociation",
	"ec2:ResetNetworkInterfaceAttribute", "ec2:RevokeSecurityGroupEgress", "ec2:RevokeSecurityGroupIngress",
	"ec2:UnassignIpv6Addresses", "ec2:UnassignPrivateIpAddresses", "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
	"ec2:UpdateSecurityGroupRuleDescriptionsIngress"}

var vpcReads = []string{"ec2:DescribeAccountAttributes", "ec2:DescribeAddresses", "ec2:DescribeAvailabilityZones", "ec2:DescribeDhcpOptions",
	"ec2:DescribeInternetGateways", "ec2:DescribeNetworkAcls", "ec2:DescribeNetworkInterfaceAttribute", "ec2:DescribeNetworkInterfacePermissions",
	"ec2:DescribeNetworkInterfaces", "ec2:DescribePrefixLists", "ec2:DescribeRouteTables", "ec2:DescribeSecurityGroupReferences",
	"ec2:DescribeSecurityGroupRules", "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeTags", "ec2:DescribeVpcAttribute",
	"ec2:DescribeVpcs", "ec2:GetSecurityGroupsForVpc"}

// AWSPolicy returns the policy of AWS with an ARN, and whether there is one. It
// is a record of cloud.AWSAccount with its one version; the store has none of
// them.
func AWSPolicy(arn string) (cloud.ManagedPolicy, bool) {
	name, ok := strings.CutPrefix(arn, awsPrefix)
	if !ok {
		return cloud.ManagedPolicy{}, false
	}
	i := slices.IndexFunc(awsPolicies, func(p awsPolicy) bool { return p.path+p.name == name })
	if i < 0 {
		return cloud.ManagedPolicy{}, false
	}
	return awsPolicies[i].record(), true
}

// AWSPolicies returns all policies of AWS, in the order of their names.
func AWSPolicies() []cloud.ManagedPolicy {
	out := make([]cloud.ManagedPolicy, len(awsPolicies))
	for i := range awsPolicies {
		out[i] = awsPolicies[i].record()
	}
	return out
}

func (p *awsPolicy) record() cloud.ManagedPolicy {
	created, updated := day(p.created), day(p.updated)
	return cloud.ManagedPolicy{ID: p.id, Account: cloud.AWSAccount, Name: p.name, Path: p.path, Description: p.description,
		Versions: []cloud.PolicyVersion{{ID: p.version, Document: p.document(), Created: updated}},
		Default:  p.version, Created: created, Updated: updated}
}

// document is the policy's text.
func (p *awsPolicy) document() string {
	element, actions := "Action", p.allow
	if actions[0] == "!" {
		element, actions = "NotAction", actions[1:]
	}
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","` + element + `":["` + strings.Join(actions, `","`) + `"],"Resource":"*"}`
	if p.more != "" {
		text += "," + p.more
	}
	return text + "]}"
}

// day reads a date of the table; the zero time if it is none, which the tests
// would see.
func day(s string) time.Time {
	t, _ := time.Parse(time.DateOnly, s)
	return t
}
