package clc

import (
	"context"
	"slices"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeSecurityGroups lists groups with their rules.
func (s *Service) DescribeSecurityGroups(ctx context.Context, c *awsquery.Call, in *ec2.DescribeSecurityGroupsRequest) (*ec2.DescribeSecurityGroupsResult, error) {
	out := &ec2.DescribeSecurityGroupsResult{SecurityGroups: []ec2.SecurityGroup{}}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		ids := slices.Clone(in.GroupIds)
		for _, n := range in.GroupNames {
			g, err := groupOf(tx, c.Caller.Account, "", n)
			if err != nil {
				return err
			}
			ids = append(ids, string(g.ID))
		}
		found, next, err := find(c, groupKind(tx, c.Caller.Account), query{ids: ids, filters: in.Filters,
			max: in.MaxResults, token: in.NextToken, limits: pageLimits})
		if err != nil {
			return err
		}
		out.NextToken = next
		for _, g := range found {
			out.SecurityGroups = append(out.SecurityGroups, ec2.SecurityGroup{GroupId: ptr(string(g.ID)), GroupName: ptr(g.Name),
				Description: ptr(g.Description), OwnerId: ptr(string(g.Account)), VpcId: ptr(string(g.VPC)),
				IpPermissions: renderPermissions(g, g.Ingress), IpPermissionsEgress: renderPermissions(g, g.Egress),
				SecurityGroupArn: ptr(cloud.EC2ARN(s.cfg.Region, g.Account, "security-group/"+string(g.ID))),
				Tags:             renderTags(tx, g.Account, string(g.ID))})
		}
		return nil
	})
	return out, err
}

// groupKind is what a query for security groups knows of them.
func groupKind(tx *store.Tx, a cloud.AccountID) kind[cloud.Group] {
	id := func(g cloud.Group) string { return string(g.ID) }
	each := func(rules func(cloud.Group) []cloud.GroupRule, get func(cloud.GroupRule) string) func(cloud.Group) []string {
		return func(g cloud.Group) []string {
			var out []string
			for _, r := range rules(g) {
				if v := get(r); v != "" {
					out = append(out, v)
				}
			}
			return out
		}
	}
	f := awsquery.Filters[cloud.Group]{
		"description": one(func(g cloud.Group) string { return g.Description }),
		"group-id":    one(id),
		"group-name":  one(func(g cloud.Group) string { return g.Name }),
		"owner-id":    one(func(g cloud.Group) string { return string(g.Account) }),
		"vpc-id":      one(func(g cloud.Group) string { return string(g.VPC) }),
	}
	for prefix, rules := range map[string]func(cloud.Group) []cloud.GroupRule{
		"ip-permission.":        func(g cloud.Group) []cloud.GroupRule { return g.Ingress },
		"egress.ip-permission.": func(g cloud.Group) []cloud.GroupRule { return g.Egress },
	} {
		f[prefix+"cidr"] = each(rules, func(r cloud.GroupRule) string {
			if r.CIDR.IsValid() && r.CIDR.Addr().Is4() {
				return r.CIDR.String()
			}
			return ""
		})
		f[prefix+"from-port"] = each(rules, func(r cloud.GroupRule) string { return strconv.Itoa(r.From) })
		f[prefix+"to-port"] = each(rules, func(r cloud.GroupRule) string { return strconv.Itoa(r.To) })
		f[prefix+"protocol"] = each(rules, func(r cloud.GroupRule) string { return r.Protocol })
		f[prefix+"group-id"] = each(rules, func(r cloud.GroupRule) string { return string(r.Group) })
		f[prefix+"user-id"] = func(g cloud.Group) []string {
			if slices.ContainsFunc(rules(g), func(r cloud.GroupRule) bool { return r.Group != "" }) {
				return []string{string(g.Account)}
			}
			return nil
		}
		f[prefix+"group-name"] = each(rules, func(r cloud.GroupRule) string {
			g, _ := tx.Groups().Get(r.Group)
			return g.Name
		})
		f[prefix+"ipv6-cidr"] = each(rules, func(r cloud.GroupRule) string {
			if r.CIDR.Addr().Is6() {
				return r.CIDR.String()
			}
			return ""
		})
		f[prefix+"prefix-list-id"] = fixed[cloud.Group]()
	}
	return kind[cloud.Group]{resource: cloud.ResGroup, prefix: cloud.PrefixGroup, id: id, tags: tagsOf(tx, a, id), filters: f,
		get: owned(tx.Groups(), a, func(g cloud.Group) cloud.AccountID { return g.Account }),
		all: tx.Groups().By(store.ByAccount, string(a))}
}
