package clc

import (
	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// groupActions are the actions of security groups.
func groupActions() []awsquery.Action[*Service] {
	const read, write = awsquery.Read, awsquery.Write
	may := awsquery.May
	return []awsquery.Action[*Service]{
		awsquery.Handle("AuthorizeSecurityGroupEgress", (*Service).AuthorizeSecurityGroupEgress, write,
			awsquery.MayOn("ec2:AuthorizeSecurityGroupEgress", func(in *ec2.AuthorizeSecurityGroupEgressRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("AuthorizeSecurityGroupIngress", (*Service).AuthorizeSecurityGroupIngress, write,
			awsquery.MayOn("ec2:AuthorizeSecurityGroupIngress", func(in *ec2.AuthorizeSecurityGroupIngressRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("CreateSecurityGroup", (*Service).CreateSecurityGroup, write, may("ec2:CreateSecurityGroup")),
		awsquery.Handle("DeleteSecurityGroup", (*Service).DeleteSecurityGroup, write,
			awsquery.MayOn("ec2:DeleteSecurityGroup", func(in *ec2.DeleteSecurityGroupRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("DescribeSecurityGroupReferences", (*Service).DescribeSecurityGroupReferences, read, may("ec2:DescribeSecurityGroupReferences")),
		awsquery.Handle("DescribeSecurityGroupRules", (*Service).DescribeSecurityGroupRules, read, may("ec2:DescribeSecurityGroupRules")),
		awsquery.Handle("DescribeSecurityGroups", (*Service).DescribeSecurityGroups, read, may("ec2:DescribeSecurityGroups")),
		awsquery.Handle("DescribeStaleSecurityGroups", (*Service).DescribeStaleSecurityGroups, read, may("ec2:DescribeStaleSecurityGroups")),
		awsquery.Handle("GetSecurityGroupsForVpc", (*Service).GetSecurityGroupsForVpc, read,
			awsquery.MayOn("ec2:GetSecurityGroupsForVpc", func(in *ec2.GetSecurityGroupsForVpcRequest) []string { return named(in.VpcId) })),
		awsquery.Handle("ModifySecurityGroupRules", (*Service).ModifySecurityGroupRules, write,
			awsquery.MayOn("ec2:ModifySecurityGroupRules", func(in *ec2.ModifySecurityGroupRulesRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("RevokeSecurityGroupEgress", (*Service).RevokeSecurityGroupEgress, write,
			awsquery.MayOn("ec2:RevokeSecurityGroupEgress", func(in *ec2.RevokeSecurityGroupEgressRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("RevokeSecurityGroupIngress", (*Service).RevokeSecurityGroupIngress, write,
			awsquery.MayOn("ec2:RevokeSecurityGroupIngress", func(in *ec2.RevokeSecurityGroupIngressRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("UpdateSecurityGroupRuleDescriptionsEgress", (*Service).UpdateSecurityGroupRuleDescriptionsEgress, write,
			awsquery.MayOn("ec2:UpdateSecurityGroupRuleDescriptionsEgress", func(in *ec2.UpdateSecurityGroupRuleDescriptionsEgressRequest) []string { return named(in.GroupId) })),
		awsquery.Handle("UpdateSecurityGroupRuleDescriptionsIngress", (*Service).UpdateSecurityGroupRuleDescriptionsIngress, write,
			awsquery.MayOn("ec2:UpdateSecurityGroupRuleDescriptionsIngress", func(in *ec2.UpdateSecurityGroupRuleDescriptionsIngressRequest) []string { return named(in.GroupId) })),
	}
}

// named are the ids of a permission's resource: none when the request names it
// otherwise, or not.
func named(ids ...*string) []string {
	var out []string
	for _, id := range ids {
		if text(id) != "" {
			out = append(out, *id)
		}
	}
	return out
}
