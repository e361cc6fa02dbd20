package fabric

import (
	"net/netip"

	"ecc/cloud"
)

var unspecified = single(netip.IPv4Unspecified())

// groupRules compiles rules; peer is the field the other end's address is in.
func groupRules(rules []cloud.GroupRule, peer Field) []Rule {
	var out []Rule
	for _, r := range rules {
		if f, err := understand(r); err == nil && !f.v6 {
			out = append(out, accept(f.matches(peer)...))
		}
	}
	return out
}

// egressRules compiles what a group lets out: everything when it says
// nothing.
func egressRules(g Group) []Rule {
	if len(g.Egress) == 0 && !g.Sealed {
		return []Rule{accept()}
	}
	return groupRules(g.Egress, Dest)
}

func (f filter) matches(peer Field) []Match {
	var m []Match
	switch {
	case f.group != "":
		m = append(m, in(members(f.group), peer))
	case f.cidr.Bits() > 0:
		m = append(m, prefix(peer, f.cidr))
	}
	if f.protocol >= 0 {
		m = append(m, number(Protocol, uint16(f.protocol)))
	}
	if f.hasPorts() && (f.from > 0 || f.to < 65535) {
		m = append(m, span(DestPort, uint16(f.from), uint16(f.to)))
	}
	if f.protocol == protoICMP && f.icmpType >= 0 {
		m = append(m, number(ICMPType, uint16(f.icmpType)))
	}
	if f.protocol == protoICMP && f.icmpCode >= 0 {
		m = append(m, number(ICMPCode, uint16(f.icmpCode)))
	}
	return m
}
