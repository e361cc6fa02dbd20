package clc

import (
	"net/netip"
	"slices"

	"ecc/cloud"
	"ecc/store"
)

// tableOf is the route table of a subnet: that it is associated with, or its
// VPC's main one.
func tableOf(tx *store.Tx, n cloud.Subnet) cloud.RouteTable {
	var table cloud.RouteTable
	for t := range tx.RouteTables().By(store.ByVPC, string(n.VPC)) {
		if slices.ContainsFunc(t.Subnets, func(m cloud.Membership) bool { return m.Subnet == n.ID }) {
			return t
		}
		if t.Main != "" {
			table = t
		}
	}
	return table
}

// wayOut is where a subnet's guests may send packets to outside their VPC:
// everywhere when it is not enclosed.
func wayOut(tx *store.Tx, n cloud.Subnet) (enclosed bool, outside []netip.Prefix) {
	t := tableOf(tx, n)
	outside = reach(t.Routes, func(r cloud.Route) bool { return routeActs(tx, t, r) })
	if slices.Contains(outside, everywhere) {
		return false, nil
	}
	return true, outside
}

// routeActs reports whether a route leads somewhere: its gateway is there and
// attached to the VPC. Otherwise it is a black hole.
func routeActs(tx *store.Tx, t cloud.RouteTable, r cloud.Route) bool {
	g, ok := tx.InternetGateways().Get(r.Gateway)
	return ok && g.VPC == t.VPC
}

// reach is every address whose most specific route acts, as networks.
func reach(routes []cloud.Route, acts func(cloud.Route) bool) []netip.Prefix {
	var out []netip.Prefix
	for _, r := range routes {
		if !acts(r) {
			continue
		}
		var holes []netip.Prefix // more specific ones that do not
		for _, o := range routes {
			if o.CIDR.Bits() > r.CIDR.Bits() && r.CIDR.Contains(o.CIDR.Addr()) && !acts(o) {
				holes = append(holes, o.CIDR)
			}
		}
		out = append(out, without(r.CIDR, holes)...)
	}
	slices.SortFunc(out, netip.Prefix.Compare)
	return slices.Compact(out)
}

// without cuts holes out of a network.
func without(p netip.Prefix, holes []netip.Prefix) []netip.Prefix {
	var in []netip.Prefix
	for _, h := range holes {
		if h.Bits() <= p.Bits() && h.Contains(p.Addr()) {
			return nil
		}
		if p.Overlaps(h) {
			in = append(in, h)
		}
	}
	if len(in) == 0 {
		return []netip.Prefix{p}
	}
	low := netip.PrefixFrom(p.Addr(), p.Bits()+1)
	return append(without(low, in), without(netip.PrefixFrom(upper(p), p.Bits()+1), in)...)
}

// upper is the first address of a network's second half (IPv4).
func upper(p netip.Prefix) netip.Addr {
	b := p.Addr().As4()
	b[p.Bits()/8] |= 0x80 >> (p.Bits() % 8)
	return netip.AddrFrom4(b)
}
