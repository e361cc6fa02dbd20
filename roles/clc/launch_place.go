package clc

import (
	"net/netip"
	"slices"

	"ecc/cloud"
	"ecc/store"
)

// place chooses the subnet and a node for each instance: the subnet asked for,
// or the default one of the zone asked for, or of the zone with most room.
func (s *Service) place(tx *store.Tx, a cloud.AccountID, l launch, i cloud.Instance) (cloud.Subnet, []cloud.NodeID, error) {
	candidates, err := s.launchSubnets(tx, a, l)
	if err != nil {
		return cloud.Subnet{}, nil, err
	}
	want := cloud.Capacity{VCPU: i.VCPU, Memory: i.Memory, Disk: i.Disk}
	var best cloud.Subnet
	var bestNodes []cloud.NodeID
	var bestFree cloud.Bytes = -1
	for _, n := range candidates {
		rooms := zoneRooms(tx, n.Zone)
		nodes := cloud.Place(rooms, want, l.max, s.cfg.Policy)
		free := cloud.Bytes(0)
		for _, r := range rooms {
			free += r.Free.Memory
		}
		if len(nodes) > len(bestNodes) || (len(nodes) == len(bestNodes) && free > bestFree) {
			best, bestNodes, bestFree = n, nodes, free
		}
	}
	if len(bestNodes) < l.min {
		return best, nil, cloud.Errorf(cloud.Exhausted, cloud.ResInstance, "",
			"We currently do not have sufficient %s capacity in the Availability Zone you requested (%s).", i.Type, zonesOf(candidates))
	}
	return best, bestNodes, nil
}

func zonesOf(subnets []cloud.Subnet) string {
	s := ""
	for k, n := range subnets {
		if k > 0 {
			s += ", "
		}
		s += n.Zone
	}
	return s
}

// zoneRooms is what is free in a zone.
func zoneRooms(tx *store.Tx, zone string) []cloud.Room {
	nodes := slices.Collect(tx.Nodes().By(store.ByZone, zone))
	return cloud.Rooms(nodes, tx.Instances().By(store.ByZone, zone))
}

// launchSubnets are the subnets a launch may go to.
func (s *Service) launchSubnets(tx *store.Tx, a cloud.AccountID, l launch) ([]cloud.Subnet, error) {
	if l.subnet != "" {
		n, ok := tx.Subnets().Get(l.subnet)
		if !ok || n.Account != a {
			return nil, cloud.Errorf(cloud.NotFound, cloud.ResSubnet, string(l.subnet), "")
		}
		if l.zone != "" && l.zone != n.Zone {
			return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The availability zone '%s' does not match the subnet's '%s'", l.zone, n.Zone)
		}
		return []cloud.Subnet{n}, nil
	}
	var out []cloud.Subnet
	for n := range tx.Subnets().By(store.ByAccount, string(a)) {
		if n.Default && (l.zone == "" || n.Zone == l.zone) && (!l.privateIP.IsValid() || n.CIDR.Contains(l.privateIP)) {
			out = append(out, n)
		}
	}
	if len(out) == 0 && l.privateIP.IsValid() {
		return nil, outside(l.privateIP)
	}
	if len(out) == 0 {
		return nil, cloud.Errorf(cloud.Missing, cloud.ResSubnet, "", "No default subnet for availability zone: '%s'.", l.zone)
	}
	return out, nil
}

// reservedAtStart are the addresses at the start of a subnet that AWS keeps:
// network, router, DNS, future use. The last one, broadcast, is kept too.
const reservedAtStart = 4

func outside(a netip.Addr) error {
	return cloud.Errorf(cloud.Invalid, cloud.ResAddress, a.String(), "Address %s does not fall within the subnet's address range", a)
}

// freePrivate finds n free addresses of a subnet, or the one asked for.
func freePrivate(tx *store.Tx, n cloud.Subnet, asked netip.Addr, count int) ([]netip.Addr, error) {
	used := map[netip.Addr]bool{}
	for e := range tx.ENIs().By(store.BySubnet, string(n.ID)) {
		used[e.PrivateIP] = true
	}
	if asked.IsValid() {
		switch {
		case !n.CIDR.Contains(asked):
			return nil, outside(asked)
		case reserved(n.CIDR, asked):
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResAddress, asked.String(), "Address %s is in the subnet's reserved address range", asked)
		case used[asked]:
			return nil, cloud.Errorf(cloud.InUse, cloud.ResAddress, asked.String(), "Address %s is in use.", asked)
		}
		return []netip.Addr{asked}, nil
	}
	out := freeAddrs(n.CIDR, used, count)
	if len(out) < count {
		return nil, cloud.Errorf(cloud.Exhausted, cloud.ResSubnet, string(n.ID), "There are not enough free addresses in subnet '%s' to satisfy the requested number of instances.", n.ID)
	}
	return out, nil
}

// freePublic finds n free addresses of the public pool, when the launch gets
// any; otherwise n zero addresses.
func (s *Service) freePublic(tx *store.Tx, n cloud.Subnet, asked *bool, count int) ([]netip.Addr, error) {
	want := n.MapPublic
	if asked != nil {
		want = *asked
	}
	if !want || !s.cfg.PublicPool.IsValid() {
		return make([]netip.Addr, count), nil
	}
	used := map[netip.Addr]bool{}
	for e := range tx.ENIs().All() {
		used[e.PublicIP] = true
	}
	out := freeAddrs(s.cfg.PublicPool, used, count)
	if len(out) < count {
		return nil, cloud.Errorf(cloud.Exhausted, cloud.ResAddress, "", "The cloud's pool of public addresses (%s) is used up.", s.cfg.PublicPool)
	}
	return out, nil
}

// freeAddrs returns the first count addresses of p that are neither used nor
// reserved.
func freeAddrs(p netip.Prefix, used map[netip.Addr]bool, count int) []netip.Addr {
	var out []netip.Addr
	a := p.Masked().Addr()
	for range reservedAtStart {
		a = a.Next()
	}
	for ; len(out) < count && p.Contains(a) && p.Contains(a.Next()); a = a.Next() {
		if !used[a] {
			out = append(out, a)
		}
	}
	return out
}

// reserved reports whether a is one of the addresses of p that AWS keeps.
func reserved(p netip.Prefix, a netip.Addr) bool {
	r := p.Masked().Addr()
	for range reservedAtStart {
		if a == r {
			return true
		}
		r = r.Next()
	}
	return !p.Contains(a.Next())
}
