package clc

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// changeGroup changes one group of an account in one transaction.
func (s *Service) changeGroup(ctx context.Context, c *awsquery.Call, id, name string, change func(tx *store.Tx, g *cloud.Group) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		g, err := groupOf(tx, c.Caller.Account, id, name)
		if err != nil {
			return err
		}
		g.Ingress, g.Egress = slices.Clone(g.Ingress), slices.Clone(g.Egress)
		if err := change(tx, &g); err != nil {
			return err
		}
		return tx.Groups().Put(g)
	})
}

// grantRules adds rules to a group: all or none. It returns EC2's view of them.
func (s *Service) grantRules(ctx context.Context, c *awsquery.Call, id, name string, d direction, perms []permission, specs []ec2.TagSpecification) ([]ec2.SecurityGroupRule, error) {
	tags, err := specTags(specs, typeGroupRule)
	if err != nil {
		return nil, err
	}
	if err := s.numberRules(perms); err != nil {
		return nil, err
	}
	var out []ec2.SecurityGroupRule
	err = s.changeGroup(ctx, c, id, name, func(tx *store.Tx, g *cloud.Group) error {
		rules, err := resolveAll(tx, *g, perms)
		if err != nil {
			return err
		}
		if err := addRules(g, d, rules); err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rules {
			if err := putTags(tx, cloud.TagSet{Resource: string(r.ID), Type: typeGroupRule, Account: c.Caller.Account, Tags: tags}); err != nil {
				return err
			}
			out = append(out, s.renderRule(tx, *g, r, d))
		}
		return nil
	})
	return out, err
}

// numberRules gives new rules ids.
func (s *Service) numberRules(perms []permission) error {
	if len(perms) == 0 {
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "IpPermissions", "The request must contain the parameter ipPermissions")
	}
	for k := range perms {
		id, err := s.id(cloud.PrefixGroupRule)
		if err != nil {
			return err
		}
		perms[k].ID = cloud.GroupRuleID(id)
	}
	return nil
}

// resolveAll finds the groups that rules of a group name.
func resolveAll(tx *store.Tx, g cloud.Group, perms []permission) ([]cloud.GroupRule, error) {
	out := make([]cloud.GroupRule, len(perms))
	for k, p := range perms {
		out[k] = p.GroupRule
		if p.pair == nil {
			continue
		}
		peer, err := resolve(tx, g, *p.pair)
		if err != nil {
			return nil, err
		}
		out[k].Group = peer.ID
	}
	return out, nil
}

// resolve finds the group a rule of g names: one of the same VPC. Groups of
// other accounts are never in it, and answered as ones that are not there.
func resolve(tx *store.Tx, g cloud.Group, x ec2.UserIdGroupPair) (cloud.Group, error) {
	id, name, owner := text(x.GroupId), text(x.GroupName), text(x.UserId)
	if id == "" {
		return resolveName(tx, g, name, owner)
	}
	peer, ok := tx.Groups().Get(cloud.GroupID(id))
	switch {
	case !ok || peer.Account != g.Account || (owner != "" && owner != string(peer.Account)) || (name != "" && name != peer.Name) ||
		(text(x.VpcId) != "" && text(x.VpcId) != string(peer.VPC)):
		return peer, cloud.Errorf(cloud.NotFound, cloud.ResGroup, id, "")
	case peer.VPC != g.VPC:
		return peer, cloud.Errorf(cloud.NotFound, cloud.ResGroup, id, "You have specified two resources that belong to different networks.")
	}
	return peer, nil
}

// resolveName finds a group by its name, which only those of the default VPC
// can be named by.
func resolveName(tx *store.Tx, g cloud.Group, name, owner string) (cloud.Group, error) {
	if v, _ := tx.VPCs().Get(g.VPC); !v.Default {
		return g, cloud.Errorf(cloud.Invalid, cloud.ResGroup, name, "Invalid value '%s' for groupName. You may not reference Amazon VPC security groups by name. Please use the corresponding id for this operation.", name)
	}
	for peer := range tx.Groups().By(store.ByVPC, string(g.VPC)) {
		if peer.Name == name && (owner == "" || owner == string(peer.Account)) {
			return peer, nil
		}
	}
	return g, cloud.Errorf(cloud.NotFound, cloud.ResGroup, name, "The security group '%s' does not exist in default VPC '%s'", name, g.VPC)
}

