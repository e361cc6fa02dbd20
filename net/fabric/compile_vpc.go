package fabric

import (
	"slices"
	"strings"

	"ecc/cloud"
)

// Priorities of base chains, as the kernel counts them.
const (
	prioRaw    = -300
	prioDNAT   = -100
	prioWay    = -20
	prioEgress = -10
	prioFilter = 0
	prioSNAT   = 100
)

// Names of sets in a VPC's tables.
const (
	setOK      = "ok"         // (tap, MAC, source address) that may send
	mapIngress = "to_guest"   // tap → chain of what may go in
	mapEgress  = "from_guest" // tap → chain of what may come out
	mapIn      = "public_in"  // public → private address
	mapOut     = "public_out" // private → public address
	setGateway = "gateways"
	mapWayOut  = "way_out" // tap of an enclosed port → chain of where it may send
	mapWayIn   = "way_in"  // the same, of who outside may send to it
)

// arp lets a guest ask and answer only as itself. The second element per port
// is for probes, which have no sender address yet.
func (c vpcCompiler) arp() Table {
	return Table{Family: ARP, Name: vpcTable, Sets: []Set{c.okSet()}, Chains: []Chain{{
		Name: "guard",
		Hook: Hook{Type: "filter", At: "input", Priority: prioFilter, Drop: true},
		Rules: []Rule{
			accept(name(InName, Uplink)),
			drop(notIn(setOK, InName, EtherSource, ARPSenderIP)),
			drop(notIn(setOK, InName, ARPSenderEther, ARPSenderIP)),
			accept(),
		},
	}}}
}

func (c vpcCompiler) inet() Table {
	t := Table{Family: Inet, Name: vpcTable, Sets: c.sets()}
	for _, g := range c.usedGroups() {
		t.Chains = append(t.Chains,
			Chain{Name: chainIn(g.ID), Rules: groupRules(g.Ingress, Source)},
			Chain{Name: chainOut(g.ID), Rules: egressRules(g)})
	}
	for _, p := range c.ports {
		t.Chains = append(t.Chains, c.portChain("to_"+p.Tap, p, chainIn), c.portChain("from_"+p.Tap, p, chainOut))
	}
	t.Chains = append(t.Chains, c.ways()...)
	t.Chains = append(t.Chains, c.guard(), c.natIn(), c.natOut(), c.input(), c.egress(), c.ingress())
	return t
}

// guard is the first hook: what a tap sends is dropped unless MAC and source
// address are the port's own. Names of taps that are not known match nothing.
func (c vpcCompiler) guard() Chain {
	return Chain{Name: "guard", Hook: Hook{Type: "filter", At: "prerouting", Priority: prioRaw, Drop: true}, Rules: []Rule{
		drop(number(NetProto, 10)),
		accept(name(InName, Uplink)),
		accept(name(InName, Loopback)),
		drop(notIn(setOK, InName, EtherSource, Source)),
		accept(prefix(Source, unspecified), number(Protocol, protoUDP), number(SourcePort, 68), number(DestPort, 67)),
		drop(prefix(Source, unspecified)),
		drop(number(Protocol, protoUDP), number(SourcePort, 67)),
		accept(),
	}}
}

// Public addresses are translated where the VPC meets the host, so that a
// guest that is reached by its public address sees the same source, and its
// groups judge the same source, wherever the packet came from.
func (c vpcCompiler) natIn() Chain {
	return Chain{Name: "nat_in", Hook: Hook{Type: "nat", At: "prerouting", Priority: prioDNAT}, Rules: []Rule{
		{If: []Match{name(InName, Uplink)}, Do: Verdict{Kind: ToDest, Key: Dest, Set: mapIn}},
	}}
}

func (c vpcCompiler) natOut() Chain {
	return Chain{Name: "nat_out", Hook: Hook{Type: "nat", At: "postrouting", Priority: prioSNAT}, Rules: []Rule{
		{If: []Match{name(OutName, Uplink)}, Do: Verdict{Kind: ToSource, Key: Source, Set: mapOut}},
		{If: []Match{name(OutName, Uplink)}, Do: Verdict{Kind: Masquerade}},
	}}
}

// input protects the namespace itself: a guest may use DHCP, its metadata and
// ping its gateway. Nothing comes from the host.
func (c vpcCompiler) input() Chain {
	return Chain{Name: "input", Hook: Hook{Type: "filter", At: "input", Priority: prioFilter, Drop: true}, Rules: []Rule{
		accept(name(InName, Loopback)),
		drop(name(InName, Uplink)),
		accept(state(StateEstablished | StateRelated)),
		accept(number(Protocol, protoUDP), number(SourcePort, 68), number(DestPort, 67)),
		accept(prefix(Dest, single(Metadata)), number(Protocol, protoTCP), number(DestPort, 80)),
		accept(in(setGateway, Dest), number(Protocol, protoICMP), number(ICMPType, 8)),
		drop(),
	}}
}

