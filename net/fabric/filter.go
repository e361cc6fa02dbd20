package fabric

import (
	"errors"
	"fmt"
	"net/netip"
	"strconv"

	"ecc/cloud"
)

// filter is a group rule that has been understood.
type filter struct {
	v6       bool // about IPv6, which no guest has yet: matches nothing
	protocol int  // -1: all
	from, to int  // ports when the protocol has them
	icmpType int  // -1: all
	icmpCode int  // -1: all
	cidr     netip.Prefix
	group    cloud.GroupID // instead of cidr
}

const (
	protoICMP   = 1
	protoTCP    = 6
	protoUDP    = 17
	protoICMPv6 = 58
)

// hasPorts reports whether the rule is about ports.
func (f filter) hasPorts() bool { return f.protocol == protoTCP || f.protocol == protoUDP }

func understand(r cloud.GroupRule) (filter, error) {
	f := filter{icmpType: -1, icmpCode: -1, group: r.Group, cidr: r.CIDR}
	var err error
	if f.protocol, err = protocolNumber(r.Protocol); err != nil {
		return f, err
	}
	switch {
	case r.Group != "":
		if err := checkID(cloud.PrefixGroup, string(r.Group)); err != nil {
			return f, err
		}
	case !r.CIDR.IsValid():
		return f, errors.New("neither a network nor a group")
	case r.CIDR != r.CIDR.Masked():
		return f, fmt.Errorf("%v has bits behind its mask", r.CIDR)
	}
	f.v6 = f.protocol == protoICMPv6 || r.Group == "" && !r.CIDR.Addr().Is4()
	switch {
	case f.protocol == protoICMP:
		f.icmpType, f.icmpCode = r.From, r.To
		if r.From < -1 || r.From > 255 || r.To < -1 || r.To > 255 {
			return f, fmt.Errorf("ICMP type %d, code %d", r.From, r.To)
		}
	case f.hasPorts() && r.From == -1 && r.To == -1:
		f.from, f.to = 0, 65535
	case f.hasPorts():
		f.from, f.to = r.From, r.To
		if r.From < 0 || r.To > 65535 || r.From > r.To {
			return f, fmt.Errorf("ports %d to %d", r.From, r.To)
		}
	}
	return f, nil
}

func protocolNumber(s string) (int, error) {
	switch s {
	case "-1":
		return -1, nil
	case "tcp":
		return protoTCP, nil
	case "udp":
		return protoUDP, nil
	case "icmp":
		return protoICMP, nil
	case "icmpv6":
		return protoICMPv6, nil
	}
	n, err := strconv.ParseUint(s, 10, 8)
	if err != nil {
		return 0, fmt.Errorf("protocol %q", s)
	}
	return int(n), nil
}

// nothing is a rule that no packet matches.
var nothing = cloud.GroupRule{Protocol: "-1", From: -1, To: -1, CIDR: netip.MustParsePrefix("::/128")}

// valid returns the group without the rules that cannot be understood, and
// what is wrong with those.
func (g Group) valid() (Group, error) {
	var errs []error
	keep := func(rules []cloud.GroupRule) []cloud.GroupRule {
		var kept []cloud.GroupRule
		for _, r := range rules {
			if _, err := understand(r); err != nil {
				errs = append(errs, fmt.Errorf("%s: rule %s: %w", g.ID, r.ID, err))
				// No egress rules at all would mean that everything may go out.
				r = nothing
			}
			kept = append(kept, r)
		}
		return kept
	}
	g.Ingress, g.Egress = keep(g.Ingress), keep(g.Egress)
	return g, errors.Join(errs...)
}
