package clc

import (
	"context"
	"fmt"
	"regexp"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Limits of security groups, EC2's defaults.
const (
	maxGroups       = 2500 // of a VPC
	maxRules        = 60   // of a group and direction
	maxGroupsPerENI = 5
)

// groupText is what EC2 allows in a group's name and description.
var groupText = regexp.MustCompile(`^[a-zA-Z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}$`)

// direction of a rule.
type direction bool

const (
	ingress direction = false
	egress  direction = true
)

// rules returns the group's rules of a direction.
func (d direction) rules(g *cloud.Group) *[]cloud.GroupRule {
	if d == egress {
		return &g.Egress
	}
	return &g.Ingress
}

// groupOf finds an account's group by id or, in the default VPC, by name.
func groupOf(tx *store.Tx, a cloud.AccountID, id, name string) (cloud.Group, error) {
	if id == "" && name == "" {
		return cloud.Group{}, cloud.Errorf(cloud.Missing, cloud.AnyResource, "GroupId", "The request must contain the parameter groupName or groupId")
	}
	if id != "" {
		if !cloud.ValidID(cloud.PrefixGroup, id) {
			return cloud.Group{}, cloud.Errorf(cloud.Malformed, cloud.ResGroup, id, "")
		}
		g, ok := tx.Groups().Get(cloud.GroupID(id))
		if !ok || g.Account != a {
			return g, cloud.Errorf(cloud.NotFound, cloud.ResGroup, id, "")
		}
		return g, nil
	}
	vpc := defaultVPCOf(tx, a)
	for g := range tx.Groups().By(store.ByVPC, string(vpc)) {
		if g.Name == name {
			return g, nil
		}
	}
	return cloud.Group{}, cloud.Errorf(cloud.NotFound, cloud.ResGroup, name, "The security group '%s' does not exist in default VPC '%s'", name, vpc)
}

// defaultVPCOf is the id of an account's default VPC, "" without one.
func defaultVPCOf(tx *store.Tx, a cloud.AccountID) cloud.VPCID {
	for v := range tx.VPCs().By(store.ByAccount, string(a)) {
		if v.Default {
			return v.ID
		}
	}
	return ""
}

// grantRules adds rules to a group: all or none. It returns EC2's view of them.
func (s *Service) grantRules(ctx context.Context, c *awsquery.Call, id, name string, d direction, rules []cloud.GroupRule, specs []ec2.TagSpecification) ([]ec2.SecurityGroupRule, error) {
	tags, err := specTags(specs, typeGroupRule)
	if err != nil {
		return nil, err
	}
	if err := s.checkNewRules(rules); err != nil {
		return nil, err
	}
	var out []ec2.SecurityGroupRule
	err = s.update(ctx, c, func(tx *store.Tx) error {
		g, err := groupOf(tx, c.Caller.Account, id, name)
		if err != nil {
			return err
		}
		if err := addRules(&g, d, rules); err != nil {
			return err
		}
		out = out[:0]
		for _, r := range rules {
			if err := putTags(tx, cloud.TagSet{Resource: string(r.ID), Type: typeGroupRule, Account: c.Caller.Account, Tags: tags}); err != nil {
				return err
			}
			out = append(out, s.renderRule(tx, g, r, d))
		}
		return tx.Groups().Put(g)
	})
	return out, err
}

// checkNewRules refuses what is not offered and gives the others ids.
func (s *Service) checkNewRules(rules []cloud.GroupRule) error {
	if len(rules) == 0 {
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "IpPermissions", "The request must contain the parameter ipPermissions")
	}
	for k := range rules {
		switch {
		case rules[k].Group != "":
			return noGroupRules()
		case !rules[k].CIDR.Addr().Is4():
			return cloud.Errorf(cloud.Unsupported, cloud.ResPermission, "", "This cloud does not offer IPv6 yet.")
		}
		rid, err := s.id(cloud.PrefixGroupRule)
		if err != nil {
			return err
		}
		rules[k].ID = cloud.GroupRuleID(rid)
	}
	return nil
}

// addRules adds rules to a group that has none of them.
func addRules(g *cloud.Group, d direction, rules []cloud.GroupRule) error {
	has := d.rules(g)
	all := slices.Clone(*has)
	for _, r := range rules {
		if slices.ContainsFunc(all, func(o cloud.GroupRule) bool { return sameRule(o, r) }) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResPermission, "", "the specified rule \"peer: %s, %s\" already exists", r.CIDR, wordRule(r))
		}
		all = append(all, r)
	}
	if len(all) > maxRules {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPermission, "", "")
	}
	*has = all
	return nil
}

