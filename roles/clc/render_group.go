package clc

import (
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// renderRule makes EC2's view of one rule.
func (s *Service) renderRule(tx *store.Tx, g cloud.Group, r cloud.GroupRule, d direction) ec2.SecurityGroupRule {
	out := ec2.SecurityGroupRule{SecurityGroupRuleId: ptr(string(r.ID)), GroupId: ptr(string(g.ID)), GroupOwnerId: ptr(string(g.Account)),
		IsEgress: ptr(d == egress), IpProtocol: ptr(r.Protocol), FromPort: ptr(int64(r.From)), ToPort: ptr(int64(r.To)),
		Description: opt(r.Description), Tags: renderTags(tx, g.Account, string(r.ID)),
		SecurityGroupRuleArn: ptr(cloud.EC2ARN(s.cfg.Region, g.Account, "security-group-rule/"+string(r.ID)))}
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
