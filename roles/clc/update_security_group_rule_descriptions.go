package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// UpdateSecurityGroupRuleDescriptionsIngress says anew what rules are for.
func (s *Service) UpdateSecurityGroupRuleDescriptionsIngress(ctx context.Context, c *awsquery.Call, in *ec2.UpdateSecurityGroupRuleDescriptionsIngressRequest) (*ec2.UpdateSecurityGroupRuleDescriptionsIngressResult, error) {
	err := s.describeRules(ctx, c, text(in.GroupId), text(in.GroupName), ingress, in.IpPermissions, in.SecurityGroupRuleDescriptions)
	return &ec2.UpdateSecurityGroupRuleDescriptionsIngressResult{Return: ptr(true)}, err
}

// UpdateSecurityGroupRuleDescriptionsEgress says anew what rules are for.
func (s *Service) UpdateSecurityGroupRuleDescriptionsEgress(ctx context.Context, c *awsquery.Call, in *ec2.UpdateSecurityGroupRuleDescriptionsEgressRequest) (*ec2.UpdateSecurityGroupRuleDescriptionsEgressResult, error) {
	err := s.describeRules(ctx, c, text(in.GroupId), text(in.GroupName), egress, in.IpPermissions, in.SecurityGroupRuleDescriptions)
	return &ec2.UpdateSecurityGroupRuleDescriptionsEgressResult{Return: ptr(true)}, err
}

// describeRules writes the descriptions of rules that are named by what they
// allow or by id: of all or of none. Without a description a rule loses its own.
func (s *Service) describeRules(ctx context.Context, c *awsquery.Call, id, name string, d direction, perms []ec2.IpPermission, by []ec2.SecurityGroupRuleDescription) error {
	rules, err := readPermissions(perms, flatPermission{})
	if err != nil {
		return err
	}
	var ids []string
	for _, x := range by {
		if ids = append(ids, text(x.SecurityGroupRuleId)); text(x.Description) != "" && !groupText.MatchString(*x.Description) {
			return cloud.Errorf(cloud.Invalid, cloud.ResPermission, *x.Description, "Invalid rule description")
		}
	}
	if err := checkRuleIDs(len(rules), ids); err != nil {
		return err
	}
	return s.changeGroup(ctx, c, id, name, func(tx *store.Tx, g *cloud.Group) error {
		for _, p := range rules {
			r, err := removed(tx, *g, p)
			if err != nil {
				return err
			}
			if !describe(*d.rules(g), r.Description, func(o cloud.GroupRule) bool { return sameRule(o, r) }) {
				return cloud.Errorf(cloud.NotFound, cloud.ResPermission, "", "")
			}
		}
		for k, x := range by {
			if !describe(*d.rules(g), text(x.Description), func(o cloud.GroupRule) bool { return string(o.ID) == ids[k] }) {
				return cloud.Errorf(cloud.NotFound, cloud.ResGroupRule, ids[k], "")
			}
		}
		return nil
	})
}

// describe writes the description of the one rule that matches.
func describe(rules []cloud.GroupRule, text string, which func(cloud.GroupRule) bool) bool {
	k := slices.IndexFunc(rules, which)
	if k >= 0 {
		rules[k].Description = text
	}
	return k >= 0
}
