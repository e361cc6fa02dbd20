package fabric

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"ecc/cloud"
)

// Compile turns a config into the state of the host. It is pure. What
// Validate complains of is left out and reported; the rest is planned. A VPC
// without ports has no namespace.
func Compile(c Config, l Layout) (Plan, error) {
	c, err := c.valid()
	slices.SortFunc(c.Ports, func(a, b Port) int { return strings.Compare(a.Tap, b.Tap) })
	slices.SortFunc(c.Groups, func(a, b Group) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.VPCs, func(a, b VPC) int { return cmp.Compare(a.ID, b.ID) })
	var p Plan
	host := hostCompiler{layout: l}
	for _, v := range c.VPCs {
		vc := vpcCompiler{vpc: v, ports: portsOf(c, v.ID), groups: c.Groups}
		if len(vc.ports) == 0 {
			continue
		}
		transit, ok := l.Transit[v.ID]
		if !ok {
			return p, fmt.Errorf("%s has no transit network", v.ID)
		}
		vc.host, vc.own = transit.Addr(), transit.Addr().Next()
		ns := vc.namespace()
		ns.Name, ns.Veth = NamespaceName(l.Name, v.ID), VethName(l.Name, v.ID)
		p.VPCs = append(p.VPCs, ns)
		host.add(ns.Veth, vc)
	}
	p.Host = host.finish()
	return p, err
}

// Wanted lists the VPCs that Compile will plan a namespace for, sorted.
func Wanted(c Config) []cloud.VPCID {
	c, _ = c.valid()
	var ids []cloud.VPCID
	for _, p := range c.Ports {
		ids = append(ids, p.VPC)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func portsOf(c Config, id cloud.VPCID) []Port {
	var ports []Port
	for _, p := range c.Ports {
		if p.VPC == id {
			ports = append(ports, p)
		}
	}
	return ports
}

// vpcCompiler compiles one VPC.
type vpcCompiler struct {
	vpc       VPC
	ports     []Port // sorted by tap
	groups    []Group
	host, own netip.Addr // ends of the veth
}

func (c vpcCompiler) namespace() Namespace {
	ns := Namespace{VPC: c.vpc.ID, Tables: []Table{c.arp(), c.inet()}}
	ns.Addresses = append(ns.Addresses, Address{Uplink, netip.PrefixFrom(c.own, 31)}, Address{Loopback, single(Metadata)})
	for _, g := range c.gateways() {
		ns.Addresses = append(ns.Addresses, Address{Loopback, single(g)})
	}
	// Addresses of the VPC that nobody has here are nowhere: without this
	// they would follow the default route out of the VPC.
	ns.Routes = append(ns.Routes,
		Route{To: netip.PrefixFrom(netip.IPv4Unspecified(), 0), Link: Uplink, Via: c.host},
		Route{To: c.vpc.CIDR})
	for _, p := range c.ports {
		ns.Routes = append(ns.Routes, Route{To: single(p.PrivateIP), Link: p.Tap, From: p.Gateway()})
		ns.Neighbours = append(ns.Neighbours, Neighbour{p.Tap, p.PrivateIP, strings.ToLower(p.MAC)})
		ns.Taps = append(ns.Taps, Tap{ENI: p.ENI, Name: p.Tap, MTU: cmp.Or(p.MTU, 1500)})
	}
	return ns
}

func (c vpcCompiler) gateways() []netip.Addr {
	var gs []netip.Addr
	for _, p := range c.ports {
		gs = append(gs, p.Gateway())
	}
	slices.SortFunc(gs, netip.Addr.Compare)
	return slices.Compact(gs)
}

func single(a netip.Addr) netip.Prefix { return netip.PrefixFrom(a, a.BitLen()) }
