package fabric

import (
	"net/netip"

	"ecc/cloud"
)

// Policy answers what the security groups of a config allow. It says in Go
// what the compiled rules say in the kernel: net/linux uses it to find
// established flows that are not allowed any more, and tests hold the two
// against each other.
type Policy struct {
	groups   map[cloud.GroupID]Group
	members  map[cloud.VPCID]map[cloud.GroupID]map[netip.Addr]bool
	private  map[cloud.VPCID]map[netip.Addr]Port
	public   map[netip.Addr]Port
	gateways map[cloud.VPCID]map[netip.Addr]bool
}

// Flow is the first packet of a connection, as a guest's port sees it.
type Flow struct {
	Protocol uint8
	Peer     netip.Addr // the other end
	Port     uint16     // destination port, when the protocol has ports
	ICMPType uint8
	ICMPCode uint8
}

// NewPolicy reads the groups and ports of c.
func NewPolicy(c Config) Policy {
	c, _ = c.valid()
	p := Policy{
		groups:   make(map[cloud.GroupID]Group),
		members:  make(map[cloud.VPCID]map[cloud.GroupID]map[netip.Addr]bool),
		private:  make(map[cloud.VPCID]map[netip.Addr]Port),
		public:   make(map[netip.Addr]Port),
		gateways: make(map[cloud.VPCID]map[netip.Addr]bool),
	}
	for _, g := range c.Groups {
		p.groups[g.ID] = g
	}
	for _, v := range c.VPCs {
		p.members[v.ID] = make(map[cloud.GroupID]map[netip.Addr]bool)
		p.private[v.ID] = make(map[netip.Addr]Port)
		p.gateways[v.ID] = make(map[netip.Addr]bool)
	}
	for _, port := range c.Ports {
		p.addPort(port)
	}
	return p
}

func (p Policy) addPort(port Port) {
	p.private[port.VPC][port.PrivateIP] = port
	p.gateways[port.VPC][port.Gateway()] = true
	if port.PublicIP.IsValid() {
		p.public[port.PublicIP] = port
	}
	for _, g := range port.Groups {
		if p.members[port.VPC][g] == nil {
			p.members[port.VPC][g] = make(map[netip.Addr]bool)
		}
		p.members[port.VPC][g][port.PrivateIP] = true
	}
}

// Port returns the port with a private address in a VPC.
func (p Policy) Port(vpc cloud.VPCID, private netip.Addr) (Port, bool) {
	port, ok := p.private[vpc][private]
	return port, ok
}

// In reports whether the port's groups let the flow in.
func (p Policy) In(port Port, f Flow) bool {
	for _, id := range port.Groups {
		if p.anyAllows(port.VPC, p.groups[id].Ingress, f) {
			return true
		}
	}
	return false
}

// Out reports whether the port's groups let the flow out. A group without
// egress rules lets out everything.
func (p Policy) Out(port Port, f Flow) bool {
	for _, id := range port.Groups {
		g, known := p.groups[id]
		if known && ((len(g.Egress) == 0 && !g.Sealed) || p.anyAllows(port.VPC, g.Egress, f)) {
			return true
		}
	}
	return false
}

func (p Policy) anyAllows(vpc cloud.VPCID, rules []cloud.GroupRule, f Flow) bool {
	for _, r := range rules {
		if rule, err := understand(r); err == nil && p.allows(vpc, rule, f) {
			return true
		}
	}
	return false
}

func (p Policy) allows(vpc cloud.VPCID, r filter, f Flow) bool {
	switch {
	case r.v6, r.protocol != -1 && r.protocol != int(f.Protocol):
		return false
	case r.group != "" && !p.members[vpc][r.group][f.Peer]:
		return false
	case r.group == "" && !r.cidr.Contains(f.Peer):
		return false
	case r.hasPorts():
		return r.from <= int(f.Port) && int(f.Port) <= r.to
	case r.protocol == protoICMP:
		return (r.icmpType == -1 || r.icmpType == int(f.ICMPType)) &&
			(r.icmpCode == -1 || r.icmpCode == int(f.ICMPCode))
	}
	return true
}

// Connection is one that the kernel tracks in a VPC's namespace. Its answers
// have other addresses than its first packet when one was translated.
type Connection struct {
	Protocol   uint8
	From, To   netip.Addr // of the first packet
	AnswerFrom netip.Addr // the end that answers
	AnswerTo   netip.Addr
	Port       uint16
	ICMPType   uint8
	ICMPCode   uint8
}

// Keeps reports whether a connection in a VPC could begin now: its ends are
// there, their addresses are translated as they should be, and their groups
// allow it.
func (p Policy) Keeps(vpc cloud.VPCID, c Connection) bool {
	if p.isLocal(vpc, c.From) || p.isLocal(vpc, c.To) {
		return true // with the namespace itself: groups do not apply
	}
	sender, fromGuest := p.Port(vpc, c.From)
	receiver, toGuest := p.Port(vpc, c.AnswerFrom)
	if !fromGuest && !toGuest {
		return false
	}
	flow := Flow{Protocol: c.Protocol, Port: c.Port, ICMPType: c.ICMPType, ICMPCode: c.ICMPCode}
	if fromGuest {
		flow.Peer = c.To
		if !p.Out(sender, flow) || !toGuest && !p.leavesAs(sender, c.AnswerTo) {
			return false
		}
	}
	if toGuest {
		flow.Peer = c.From
		if !p.In(receiver, flow) || c.To != c.AnswerFrom && c.To != receiver.PublicIP {
			return false
		}
	}
	return true
}

// leavesAs reports whether a port's packets leave the VPC with this source
// address.
func (p Policy) leavesAs(port Port, source netip.Addr) bool {
	if port.PublicIP.IsValid() {
		return source == port.PublicIP
	}
	_, someones := p.public[source]
	return !someones
}

// isLocal reports whether an address is the namespace's own.
func (p Policy) isLocal(vpc cloud.VPCID, a netip.Addr) bool {
	if a == Metadata || a.IsUnspecified() {
		return true
	}
	return p.gateways[vpc][a]
}
