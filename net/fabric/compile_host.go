package fabric

import (
	"net/netip"
	"slices"
	"strings"
)

// hostCompiler gathers what the host's own namespace needs for each VPC.
//
//	namespace ── uplink ═ veth ── host ── other links
//
// What comes from a veth may go out to the world and to public addresses of
// other guests, and nowhere else: not to the host, not to what is behind
// another veth. Other traffic of the host is never touched: every rule is
// about our veths, and every policy is accept.
type hostCompiler struct {
	layout Layout
	state  Host
	inner  Set // our veths
	ok     Set // (veth, source address) that may come from it
	public Set
	inside Set // every source address that may come from a veth
	local  Set // those of them that mean nothing outside this host
}

func (h *hostCompiler) add(veth string, c vpcCompiler) {
	h.inner.Elements = append(h.inner.Elements, Element{Key: veth})
	h.state.Addresses = append(h.state.Addresses, Address{veth, netip.PrefixFrom(c.host, 31)})
	h.source(veth, c.own)
	h.local.Elements = append(h.local.Elements, Element{Key: c.own.String()})
	for _, p := range c.ports {
		if p.PublicIP.IsValid() {
			h.state.Routes = append(h.state.Routes, Route{To: single(p.PublicIP), Link: veth, Via: c.own})
			h.public.Elements = append(h.public.Elements, Element{Key: p.PublicIP.String()})
			h.source(veth, p.PublicIP)
		}
	}
}

func (h *hostCompiler) source(veth string, a netip.Addr) {
	h.ok.Elements = append(h.ok.Elements, Element{Key: veth + " . " + a.String()})
	h.inside.Elements = append(h.inside.Elements, Element{Key: a.String()})
}

func (h *hostCompiler) finish() Host {
	h.inner.Name, h.inner.Key = "inner", []Type{TypeName}
	h.ok.Name, h.ok.Key = setOK, []Type{TypeName, TypeIPv4}
	h.public.Name, h.public.Key = "public", []Type{TypeIPv4}
	h.inside.Name, h.inside.Key = "inside", []Type{TypeIPv4}
	h.local.Name, h.local.Key = "local", []Type{TypeIPv4}
	t := Table{Family: Inet, Name: HostTable(h.layout.Name)}
	t.Sets = []Set{h.inner, h.inside, h.local, h.ok, h.public}
	for _, s := range t.Sets {
		slices.SortFunc(s.Elements, func(a, b Element) int { return strings.Compare(a.Key, b.Key) })
	}
	t.Chains = []Chain{h.fromGuests(), hostToGuests(), hostGuard(), hostInput(), hostForward(), hostOutput(), h.nat()}
	h.state.Tables = []Table{t}
	return h.state
}

func hostGuard() Chain {
	return Chain{Name: "guard", Hook: Hook{Type: "filter", At: "prerouting", Priority: prioRaw}, Rules: []Rule{
		drop(in("inner", InName), number(NetProto, 10)),
		drop(in("inner", InName), notIn(setOK, InName, Source)),
	}}
}

// hostInput: the host answers no guest, but hears the answers of guests it
// has called.
func hostInput() Chain {
	return Chain{Name: "input", Hook: Hook{Type: "filter", At: "input", Priority: prioFilter}, Rules: []Rule{
		accept(in("inner", InName), state(StateEstablished|StateRelated)),
		drop(in("inner", InName)),
	}}
}

func hostForward() Chain {
	return Chain{Name: "forward", Hook: Hook{Type: "filter", At: "forward", Priority: prioFilter}, Rules: []Rule{
		jump("to_guests", in("inner", OutName)),
		jump("from_guests", in("inner", InName), notIn("inner", OutName)),
	}}
}

func hostToGuests() Chain {
	return Chain{Name: "to_guests", Rules: []Rule{
		accept(state(StateEstablished | StateRelated)),
		accept(in("public", Dest)),
		drop(),
	}}
}

func (h *hostCompiler) fromGuests() Chain {
	c := Chain{Name: "from_guests", Rules: []Rule{drop(prefix(Dest, linkLocal))}}
	if !h.layout.Outside {
		// Without translation an address of this host's own making must not
		// leave it.
		c.Rules = append(c.Rules, drop(in("local", Source)))
	}
	c.Rules = append(c.Rules, accept())
	return c
}

// hostOutput keeps the host from telling a guest of a shorter way: a packet
// from one public address to another turns round on the same veth.
func hostOutput() Chain {
	return Chain{Name: "output", Hook: Hook{Type: "filter", At: "output", Priority: prioFilter}, Rules: []Rule{
		drop(in("inner", OutName), number(Protocol, protoICMP), number(ICMPType, 5)),
	}}
}

// nat translates what leaves the host. And what a guest without a public
// address sends to another's public one: turned round to the same namespace,
// it would have that namespace's own address as its source.
func (h *hostCompiler) nat() Chain {
	c := Chain{Name: "nat_out", Hook: Hook{Type: "nat", At: "postrouting", Priority: prioSNAT}, Rules: []Rule{
		{If: []Match{in("inner", OutName), in("local", Source)}, Do: Verdict{Kind: Masquerade}},
	}}
	if h.layout.Outside {
		c.Rules = append(c.Rules,
			Rule{If: []Match{notIn("inner", OutName), in("inside", Source)}, Do: Verdict{Kind: Masquerade}})
	}
	return c
}