// addRules adds rules to a group that has none of them.
func addRules(g *cloud.Group, d direction, rules []cloud.GroupRule) error {
	has := d.rules(g)
	for k, r := range rules {
		same := func(o cloud.GroupRule) bool { return sameRule(o, r) }
		switch {
		case slices.ContainsFunc(rules[:k], same):
			return cloud.Errorf(cloud.Invalid, cloud.ResPermission, "", "The same permission must not appear multiple times")
		case slices.ContainsFunc(*has, same):
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResPermission, "", "the specified rule \"%s\" already exists", wordRule(r))
		}
	}
	*has = append(*has, rules...)
	return nil
}

// revokeRules removes rules from a group, by what they allow or by id: all or
// none.
func (s *Service) revokeRules(ctx context.Context, c *awsquery.Call, id, name string, d direction, perms []permission, ids []string) (cloud.Group, []cloud.GroupRule, error) {
	if err := checkRuleIDs(len(perms), ids); err != nil {
		return cloud.Group{}, nil, err
	}
	var whole cloud.Group
	var gone []cloud.GroupRule
	err := s.changeGroup(ctx, c, id, name, func(tx *store.Tx, g *cloud.Group) error {
		whole, gone = *g, gone[:0]
		for _, p := range perms {
			r, err := removed(tx, *g, p)
			if err != nil {
				return err
			}
			if err := takeRule(tx, d.rules(g), &gone, func(o cloud.GroupRule) bool { return sameRule(o, r) },
				cloud.Errorf(cloud.NotFound, cloud.ResPermission, "", "")); err != nil {
				return err
			}
		}
		for _, rid := range ids {
			if err := takeRule(tx, d.rules(g), &gone, func(o cloud.GroupRule) bool { return string(o.ID) == rid },
				cloud.Errorf(cloud.NotFound, cloud.ResGroupRule, rid, "")); err != nil {
				return err
			}
		}
		return nil
	})
	return whole, gone, err
}

// removed is the rule a revocation names. A group named by its id need not be
// there any more.
func removed(tx *store.Tx, g cloud.Group, p permission) (cloud.GroupRule, error) {
	r := p.GroupRule
	if p.pair == nil {
		return r, nil
	}
	if r.Group = cloud.GroupID(text(p.pair.GroupId)); r.Group != "" {
		return r, nil
	}
	peer, err := resolveName(tx, g, text(p.pair.GroupName), text(p.pair.UserId))
	r.Group = peer.ID
	return r, err
}

// takeRule moves the one rule that matches from a list to what is gone.
func takeRule(tx *store.Tx, from, gone *[]cloud.GroupRule, which func(cloud.GroupRule) bool, none error) error {
	k := slices.IndexFunc(*from, which)
	if k < 0 {
		return none
	}
	*gone = append(*gone, (*from)[k])
	if err := tx.TagSets().Delete(string((*from)[k].ID)); err != nil {
		return err
	}
	*from = slices.Delete(*from, k, k+1)
	return nil
}

// checkRuleIDs refuses naming no rule, rules in both ways, and ids that are none.
func checkRuleIDs(perms int, ids []string) error {
	switch {
	case perms+len(ids) == 0:
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "IpPermissions", "The request must contain the parameter ipPermissions or securityGroupRuleIds")
	case perms > 0 && len(ids) > 0:
		return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter securityGroupRuleIds may not be used with ipPermissions")
	case len(ids) > maxPermissions:
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPermission, "", "one call may name %d rules", maxPermissions)
	}
	for _, id := range ids {
		if !cloud.ValidID(cloud.PrefixGroupRule, id) {
			return cloud.Errorf(cloud.Malformed, cloud.ResGroupRule, id, "")
		}
	}
	return nil
}
