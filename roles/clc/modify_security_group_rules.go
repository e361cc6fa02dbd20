package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifySecurityGroupRules says anew what rules of a group allow: all or none.
// Their ids and tags stay.
func (s *Service) ModifySecurityGroupRules(ctx context.Context, c *awsquery.Call, in *ec2.ModifySecurityGroupRulesRequest) (*ec2.ModifySecurityGroupRulesResult, error) {
	perms := map[string]permission{}
	for _, u := range in.SecurityGroupRules {
		id := *u.SecurityGroupRuleId
		p, err := readRuleUpdate(u)
		if err != nil {
			return nil, err
		}
		if _, twice := perms[id]; twice {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResGroupRule, id, "The security group rule ID '%s' is given twice", id)
		}
		perms[id] = p
	}
	err := s.changeGroup(ctx, c, *in.GroupId, "", func(tx *store.Tx, g *cloud.Group) error {
		for _, u := range in.SecurityGroupRules {
			if err := replaceRule(tx, g, perms[*u.SecurityGroupRuleId]); err != nil {
				return err
			}
		}
		for _, d := range []direction{ingress, egress} {
			if err := checkReplaced(*d.rules(g)); err != nil {
				return err
			}
		}
		return nil
	})
	return &ec2.ModifySecurityGroupRulesResult{Return: ptr(true)}, err
}

// readRuleUpdate reads what a rule shall allow: exactly one peer.
func readRuleUpdate(u ec2.SecurityGroupRuleUpdate) (permission, error) {
	if err := checkRuleIDs(0, []string{*u.SecurityGroupRuleId}); err != nil {
		return permission{}, err
	}
	r := u.SecurityGroupRule
	if r == nil {
		return permission{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "SecurityGroupRule.1.SecurityGroupRule", "")
	}
	p := ec2.IpPermission{IpProtocol: r.IpProtocol, FromPort: r.FromPort, ToPort: r.ToPort}
	if r.CidrIpv4 != nil {
		p.IpRanges = []ec2.IpRange{{CidrIp: r.CidrIpv4, Description: r.Description}}
	}
	if r.CidrIpv6 != nil {
		p.Ipv6Ranges = []ec2.Ipv6Range{{CidrIpv6: r.CidrIpv6, Description: r.Description}}
	}
	if r.PrefixListId != nil {
		p.PrefixListIds = []ec2.PrefixListId{{PrefixListId: r.PrefixListId}}
	}
	if r.ReferencedGroupId != nil {
		p.UserIdGroupPairs = []ec2.UserIdGroupPair{{GroupId: r.ReferencedGroupId, Description: r.Description}}
	}
	perms, err := readPermissions([]ec2.IpPermission{p}, flatPermission{})
	if err == nil && len(perms) != 1 {
		err = cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "A rule has one of cidrIpv4, cidrIpv6, prefixListId and referencedGroupId")
	}
	if err != nil {
		return permission{}, err
	}
	perms[0].ID = cloud.GroupRuleID(*u.SecurityGroupRuleId)
	return perms[0], nil
}

// replaceRule puts a rule in the place of the one of its id.
func replaceRule(tx *store.Tx, g *cloud.Group, p permission) error {
	rules, err := resolveAll(tx, *g, []permission{p})
	if err != nil {
		return err
	}
	for _, d := range []direction{ingress, egress} {
		has := *d.rules(g)
		if k := slices.IndexFunc(has, func(o cloud.GroupRule) bool { return o.ID == p.ID }); k >= 0 {
			has[k] = rules[0]
			return nil
		}
	}
	return cloud.Errorf(cloud.NotFound, cloud.ResGroupRule, string(p.ID), "")
}

// checkReplaced refuses two rules that allow the same.
func checkReplaced(rules []cloud.GroupRule) error {
	for k, r := range rules {
		if slices.ContainsFunc(rules[:k], func(o cloud.GroupRule) bool { return sameRule(o, r) }) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResPermission, "", "the specified rule \"%s\" already exists", wordRule(r))
		}
	}
	return nil
}
