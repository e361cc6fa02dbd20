package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// instanceActions are the actions of instances, their types, launch templates and placement groups.
func instanceActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("DescribeInstanceAttribute", (*Service).DescribeInstanceAttribute, read,
			awsquery.MayOn("ec2:DescribeInstanceAttribute", func(in *ec2.DescribeInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("DescribeInstanceStatus", (*Service).DescribeInstanceStatus, read, may("ec2:DescribeInstanceStatus")),
		awsquery.Handle("DescribeInstanceTypeOfferings", (*Service).DescribeInstanceTypeOfferings, read, may("ec2:DescribeInstanceTypeOfferings")),
		awsquery.Handle("DescribeInstanceTypes", (*Service).DescribeInstanceTypes, read, may("ec2:DescribeInstanceTypes")),
		awsquery.Handle("DescribeInstances", (*Service).DescribeInstances, read, may("ec2:DescribeInstances")),
		awsquery.Handle("GetConsoleOutput", (*Service).GetConsoleOutput, read,
			awsquery.MayOn("ec2:GetConsoleOutput", func(in *ec2.GetConsoleOutputRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyInstanceAttribute", (*Service).ModifyInstanceAttribute, write,
			awsquery.MayOn("ec2:ModifyInstanceAttribute", func(in *ec2.ModifyInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("RebootInstances", (*Service).RebootInstances, write,
			awsquery.MayOn("ec2:RebootInstances", func(in *ec2.RebootInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("RunInstances", (*Service).RunInstances, write, may("ec2:RunInstances")),
		awsquery.Handle("StartInstances", (*Service).StartInstances, write,
			awsquery.MayOn("ec2:StartInstances", func(in *ec2.StartInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("StopInstances", (*Service).StopInstances, write,
			awsquery.MayOn("ec2:StopInstances", func(in *ec2.StopInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("TerminateInstances", (*Service).TerminateInstances, write,
			awsquery.MayOn("ec2:TerminateInstances", func(in *ec2.TerminateInstancesRequest) []string { return in.InstanceIds })),
	}
}
