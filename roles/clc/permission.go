package clc

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"ecc/api/ec2"
	"ecc/cloud"
)

// permission is a rule as a request words it: the group it names, if any, is
// still to be found.
type permission struct {
	cloud.GroupRule
	pair *ec2.UserIdGroupPair
}

// flatPermission are the parameters old clients use for one rule.
type flatPermission struct {
	protocol, cidr *string
	from, to       *int64

	sourceGroup, sourceOwner *string
}

// maxPermissions bounds the rules of one request.
const maxPermissions = 500

// readPermissions turns a request's permissions into rules.
func readPermissions(perms []ec2.IpPermission, flat flatPermission) ([]permission, error) {
	more, err := flat.read()
	if err != nil {
		return nil, err
	}
	if len(more) > 0 && len(perms) > 0 {
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter ipPermissions may not be used with ipProtocol or cidrIp")
	}
	var out []permission
	for _, p := range append(more, perms...) {
		base, err := readPorts(p)
		if err != nil {
			return nil, err
		}
		rules, err := readPeers(p, base)
		if err != nil {
			return nil, err
		}
		if out = append(out, rules...); len(out) > maxPermissions {
			return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResPermission, "", "one call may name %d rules", maxPermissions)
		}
	}
	return out, nil
}

// read words the old parameters as the new ones: a source group is for all of
// TCP, UDP and ICMP.
func (f flatPermission) read() ([]ec2.IpPermission, error) {
	rest := f.protocol != nil || f.cidr != nil || f.from != nil || f.to != nil
	switch {
	case text(f.sourceGroup) == "" && text(f.sourceOwner) != "":
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "SourceSecurityGroupName", "")
	case text(f.sourceGroup) != "" && rest:
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter sourceSecurityGroupName may not be used with ipProtocol, fromPort, toPort or cidrIp")
	case text(f.sourceGroup) != "":
		var out []ec2.IpPermission
		for _, all := range []struct {
			protocol string
			from, to int64
		}{{"tcp", 0, 65535}, {"udp", 0, 65535}, {"icmp", -1, -1}} {
			out = append(out, ec2.IpPermission{IpProtocol: &all.protocol, FromPort: &all.from, ToPort: &all.to,
				UserIdGroupPairs: []ec2.UserIdGroupPair{{GroupName: f.sourceGroup, UserId: f.sourceOwner}}})
		}
		return out, nil
	case rest:
		return []ec2.IpPermission{{IpProtocol: f.protocol, FromPort: f.from, ToPort: f.to, IpRanges: []ec2.IpRange{{CidrIp: f.cidr}}}}, nil
	}
	return nil, nil
}

// readPeers makes one rule per peer of a permission.
func readPeers(p ec2.IpPermission, base cloud.GroupRule) ([]permission, error) {
	var out []permission
	for _, x := range p.IpRanges {
		r, err := readPeerBlock(base, text(x.CidrIp), true)
		if err != nil {
			return nil, err
		}
		r.Description = text(x.Description)
		out = append(out, permission{GroupRule: r})
	}
	for _, x := range p.Ipv6Ranges {
		r, err := readPeerBlock(base, text(x.CidrIpv6), false)
		if err != nil {
			return nil, err
		}
		r.Description = text(x.Description)
		out = append(out, permission{GroupRule: r})
	}
	for k, x := range p.UserIdGroupPairs {
		if err := checkPair(x); err != nil {
			return nil, err
		}
		r := base
		r.Description = text(x.Description)
		out = append(out, permission{r, &p.UserIdGroupPairs[k]})
	}
	if len(p.PrefixListIds) > 0 {
		return nil, noPrefixList(text(p.PrefixListIds[0].PrefixListId))
	}
	if len(out) == 0 {
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "CidrIp", "The request must contain a CIDR or a group in each permission")
	}
	for _, r := range out {
		if r.Description != "" && !groupText.MatchString(r.Description) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResPermission, r.Description, "Invalid rule description")
		}
	}
	return out, nil
}

// readPeerBlock makes a rule for a block of addresses. Bits behind its mask are
// cleared, as EC2 does.
func readPeerBlock(r cloud.GroupRule, cidr string, v4 bool) (cloud.GroupRule, error) {
	c, err := netip.ParsePrefix(cidr)
	if err != nil || c.Addr().Is4() != v4 || c.Addr().Is4In6() {
		return r, cloud.Errorf(cloud.Invalid, cloud.ResPermission, cidr, "CIDR block %s is malformed", cidr)
	}
	r.CIDR = c.Masked()
	return r, nil
}