// egress judges what guests send, ingress (a later hook, which sees what
// egress accepts) what they are sent.
func (c vpcCompiler) egress() Chain {
	return Chain{Name: "egress", Hook: Hook{Type: "filter", At: "forward", Priority: prioEgress, Drop: true}, Rules: []Rule{
		accept(state(StateEstablished | StateRelated)),
		drop(state(StateInvalid)),
		accept(name(InName, Uplink)),
		drop(prefix(Dest, linkLocal)),
		choose(mapEgress, InName),
		drop(),
	}}
}

func (c vpcCompiler) ingress() Chain {
	return Chain{Name: "ingress", Hook: Hook{Type: "filter", At: "forward", Priority: prioFilter, Drop: true}, Rules: []Rule{
		accept(state(StateEstablished | StateRelated)),
		accept(name(OutName, Uplink)),
		choose(mapIngress, OutName),
		drop(),
	}}
}

// portChain tries the port's groups in turn; the first rule that matches in
// any of them accepts.
func (c vpcCompiler) portChain(name string, p Port, of func(cloud.GroupID) string) Chain {
	ch := Chain{Name: name}
	for _, g := range sorted(p.Groups) {
		if c.known(g) {
			ch.Rules = append(ch.Rules, jump(of(g)))
		}
	}
	ch.Rules = append(ch.Rules, drop())
	return ch
}

func (c vpcCompiler) known(id cloud.GroupID) bool {
	return slices.ContainsFunc(c.groups, func(g Group) bool { return g.ID == id })
}

// usedGroups lists the groups that ports here are in.
func (c vpcCompiler) usedGroups() []Group {
	used := make(map[cloud.GroupID]bool)
	for _, p := range c.ports {
		for _, g := range p.Groups {
			used[g] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(c.groups), func(g Group) bool { return !used[g.ID] })
}

func chainIn(g cloud.GroupID) string  { return "in_" + string(g) }
func chainOut(g cloud.GroupID) string { return "out_" + string(g) }

func members(g cloud.GroupID) string { return "members_" + string(g) }

func sorted[T ~string](ids []T) []T {
	s := slices.Clone(ids)
	slices.Sort(s)
	return slices.Compact(s)
}

func (c vpcCompiler) sets() []Set {
	sets := []Set{
		c.okSet(),
		c.portMap(mapIngress, "to_"), c.portMap(mapEgress, "from_"),
		c.publicMap(mapIn, func(p Port) Element { return Element{p.PublicIP.String(), p.PrivateIP.String()} }),
		c.publicMap(mapOut, func(p Port) Element { return Element{p.PrivateIP.String(), p.PublicIP.String()} }),
		{Name: setGateway, Key: []Type{TypeIPv4}},
	}
	for _, g := range c.gateways() {
		sets[5].Elements = append(sets[5].Elements, Element{Key: g.String()})
	}
	for _, g := range c.referenced() {
		sets = append(sets, c.memberSet(g))
	}
	sets = append(sets, c.wayMaps()...)
	for i := range sets {
		slices.SortFunc(sets[i].Elements, func(a, b Element) int { return strings.Compare(a.Key, b.Key) })
	}
	slices.SortFunc(sets, func(a, b Set) int { return strings.Compare(a.Name, b.Name) })
	return sets
}

func (c vpcCompiler) okSet() Set {
	s := Set{Name: setOK, Key: []Type{TypeName, TypeEther, TypeIPv4}}
	for _, p := range c.ports {
		who := p.Tap + " . " + strings.ToLower(p.MAC) + " . "
		s.Elements = append(s.Elements, Element{Key: who + "0.0.0.0"}, Element{Key: who + p.PrivateIP.String()})
	}
	slices.SortFunc(s.Elements, func(a, b Element) int { return strings.Compare(a.Key, b.Key) })
	return s
}

func (c vpcCompiler) portMap(name, chain string) Set {
	s := Set{Name: name, Key: []Type{TypeName}, Data: TypeVerdict}
	for _, p := range c.ports {
		s.Elements = append(s.Elements, Element{p.Tap, chain + p.Tap})
	}
	return s
}

func (c vpcCompiler) publicMap(name string, of func(Port) Element) Set {
	s := Set{Name: name, Key: []Type{TypeIPv4}, Data: TypeIPv4}
	for _, p := range c.ports {
		if p.PublicIP.IsValid() {
			s.Elements = append(s.Elements, of(p))
		}
	}
	return s
}

// referenced lists the groups that rules of used groups name, sorted.
func (c vpcCompiler) referenced() []cloud.GroupID {
	var ids []cloud.GroupID
	for _, g := range c.usedGroups() {
		for _, r := range slices.Concat(g.Ingress, g.Egress) {
			if r.Group != "" {
				ids = append(ids, r.Group)
			}
		}
	}
	return sorted(ids)
}

// memberSet holds the addresses of a group's members on this host.
func (c vpcCompiler) memberSet(id cloud.GroupID) Set {
	s := Set{Name: members(id), Key: []Type{TypeIPv4}}
	for _, p := range c.ports {
		if slices.Contains(p.Groups, id) {
			s.Elements = append(s.Elements, Element{Key: p.PrivateIP.String()})
		}
	}
	return s
}
