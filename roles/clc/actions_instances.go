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
		awsquery.Handle("AssociateIamInstanceProfile", (*Service).AssociateIamInstanceProfile, write, may("ec2:AssociateIamInstanceProfile")),
		awsquery.Handle("CreateLaunchTemplate", (*Service).CreateLaunchTemplate, write, may("ec2:CreateLaunchTemplate")),
		awsquery.Handle("CreateLaunchTemplateVersion", (*Service).CreateLaunchTemplateVersion, write,
			awsquery.MayOn("ec2:CreateLaunchTemplateVersion", func(in *ec2.CreateLaunchTemplateVersionRequest) []string {
				return templateOn(in.LaunchTemplateId, in.LaunchTemplateName)
			})),
		awsquery.Handle("CreatePlacementGroup", (*Service).CreatePlacementGroup, write, may("ec2:CreatePlacementGroup")),
		awsquery.Handle("DeleteLaunchTemplate", (*Service).DeleteLaunchTemplate, write,
			awsquery.MayOn("ec2:DeleteLaunchTemplate", func(in *ec2.DeleteLaunchTemplateRequest) []string {
				return templateOn(in.LaunchTemplateId, in.LaunchTemplateName)
			})),
		awsquery.Handle("DeleteLaunchTemplateVersions", (*Service).DeleteLaunchTemplateVersions, write,
			awsquery.MayOn("ec2:DeleteLaunchTemplateVersions", func(in *ec2.DeleteLaunchTemplateVersionsRequest) []string {
				return templateOn(in.LaunchTemplateId, in.LaunchTemplateName)
			})),
		awsquery.Handle("DeletePlacementGroup", (*Service).DeletePlacementGroup, write,
			awsquery.MayOn("ec2:DeletePlacementGroup", func(in *ec2.DeletePlacementGroupRequest) []string { return []string{text(in.GroupName)} })),
		awsquery.Handle("DescribeIamInstanceProfileAssociations", (*Service).DescribeIamInstanceProfileAssociations, read, may("ec2:DescribeIamInstanceProfileAssociations")),
		awsquery.Handle("DescribeInstanceAttribute", (*Service).DescribeInstanceAttribute, read,
			awsquery.MayOn("ec2:DescribeInstanceAttribute", func(in *ec2.DescribeInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("DescribeInstanceCreditSpecifications", (*Service).DescribeInstanceCreditSpecifications, read, may("ec2:DescribeInstanceCreditSpecifications")),
		awsquery.Handle("DescribeInstanceStatus", (*Service).DescribeInstanceStatus, read, may("ec2:DescribeInstanceStatus")),
		awsquery.Handle("DescribeInstanceTypeOfferings", (*Service).DescribeInstanceTypeOfferings, read, may("ec2:DescribeInstanceTypeOfferings")),
		awsquery.Handle("DescribeInstanceTypes", (*Service).DescribeInstanceTypes, read, may("ec2:DescribeInstanceTypes")),
		awsquery.Handle("DescribeInstances", (*Service).DescribeInstances, read, may("ec2:DescribeInstances")),
		awsquery.Handle("DescribeLaunchTemplateVersions", (*Service).DescribeLaunchTemplateVersions, read, may("ec2:DescribeLaunchTemplateVersions")),
		awsquery.Handle("DescribeLaunchTemplates", (*Service).DescribeLaunchTemplates, read, may("ec2:DescribeLaunchTemplates")),
		awsquery.Handle("DescribePlacementGroups", (*Service).DescribePlacementGroups, read, may("ec2:DescribePlacementGroups")),
		awsquery.Handle("DisassociateIamInstanceProfile", (*Service).DisassociateIamInstanceProfile, write, may("ec2:DisassociateIamInstanceProfile")),
		awsquery.Handle("GetConsoleOutput", (*Service).GetConsoleOutput, read,
			awsquery.MayOn("ec2:GetConsoleOutput", func(in *ec2.GetConsoleOutputRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("GetConsoleScreenshot", (*Service).GetConsoleScreenshot, read,
			awsquery.MayOn("ec2:GetConsoleScreenshot", func(in *ec2.GetConsoleScreenshotRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("GetInstanceMetadataDefaults", (*Service).GetInstanceMetadataDefaults, read, may("ec2:GetInstanceMetadataDefaults")),
		awsquery.Handle("GetInstanceUefiData", (*Service).GetInstanceUefiData, read,
			awsquery.MayOn("ec2:GetInstanceUefiData", func(in *ec2.GetInstanceUefiDataRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("GetLaunchTemplateData", (*Service).GetLaunchTemplateData, read,
			awsquery.MayOn("ec2:GetLaunchTemplateData", func(in *ec2.GetLaunchTemplateDataRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("GetPasswordData", (*Service).GetPasswordData, read,
			awsquery.MayOn("ec2:GetPasswordData", func(in *ec2.GetPasswordDataRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyInstanceAttribute", (*Service).ModifyInstanceAttribute, write,
			awsquery.MayOn("ec2:ModifyInstanceAttribute", func(in *ec2.ModifyInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyInstanceCreditSpecification", (*Service).ModifyInstanceCreditSpecification, write,
			awsquery.MayOn("ec2:ModifyInstanceCreditSpecification", func(in *ec2.ModifyInstanceCreditSpecificationRequest) []string { return creditsOn(in) })),
		awsquery.Handle("ModifyInstanceMaintenanceOptions", (*Service).ModifyInstanceMaintenanceOptions, write,
			awsquery.MayOn("ec2:ModifyInstanceMaintenanceOptions", func(in *ec2.ModifyInstanceMaintenanceOptionsRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyInstanceMetadataDefaults", (*Service).ModifyInstanceMetadataDefaults, write, may("ec2:ModifyInstanceMetadataDefaults")),
		awsquery.Handle("ModifyInstanceMetadataOptions", (*Service).ModifyInstanceMetadataOptions, write,
			awsquery.MayOn("ec2:ModifyInstanceMetadataOptions", func(in *ec2.ModifyInstanceMetadataOptionsRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyInstancePlacement", (*Service).ModifyInstancePlacement, write,
			awsquery.MayOn("ec2:ModifyInstancePlacement", func(in *ec2.ModifyInstancePlacementRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("ModifyLaunchTemplate", (*Service).ModifyLaunchTemplate, write,
			awsquery.MayOn("ec2:ModifyLaunchTemplate", func(in *ec2.ModifyLaunchTemplateRequest) []string {
				return templateOn(in.LaunchTemplateId, in.LaunchTemplateName)
			})),
		awsquery.Handle("MonitorInstances", (*Service).MonitorInstances, write,
			awsquery.MayOn("ec2:MonitorInstances", func(in *ec2.MonitorInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("RebootInstances", (*Service).RebootInstances, write,
			awsquery.MayOn("ec2:RebootInstances", func(in *ec2.RebootInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("ReplaceIamInstanceProfileAssociation", (*Service).ReplaceIamInstanceProfileAssociation, write, may("ec2:ReplaceIamInstanceProfileAssociation")),
		awsquery.Handle("ReportInstanceStatus", (*Service).ReportInstanceStatus, write,
			awsquery.MayOn("ec2:ReportInstanceStatus", func(in *ec2.ReportInstanceStatusRequest) []string { return in.Instances })),
		awsquery.Handle("ResetInstanceAttribute", (*Service).ResetInstanceAttribute, write,
			awsquery.MayOn("ec2:ResetInstanceAttribute", func(in *ec2.ResetInstanceAttributeRequest) []string { return []string{text(in.InstanceId)} })),
		awsquery.Handle("RunInstances", (*Service).RunInstances, write, may("ec2:RunInstances")),
		awsquery.Handle("StartInstances", (*Service).StartInstances, write,
			awsquery.MayOn("ec2:StartInstances", func(in *ec2.StartInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("StopInstances", (*Service).StopInstances, write,
			awsquery.MayOn("ec2:StopInstances", func(in *ec2.StopInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("TerminateInstances", (*Service).TerminateInstances, write,
			awsquery.MayOn("ec2:TerminateInstances", func(in *ec2.TerminateInstancesRequest) []string { return in.InstanceIds })),
		awsquery.Handle("UnmonitorInstances", (*Service).UnmonitorInstances, write,
			awsquery.MayOn("ec2:UnmonitorInstances", func(in *ec2.UnmonitorInstancesRequest) []string { return in.InstanceIds })),
	}
}

// templateOn names the launch template a request is about.
func templateOn(id, name *string) []string {
	if text(id) != "" {
		return []string{*id}
	}
	return []string{text(name)}
}

// creditsOn names the instances whose credits a request changes.
func creditsOn(in *ec2.ModifyInstanceCreditSpecificationRequest) []string {
	var ids []string
	for _, one := range in.InstanceCreditSpecifications {
		ids = append(ids, text(one.InstanceId))
	}
	return ids
}