// revokeRules removes rules from a group, by what they allow or by id: all or
// none.
func (s *Service) revokeRules(ctx context.Context, c *awsquery.Call, id, name string, d direction, rules []cloud.GroupRule, ids []string) (cloud.Group, []cloud.GroupRule, error) {
	if err := checkRuleIDs(rules, ids); err != nil {
		return cloud.Group{}, nil, err
	}
	var g cloud.Group
	var gone []cloud.GroupRule
	err := s.update(ctx, c, func(tx *store.Tx) error {
		var err error
		if g, err = groupOf(tx, c.Caller.Account, id, name); err != nil {
			return err
		}
		gone = gone[:0]
		all := slices.Clone(*d.rules(&g))
		take := func(which func(cloud.GroupRule) bool, none *cloud.Error) error {
			k := slices.IndexFunc(all, which)
			if k < 0 {
				return none
			}
			gone = append(gone, all[k])
			if err := tx.TagSets().Delete(string(all[k].ID)); err != nil {
				return err
			}
			all = slices.Delete(all, k, k+1)
			return nil
		}
		for _, r := range rules {
			if err := take(func(o cloud.GroupRule) bool { return sameRule(o, r) },
				&cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResPermission}); err != nil {
				return err
			}
		}
		for _, rid := range ids {
			if err := take(func(o cloud.GroupRule) bool { return string(o.ID) == rid },
				&cloud.Error{Kind: cloud.NotFound, Resource: cloud.ResGroupRule, ID: rid}); err != nil {
				return err
			}
		}
		*d.rules(&g) = all
		return tx.Groups().Put(g)
	})
	return g, gone, err
}

// checkRuleIDs refuses a revocation of nothing and ids that are none.
func checkRuleIDs(rules []cloud.GroupRule, ids []string) error {
	if len(rules)+len(ids) == 0 {
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "IpPermissions", "The request must contain the parameter ipPermissions or securityGroupRuleIds")
	}
	for _, id := range ids {
		if !cloud.ValidID(cloud.PrefixGroupRule, id) {
			return cloud.Errorf(cloud.Malformed, cloud.ResGroupRule, id, "")
		}
	}
	return nil
}

// renderRule makes EC2's view of one rule.
func (s *Service) renderRule(tx *store.Tx, g cloud.Group, r cloud.GroupRule, d direction) ec2.SecurityGroupRule {
	out := ec2.SecurityGroupRule{SecurityGroupRuleId: ptr(string(r.ID)), GroupId: ptr(string(g.ID)), GroupOwnerId: ptr(string(g.Account)),
		IsEgress: ptr(d == egress), IpProtocol: ptr(r.Protocol), FromPort: ptr(int64(r.From)), ToPort: ptr(int64(r.To)),
		Description: opt(r.Description), Tags: renderTags(tx, g.Account, string(r.ID)),
		SecurityGroupRuleArn: ptr(fmt.Sprintf("arn:aws:ec2:%s:%s:security-group-rule/%s", s.cfg.Region, g.Account, r.ID))}
	switch {
	case r.Group != "":
		out.ReferencedGroupInfo = &ec2.ReferencedSecurityGroup{GroupId: ptr(string(r.Group)), UserId: ptr(string(g.Account))}
	case r.CIDR.Addr().Is4():
		out.CidrIpv4 = ptr(r.CIDR.String())
	default:
		out.CidrIpv6 = ptr(r.CIDR.String())
	}
	return out
}

// renderPermissions gathers rules by protocol and ports, as EC2 lists them.
func renderPermissions(g cloud.Group, rules []cloud.GroupRule) []ec2.IpPermission {
	type port struct {
		protocol string
		from, to int
	}
	out := []ec2.IpPermission{}
	at := map[port]int{}
	for _, r := range rules {
		p := port{r.Protocol, r.From, r.To}
		k, ok := at[p]
		if !ok {
			k = len(out)
			at[p] = k
			perm := ec2.IpPermission{IpProtocol: ptr(r.Protocol), IpRanges: []ec2.IpRange{}, Ipv6Ranges: []ec2.Ipv6Range{},
				UserIdGroupPairs: []ec2.UserIdGroupPair{}, PrefixListIds: []ec2.PrefixListId{}}
			if r.Protocol != "-1" {
				perm.FromPort, perm.ToPort = ptr(int64(r.From)), ptr(int64(r.To))
			}
			out = append(out, perm)
		}
		switch {
		case r.Group != "":
			out[k].UserIdGroupPairs = append(out[k].UserIdGroupPairs, ec2.UserIdGroupPair{GroupId: ptr(string(r.Group)), UserId: ptr(string(g.Account)), Description: opt(r.Description)})
		case r.CIDR.Addr().Is4():
			out[k].IpRanges = append(out[k].IpRanges, ec2.IpRange{CidrIp: ptr(r.CIDR.String()), Description: opt(r.Description)})
		default:
			out[k].Ipv6Ranges = append(out[k].Ipv6Ranges, ec2.Ipv6Range{CidrIpv6: ptr(r.CIDR.String()), Description: opt(r.Description)})
		}
	}
	return out
}

// renderRevoked makes EC2's view of a rule that was taken away.
func renderRevoked(g cloud.Group, r cloud.GroupRule, d direction) ec2.RevokedSecurityGroupRule {
	out := ec2.RevokedSecurityGroupRule{SecurityGroupRuleId: ptr(string(r.ID)), GroupId: ptr(string(g.ID)), IsEgress: ptr(d == egress),
		IpProtocol: ptr(r.Protocol), FromPort: ptr(int64(r.From)), ToPort: ptr(int64(r.To)), Description: opt(r.Description)}
	switch {
	case r.Group != "":
		out.ReferencedGroupId = ptr(string(r.Group))
	case r.CIDR.Addr().Is4():
		out.CidrIpv4 = ptr(r.CIDR.String())
	default:
		out.CidrIpv6 = ptr(r.CIDR.String())
	}
	return out
}
