package clc

import "ecc/api/awsquery"

// groupActions are the actions of security groups.
func groupActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AuthorizeSecurityGroupEgress", (*Service).AuthorizeSecurityGroupEgress, write, may("ec2:AuthorizeSecurityGroupEgress")),
		awsquery.Handle("AuthorizeSecurityGroupIngress", (*Service).AuthorizeSecurityGroupIngress, write, may("ec2:AuthorizeSecurityGroupIngress")),
		awsquery.Handle("CreateSecurityGroup", (*Service).CreateSecurityGroup, write, may("ec2:CreateSecurityGroup")),
		awsquery.Handle("DeleteSecurityGroup", (*Service).DeleteSecurityGroup, write, may("ec2:DeleteSecurityGroup")),
		awsquery.Handle("DescribeSecurityGroupReferences", (*Service).DescribeSecurityGroupReferences, read, may("ec2:DescribeSecurityGroupReferences")),
		awsquery.Handle("DescribeSecurityGroupRules", (*Service).DescribeSecurityGroupRules, read, may("ec2:DescribeSecurityGroupRules")),
		awsquery.Handle("DescribeSecurityGroups", (*Service).DescribeSecurityGroups, read, may("ec2:DescribeSecurityGroups")),
		awsquery.Handle("DescribeStaleSecurityGroups", (*Service).DescribeStaleSecurityGroups, read, may("ec2:DescribeStaleSecurityGroups")),
		awsquery.Handle("GetSecurityGroupsForVpc", (*Service).GetSecurityGroupsForVpc, read, may("ec2:GetSecurityGroupsForVpc")),
		awsquery.Handle("ModifySecurityGroupRules", (*Service).ModifySecurityGroupRules, write, may("ec2:ModifySecurityGroupRules")),
		awsquery.Handle("RevokeSecurityGroupEgress", (*Service).RevokeSecurityGroupEgress, write, may("ec2:RevokeSecurityGroupEgress")),
		awsquery.Handle("RevokeSecurityGroupIngress", (*Service).RevokeSecurityGroupIngress, write, may("ec2:RevokeSecurityGroupIngress")),
		awsquery.Handle("UpdateSecurityGroupRuleDescriptionsEgress", (*Service).UpdateSecurityGroupRuleDescriptionsEgress, write, may("ec2:UpdateSecurityGroupRuleDescriptionsEgress")),
		awsquery.Handle("UpdateSecurityGroupRuleDescriptionsIngress", (*Service).UpdateSecurityGroupRuleDescriptionsIngress, write, may("ec2:UpdateSecurityGroupRuleDescriptionsIngress")),
	}
}
