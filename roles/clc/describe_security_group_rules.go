package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeSecurityGroupRules lists the rules of an account's groups.
func (s *Service) DescribeSecurityGroupRules(ctx context.Context, c *awsquery.Call, in *ec2.DescribeSecurityGroupRulesRequest) (*ec2.DescribeSecurityGroupRulesResult, error) {
	out := &ec2.DescribeSecurityGroupRulesResult{SecurityGroupRules: []ec2.SecurityGroupRule{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		found, next, err := find(c, ruleKind(tx, c.Caller.Account), query{ids: in.SecurityGroupRuleIds, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, r := range found {
			out.SecurityGroupRules = append(out.SecurityGroupRules, s.renderRule(tx, r.group, r.rule, r.direction))
		}
		return nil
	})
	return out, err
}

// groupRule is a rule with the group it is of.
type groupRule struct {
	group     cloud.Group
	rule      cloud.GroupRule
	direction direction
}

// rulesOf goes through all rules of an account's groups.
func rulesOf(tx *store.Tx, a cloud.AccountID) func(yield func(groupRule) bool) {
	return func(yield func(groupRule) bool) {
		for g := range tx.Groups().By(store.ByAccount, string(a)) {
			for _, d := range []direction{ingress, egress} {
				for _, r := range *d.rules(&g) {
					if !yield(groupRule{g, r, d}) {
						return
					}
				}
			}
		}
	}
}

// ruleFinder finds rules of an account by their ids. It goes through all of
// them once, when it is first asked.
func ruleFinder(tx *store.Tx, a cloud.AccountID) func(id string) (groupRule, bool) {
	var all map[string]groupRule
	return func(id string) (groupRule, bool) {
		if all == nil {
			all = map[string]groupRule{}
			for r := range rulesOf(tx, a) {
				all[string(r.rule.ID)] = r
			}
		}
		r, ok := all[id]
		return r, ok
	}
}

// ruleKind is what a query for rules knows of them.
func ruleKind(tx *store.Tx, a cloud.AccountID) kind[groupRule] {
	id := func(r groupRule) string { return string(r.rule.ID) }
	return kind[groupRule]{resource: cloud.ResGroupRule, prefix: cloud.PrefixGroupRule, id: id, tags: tagsOf(tx, a, id),
		get: ruleFinder(tx, a),
		all: rulesOf(tx, a),
		filters: awsquery.Filters[groupRule]{
			"group-id":               one(func(r groupRule) string { return string(r.group.ID) }),
			"security-group-rule-id": one(id),
		}}
}
