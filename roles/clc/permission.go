package clc

import (
	"fmt"
	"net/netip"
	"strconv"

	"ecc/api/ec2"
	"ecc/cloud"
)

// flatPermission are the parameters old clients use for one rule.
type flatPermission struct {
	protocol, cidr *string
	from, to       *int64

	sourceGroup, sourceOwner *string
}

// maxPermissions bounds the rules of one request.
const maxPermissions = 1000

// readPermissions turns a request's permissions into rules.
func readPermissions(perms []ec2.IpPermission, flat flatPermission) ([]cloud.GroupRule, error) {
	if flat.sourceGroup != nil || flat.sourceOwner != nil {
		return nil, noGroupRules()
	}
	if flat.protocol != nil || flat.cidr != nil {
		if len(perms) > 0 {
			return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameter ipPermissions may not be used with ipProtocol or cidrIp")
		}
		perms = []ec2.IpPermission{{IpProtocol: flat.protocol, FromPort: flat.from, ToPort: flat.to, IpRanges: []ec2.IpRange{{CidrIp: flat.cidr}}}}
	}
	var out []cloud.GroupRule
	for _, p := range perms {
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

func noGroupRules() error {
	return cloud.Errorf(cloud.Unsupported, cloud.ResPermission, "", "This cloud does not offer rules that name a security group yet; name a CIDR.")
}

// readPeers makes one rule per peer of a permission.
func readPeers(p ec2.IpPermission, base cloud.GroupRule) ([]cloud.GroupRule, error) {
	var out []cloud.GroupRule
	add := func(cidr, description *string, v4 bool) error {
		r := base
		c, err := netip.ParsePrefix(text(cidr))
		if err != nil || c.Addr().Is4() != v4 {
			return cloud.Errorf(cloud.Invalid, cloud.ResPermission, text(cidr), "CIDR block %s is malformed", text(cidr))
		}
		r.CIDR, r.Description = c.Masked(), text(description)
		if r.Description != "" && !groupText.MatchString(r.Description) {
			return cloud.Errorf(cloud.Invalid, cloud.ResPermission, r.Description, "Invalid rule description")
		}
		out = append(out, r)
		return nil
	}
	for _, x := range p.IpRanges {
		if err := add(x.CidrIp, x.Description, true); err != nil {
			return nil, err
		}
	}
	for _, x := range p.Ipv6Ranges {
		if err := add(x.CidrIpv6, x.Description, false); err != nil {
			return nil, err
		}
	}
	for _, x := range p.UserIdGroupPairs {
		r := base
		if r.Group, r.Description = cloud.GroupID(text(x.GroupId)), text(x.Description); r.Group == "" {
			return nil, noGroupRules()
		}
		out = append(out, r)
	}
	if len(p.PrefixListIds) > 0 {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResPermission, "", "This cloud does not offer prefix lists yet.")
	}
	if len(out) == 0 {
		return nil, cloud.Errorf(cloud.Missing, cloud.AnyResource, "CidrIp", "The request must contain a CIDR in each permission")
	}
	return out, nil
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

// wordRule words protocol and ports as EC2's messages do.
func wordRule(r cloud.GroupRule) string {
	if r.Protocol == "-1" {
		return "ALL, ALLOW"
	}
	return fmt.Sprintf("%s, from port: %d, to port: %d, ALLOW", r.Protocol, r.From, r.To)
}