// checkPair refuses what no pair of this cloud can be.
func checkPair(x ec2.UserIdGroupPair) error {
	switch id := text(x.GroupId); {
	case text(x.VpcPeeringConnectionId) != "":
		return cloud.Errorf(cloud.Unsupported, cloud.ResPermission, "", "This cloud does not offer VPC peering yet.")
	case id != "" && !cloud.ValidID(cloud.PrefixGroup, id):
		return cloud.Errorf(cloud.Malformed, cloud.ResGroup, id, "")
	case id == "" && text(x.GroupName) == "":
		return cloud.Errorf(cloud.Missing, cloud.AnyResource, "GroupId", "The request must contain the parameter groupName or groupId")
	}
	return nil
}

// noPrefixList: there are none, of nobody.
func noPrefixList(id string) error {
	if !cloud.ValidID("pl-", id) {
		return cloud.Errorf(cloud.Malformed, cloud.ResPrefixList, id, "")
	}
	return cloud.Errorf(cloud.NotFound, cloud.ResPrefixList, id, "")
}

// readPorts reads protocol and ports (ICMP: type and code) of a permission.
func readPorts(p ec2.IpPermission) (cloud.GroupRule, error) {
	r := cloud.GroupRule{From: -1, To: -1}
	switch text(p.IpProtocol) {
	case "":
		return r, cloud.Errorf(cloud.Missing, cloud.AnyResource, "IpProtocol", "The request must contain the parameter ipProtocol")
	case "-1", "all":
		r.Protocol = "-1"
		return r, nil
	case "tcp", "6":
		r.Protocol = "tcp"
	case "udp", "17":
		r.Protocol = "udp"
	case "icmp", "1":
		r.Protocol = "icmp"
		return readICMP(r, p)
	case "icmpv6", "58":
		r.Protocol = "icmpv6"
		return readICMP(r, p)
	default:
		n, err := strconv.ParseUint(text(p.IpProtocol), 10, 8)
		if err != nil {
			return r, cloud.Errorf(cloud.Invalid, cloud.ResPermission, text(p.IpProtocol), "Invalid value '%s' for IP protocol. Unknown protocol.", text(p.IpProtocol))
		}
		r.Protocol = strconv.FormatUint(n, 10)
		return r, nil
	}
	if p.FromPort == nil || p.ToPort == nil {
		return r, cloud.Errorf(cloud.Invalid, cloud.ResPermission, "", "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")
	}
	from, to := *p.FromPort, *p.ToPort
	if from < 0 || to > 65535 || from > to {
		return r, cloud.Errorf(cloud.Invalid, cloud.ResPermission, "", "Invalid value '%d to %d' for portRange: from 0 to 65535, the first not above the second.", from, to)
	}
	r.From, r.To = int(from), int(to)
	return r, nil
}

func readICMP(r cloud.GroupRule, p ec2.IpPermission) (cloud.GroupRule, error) {
	if p.FromPort != nil {
		r.From = int(*p.FromPort)
	}
	if p.ToPort != nil {
		r.To = int(*p.ToPort)
	}
	if r.From < -1 || r.From > 255 || r.To < -1 || r.To > 255 || (r.From == -1 && r.To != -1) {
		return r, cloud.Errorf(cloud.Invalid, cloud.ResPermission, "", "Invalid value '%d/%d' for ICMP type/code: -1 to 255, and code -1 for all types.", r.From, r.To)
	}
	return r, nil
}

// sameRule reports whether two rules allow the same.
func sameRule(a, b cloud.GroupRule) bool {
	return a.Protocol == b.Protocol && a.From == b.From && a.To == b.To && a.CIDR == b.CIDR && a.Group == b.Group
}

// wordRule words a rule as EC2's messages do.
func wordRule(r cloud.GroupRule) string {
	peer := string(r.Group)
	if peer == "" {
		peer = r.CIDR.String()
	}
	if r.Protocol == "-1" {
		return fmt.Sprintf("peer: %s, ALL, ALLOW", peer)
	}
	return fmt.Sprintf("peer: %s, %s, from port: %d, to port: %d, ALLOW", peer, strings.ToUpper(r.Protocol), r.From, r.To)
}
