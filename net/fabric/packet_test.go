package fabric

import (
	"net/netip"
	"slices"
	"strings"
)

// packet is what the interpreter below looks at: enough of a packet to tell
// whether rules do what they are meant to, without a kernel.
type packet struct {
	in, out      string
	ether        string
	v6           bool
	src, dst     netip.Addr
	protocol     uint8
	sport, dport uint16
	icmp         [2]uint8 // type, code
	state        uint16
	arpEther     string
	arpIP        netip.Addr
}

// passes runs a packet through the table's base chains of one hook.
func (t Table) passes(at string, p packet) bool {
	var bases []Chain
	for _, c := range t.Chains {
		if c.Hook.At == at && c.Hook.Type == "filter" {
			bases = append(bases, c)
		}
	}
	slices.SortStableFunc(bases, func(a, b Chain) int { return a.Hook.Priority - b.Hook.Priority })
	for _, c := range bases {
		verdict, decided := t.walk(c, p)
		if decided && verdict == Drop || !decided && c.Hook.Drop {
			return false
		}
	}
	return true
}

func (t Table) walk(c Chain, p packet) (verdict VerdictKind, decided bool) {
	for _, r := range c.Rules {
		if !t.all(r.If, p) {
			continue
		}
		next := ""
		switch r.Do.Kind {
		case Accept, Drop:
			return r.Do.Kind, true
		case Jump:
			next = r.Do.Chain
		case Choose:
			next, _ = t.lookup(r.Do.Set, p.text(r.Do.Key))
		}
		if next == "" {
			continue
		}
		to, _ := find(t.Chains, next, Chain.name)
		if v, ok := t.walk(to, p); ok {
			return v, true
		}
	}
	return 0, false
}

func (t Table) lookup(set, key string) (value string, found bool) {
	s, _ := find(t.Sets, set, Set.name)
	for _, e := range s.Elements {
		if e.Key == key {
			return e.Value, true
		}
	}
	return "", false
}

func (t Table) all(ms []Match, p packet) bool {
	for _, m := range ms {
		// A field that the packet does not have matches nothing, negated or
		// not.
		if !p.has(m.Keys) || t.matches(m, p) == m.Not {
			return false
		}
	}
	return true
}

func (t Table) matches(m Match, p packet) bool {
	if m.Set != "" {
		keys := make([]string, len(m.Keys))
		for i, k := range m.Keys {
			keys[i] = p.text(k)
		}
		_, found := t.lookup(m.Set, strings.Join(keys, " . "))
		return found
	}
	switch k := m.Keys[0]; k {
	case InName, OutName:
		return p.text(k) == m.Name
	case Source:
		return m.Prefix.Contains(p.src)
	case Dest:
		return m.Prefix.Contains(p.dst)
	case State:
		return p.state&m.From != 0
	default:
		n := p.number(k)
		return m.From <= n && n <= m.To
	}
}

func (p packet) has(keys []Field) bool {
	for _, k := range keys {
		ports := p.protocol == protoTCP || p.protocol == protoUDP
		switch {
		case p.v6 && (k == Source || k == Dest || k == ICMPType || k == ICMPCode),
			!ports && (k == SourcePort || k == DestPort),
			p.protocol != protoICMP && (k == ICMPType || k == ICMPCode):
			return false
		}
	}
	return true
}

func (p packet) text(f Field) string {
	switch f {
	case InName:
		return p.in
	case OutName:
		return p.out
	case EtherSource:
		return p.ether
	case Source:
		return p.src.String()
	case Dest:
		return p.dst.String()
	case ARPSenderEther:
		return p.arpEther
	case ARPSenderIP:
		return p.arpIP.String()
	}
	panic("no text of " + f.String())
}

func (p packet) number(f Field) uint16 {
	switch f {
	case NetProto:
		if p.v6 {
			return 10
		}
		return 2
	case Protocol:
		return uint16(p.protocol)
	case SourcePort:
		return p.sport
	case DestPort:
		return p.dport
	case ICMPType:
		return uint16(p.icmp[0])
	case ICMPCode:
		return uint16(p.icmp[1])
	}
	panic("no number of " + f.String())
}
