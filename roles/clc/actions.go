package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// Actions is the table of EC2 actions: name, method, read or write,
// permission. An action that is not here is answered InvalidAction.
func Actions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AuthorizeSecurityGroupEgress", (*Service).AuthorizeSecurityGroupEgress, write, may("ec2:AuthorizeSecurityGroupEgress")),
		awsquery.Handle("AuthorizeSecurityGroupIngress", (*Service).AuthorizeSecurityGroupIngress, write, may("ec2:AuthorizeSecurityGroupIngress")),
		awsquery.Handle("CreateKeyPair", (*Service).CreateKeyPair, write, may("ec2:CreateKeyPair")),
		awsquery.Handle("CreateSecurityGroup", (*Service).CreateSecurityGroup, write, may("ec2:CreateSecurityGroup")),
		awsquery.Handle("CreateTags", (*Service).CreateTags, write,
			awsquery.MayOn("ec2:CreateTags", func(in *ec2.CreateTagsRequest) []string { return in.Resources })),
		awsquery.Handle("DeleteKeyPair", (*Service).DeleteKeyPair, write, may("ec2:DeleteKeyPair")),
		awsquery.Handle("DeleteSecurityGroup", (*Service).DeleteSecurityGroup, write, may("ec2:DeleteSecurityGroup")),
		awsquery.Handle("DeleteTags", (*Service).DeleteTags, write,
			awsquery.MayOn("ec2:DeleteTags", func(in *ec2.DeleteTagsRequest) []string { return in.Resources })),
		awsquery.Handle("DeregisterImage", (*Service).DeregisterImage, write, may("ec2:DeregisterImage")),
		awsquery.Handle("DescribeAccountAttributes", (*Service).DescribeAccountAttributes, read, may("ec2:DescribeAccountAttributes")),
		awsquery.Handle("DescribeAvailabilityZones", (*Service).DescribeAvailabilityZones, read, may("ec2:DescribeAvailabilityZones")),
		awsquery.Handle("DescribeImages", (*Service).DescribeImages, read, may("ec2:DescribeImages")),
		awsquery.Handle("DescribeInstanceAttribute", (*Service).DescribeInstanceAttribute, read,
			awsquery.MayOn("ec2:DescribeInstanceAttribute", func(in *ec2.DescribeInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("DescribeInstanceStatus", (*Service).DescribeInstanceStatus, read, may("ec2:DescribeInstanceStatus")),
		awsquery.Handle("DescribeInstanceTypeOfferings", (*Service).DescribeInstanceTypeOfferings, read, may("ec2:DescribeInstanceTypeOfferings")),
		awsquery.Handle("DescribeInstanceTypes", (*Service).DescribeInstanceTypes, read, may("ec2:DescribeInstanceTypes")),
		awsquery.Handle("DescribeInstances", (*Service).DescribeInstances, read, may("ec2:DescribeInstances")),
		awsquery.Handle("DescribeKeyPairs", (*Service).DescribeKeyPairs, read, may("ec2:DescribeKeyPairs")),
		awsquery.Handle("DescribeNetworkInterfaces", (*Service).DescribeNetworkInterfaces, read, may("ec2:DescribeNetworkInterfaces")),
		awsquery.Handle("DescribeRegions", (*Service).DescribeRegions, read, may("ec2:DescribeRegions")),
		awsquery.Handle("DescribeSecurityGroupRules", (*Service).DescribeSecurityGroupRules, read, may("ec2:DescribeSecurityGroupRules")),
		awsquery.Handle("DescribeSecurityGroups", (*Service).DescribeSecurityGroups, read, may("ec2:DescribeSecurityGroups")),
		awsquery.Handle("DescribeSubnets", (*Service).DescribeSubnets, read, may("ec2:DescribeSubnets")),
		awsquery.Handle("DescribeTags", (*Service).DescribeTags, read, may("ec2:DescribeTags")),
		awsquery.Handle("DescribeVpcAttribute", (*Service).DescribeVpcAttribute, read,
			awsquery.MayOn("ec2:DescribeVpcAttribute", func(in *ec2.DescribeVpcAttributeRequest) []string { return []string{text(in.VpcId)} })),
		awsquery.Handle("DescribeVpcs", (*Service).DescribeVpcs, read, may("ec2:DescribeVpcs")),
		awsquery.Handle("GetConsoleOutput", (*Service).GetConsoleOutput, read,
			awsquery.MayOn("ec2:GetConsoleOutput", func(in *ec2.GetConsoleOutputRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ImportKeyPair", (*Service).ImportKeyPair, write, may("ec2:ImportKeyPair")),
		awsquery.Handle("ModifyInstanceAttribute", (*Service).ModifyInstanceAttribute, write,
			awsquery.MayOn("ec2:ModifyInstanceAttribute", func(in *ec2.ModifyInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("RebootInstances", (*Service).RebootInstances, write,
			awsquery.MayOn("ec2:RebootInstances", func(in *ec2.RebootInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("RegisterImage", (*Service).RegisterImage, write, may("ec2:RegisterImage")),
		awsquery.Handle("RevokeSecurityGroupEgress", (*Service).RevokeSecurityGroupEgress, write, may("ec2:RevokeSecurityGroupEgress")),
		awsquery.Handle("RevokeSecurityGroupIngress", (*Service).RevokeSecurityGroupIngress, write, may("ec2:RevokeSecurityGroupIngress")),
		awsquery.Handle("RunInstances", (*Service).RunInstances, write, may("ec2:RunInstances")),
		awsquery.Handle("StartInstances", (*Service).StartInstances, write,
			awsquery.MayOn("ec2:StartInstances", func(in *ec2.StartInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("StopInstances", (*Service).StopInstances, write,
			awsquery.MayOn("ec2:StopInstances", func(in *ec2.StopInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("TerminateInstances", (*Service).TerminateInstances, write,
			awsquery.MayOn("ec2:TerminateInstances", func(in *ec2.TerminateInstancesRequest) []string { return in.InstanceIds })),
	}
}
