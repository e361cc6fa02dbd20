package clc

import "ecc/api/awsquery"

// instanceActions are the actions of instances, their types, launch templates and placement groups.
func instanceActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AssociateIamInstanceProfile", (*Service).AssociateIamInstanceProfile, write, may("ec2:AssociateIamInstanceProfile")),
		awsquery.Handle("CreateLaunchTemplate", (*Service).CreateLaunchTemplate, write, may("ec2:CreateLaunchTemplate")),
		awsquery.Handle("CreateLaunchTemplateVersion", (*Service).CreateLaunchTemplateVersion, write, may("ec2:CreateLaunchTemplateVersion")),
		awsquery.Handle("CreatePlacementGroup", (*Service).CreatePlacementGroup, write, may("ec2:CreatePlacementGroup")),
		awsquery.Handle("DeleteLaunchTemplate", (*Service).DeleteLaunchTemplate, write, may("ec2:DeleteLaunchTemplate")),
		awsquery.Handle("DeleteLaunchTemplateVersions", (*Service).DeleteLaunchTemplateVersions, write, may("ec2:DeleteLaunchTemplateVersions")),
		awsquery.Handle("DeletePlacementGroup", (*Service).DeletePlacementGroup, write, may("ec2:DeletePlacementGroup")),
		awsquery.Handle("DescribeIamInstanceProfileAssociations", (*Service).DescribeIamInstanceProfileAssociations, read, may("ec2:DescribeIamInstanceProfileAssociations")),
		awsquery.Handle("DescribeInstanceAttribute", (*Service).DescribeInstanceAttribute, read, may("ec2:DescribeInstanceAttribute")),
		awsquery.Handle("DescribeInstanceCreditSpecifications", (*Service).DescribeInstanceCreditSpecifications, read, may("ec2:DescribeInstanceCreditSpecifications")),
		awsquery.Handle("DescribeInstanceStatus", (*Service).DescribeInstanceStatus, read, may("ec2:DescribeInstanceStatus")),
		awsquery.Handle("DescribeInstanceTypeOfferings", (*Service).DescribeInstanceTypeOfferings, read, may("ec2:DescribeInstanceTypeOfferings")),
		awsquery.Handle("DescribeInstanceTypes", (*Service).DescribeInstanceTypes, read, may("ec2:DescribeInstanceTypes")),
		awsquery.Handle("DescribeInstances", (*Service).DescribeInstances, read, may("ec2:DescribeInstances")),
		awsquery.Handle("DescribeLaunchTemplateVersions", (*Service).DescribeLaunchTemplateVersions, read, may("ec2:DescribeLaunchTemplateVersions")),
		awsquery.Handle("DescribeLaunchTemplates", (*Service).DescribeLaunchTemplates, read, may("ec2:DescribeLaunchTemplates")),
		awsquery.Handle("DescribePlacementGroups", (*Service).DescribePlacementGroups, read, may("ec2:DescribePlacementGroups")),
		awsquery.Handle("DisassociateIamInstanceProfile", (*Service).DisassociateIamInstanceProfile, write, may("ec2:DisassociateIamInstanceProfile")),
		awsquery.Handle("GetConsoleOutput", (*Service).GetConsoleOutput, read, may("ec2:GetConsoleOutput")),
		awsquery.Handle("GetConsoleScreenshot", (*Service).GetConsoleScreenshot, read, may("ec2:GetConsoleScreenshot")),
		awsquery.Handle("GetInstanceMetadataDefaults", (*Service).GetInstanceMetadataDefaults, read, may("ec2:GetInstanceMetadataDefaults")),
		awsquery.Handle("GetInstanceUefiData", (*Service).GetInstanceUefiData, read, may("ec2:GetInstanceUefiData")),
		awsquery.Handle("GetLaunchTemplateData", (*Service).GetLaunchTemplateData, read, may("ec2:GetLaunchTemplateData")),
		awsquery.Handle("GetPasswordData", (*Service).GetPasswordData, read, may("ec2:GetPasswordData")),
		awsquery.Handle("ModifyInstanceAttribute", (*Service).ModifyInstanceAttribute, write, may("ec2:ModifyInstanceAttribute")),
		awsquery.Handle("ModifyInstanceCreditSpecification", (*Service).ModifyInstanceCreditSpecification, write, may("ec2:ModifyInstanceCreditSpecification")),
		awsquery.Handle("ModifyInstanceMaintenanceOptions", (*Service).ModifyInstanceMaintenanceOptions, write, may("ec2:ModifyInstanceMaintenanceOptions")),
		awsquery.Handle("ModifyInstanceMetadataDefaults", (*Service).ModifyInstanceMetadataDefaults, write, may("ec2:ModifyInstanceMetadataDefaults")),
		awsquery.Handle("ModifyInstanceMetadataOptions", (*Service).ModifyInstanceMetadataOptions, write, may("ec2:ModifyInstanceMetadataOptions")),
		awsquery.Handle("ModifyInstancePlacement", (*Service).ModifyInstancePlacement, write, may("ec2:ModifyInstancePlacement")),
		awsquery.Handle("ModifyLaunchTemplate", (*Service).ModifyLaunchTemplate, write, may("ec2:ModifyLaunchTemplate")),
		awsquery.Handle("MonitorInstances", (*Service).MonitorInstances, write, may("ec2:MonitorInstances")),
		awsquery.Handle("RebootInstances", (*Service).RebootInstances, write, may("ec2:RebootInstances")),
		awsquery.Handle("ReplaceIamInstanceProfileAssociation", (*Service).ReplaceIamInstanceProfileAssociation, write, may("ec2:ReplaceIamInstanceProfileAssociation")),
		awsquery.Handle("ReportInstanceStatus", (*Service).ReportInstanceStatus, write, may("ec2:ReportInstanceStatus")),
		awsquery.Handle("ResetInstanceAttribute", (*Service).ResetInstanceAttribute, write, may("ec2:ResetInstanceAttribute")),
		awsquery.Handle("RunInstances", (*Service).RunInstances, write, may("ec2:RunInstances")),
		awsquery.Handle("StartInstances", (*Service).StartInstances, write, may("ec2:StartInstances")),
		awsquery.Handle("StopInstances", (*Service).StopInstances, write, may("ec2:StopInstances")),
		awsquery.Handle("TerminateInstances", (*Service).TerminateInstances, write, may("ec2:TerminateInstances")),
		awsquery.Handle("UnmonitorInstances", (*Service).UnmonitorInstances, write, may("ec2:UnmonitorInstances")),
	}
}
