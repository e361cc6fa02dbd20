package fabric

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// String returns the table as text that nft loads.
func (t Table) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "table %s %s {\n", t.Family, t.Name)
	for _, s := range t.Sets {
		b.WriteString(s.String())
	}
	for _, c := range t.Chains {
		b.WriteString(c.String())
	}
	b.WriteString("}\n")
	return b.String()
}

// String returns the set's lines in its table.
func (s Set) String() string {
	var b strings.Builder
	keys := make([]string, len(s.Key))
	for i, k := range s.Key {
		keys[i] = string(k)
	}
	word, typ := "set", strings.Join(keys, " . ")
	if s.Data != "" {
		word, typ = "map", typ+" : "+string(s.Data)
	}
	fmt.Fprintf(&b, "\t%s %s {\n\t\ttype %s\n", word, s.Name, typ)
	if len(s.Elements) > 0 {
		lines := make([]string, len(s.Elements))
		for i, e := range s.Elements {
			lines[i] = s.element(e)
		}
		fmt.Fprintf(&b, "\t\telements = { %s }\n", strings.Join(lines, ",\n\t\t             "))
	}
	b.WriteString("\t}\n")
	return b.String()
}

func (s Set) element(e Element) string {
	fields := strings.Split(e.Key, " . ")
	for i, k := range s.Key {
		if k == TypeName {
			fields[i] = `"` + fields[i] + `"`
		}
	}
	text := strings.Join(fields, " . ")
	switch s.Data {
	case "":
		return text
	case TypeVerdict:
		return text + " : jump " + e.Value
	default:
		return text + " : " + e.Value
	}
}

// String returns the chain's lines in its table.
func (c Chain) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\tchain %s {\n", c.Name)
	if c.Hook != (Hook{}) {
		policy := "accept"
		if c.Hook.Drop {
			policy = "drop"
		}
		fmt.Fprintf(&b, "\t\ttype %s hook %s priority %d; policy %s;\n", c.Hook.Type, c.Hook.At, c.Hook.Priority, policy)
	}
	for _, r := range c.Rules {
		fmt.Fprintf(&b, "\t\t%s\n", r)
	}
	b.WriteString("\t}\n")
	return b.String()
}

// String returns the rule's line in its chain.
func (r Rule) String() string {
	parts := make([]string, 0, len(r.If)+2)
	for _, m := range r.If {
		parts = append(parts, m.String())
	}
	if r.Count {
		parts = append(parts, "counter")
	}
	return strings.Join(append(parts, r.Do.String()), " ")
}

var fieldText = [...]string{
	InName: "iifname", OutName: "oifname", EtherSource: "ether saddr", NetProto: "meta nfproto",
	Source: "ip saddr", Dest: "ip daddr", Protocol: "meta l4proto", SourcePort: "th sport",
	DestPort: "th dport", ICMPType: "icmp type", ICMPCode: "icmp code", State: "ct state",
	ARPSenderEther: "arp saddr ether", ARPSenderIP: "arp saddr ip",
}

func (f Field) String() string { return fieldText[f] }

// String returns the match as nft spells it.
func (m Match) String() string {
	keys := make([]string, len(m.Keys))
	for i, k := range m.Keys {
		keys[i] = k.String()
	}
	text := strings.Join(keys, " . ") + " "
	if m.Not {
		text += "!= "
	}
	return text + m.value()
}

func (m Match) value() string {
	switch {
	case m.Set != "":
		return "@" + m.Set
	case m.Name != "":
		return `"` + m.Name + `"`
	case m.Prefix != (netip.Prefix{}):
		if m.Prefix.IsSingleIP() {
			return m.Prefix.Addr().String()
		}
		return m.Prefix.String()
	case m.Keys[0] == State:
		return stateNames(m.From)
	case m.From != m.To:
		return fmt.Sprintf("%d-%d", m.From, m.To)
	default:
		return m.number()
	}
}

func (m Match) number() string {
	if m.Keys[0] == NetProto && m.From == 10 {
		return "ipv6"
	}
	if m.Keys[0] == Protocol {
		switch m.From {
		case protoICMP:
			return "icmp"
		case protoTCP:
			return "tcp"
		case protoUDP:
			return "udp"
		}
	}
	return strconv.Itoa(int(m.From))
}

func stateNames(bits uint16) string {
	var names []string
	for i, n := range []string{"invalid", "established", "related", "new"} {
		if bits&(1<<i) != 0 {
			names = append(names, n)
		}
	}
	return strings.Join(names, ",")
}

// String returns the verdict as nft spells it.
func (v Verdict) String() string {
	switch v.Kind {
	case Accept:
		return "accept"
	case Drop:
		return "drop"
	case Jump:
		return "jump " + v.Chain
	case Choose:
		return fmt.Sprintf("%s vmap @%s", v.Key, v.Set)
	case ToDest:
		return fmt.Sprintf("dnat ip to %s map @%s", v.Key, v.Set)
	case ToSource:
		return fmt.Sprintf("snat ip to %s map @%s", v.Key, v.Set)
	case Masquerade:
		return "masquerade"
	}
	return fmt.Sprintf("verdict %d", v.Kind)
}
