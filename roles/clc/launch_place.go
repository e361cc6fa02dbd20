package clc

import (
	"net/netip"

	"ecc/cloud"
	"ecc/store"
)

// place chooses the subnet and a node for each instance: the subnet asked for,
// or the default one of the zone asked for, or of the zone with most room.
func (s *Service) place(tx *store.Tx, a cloud.AccountID, l launch, i cloud.Instance) (cloud.Subnet, []cloud.Seat, error) {
	candidates, err := s.launchSubnets(tx, a, l)
	if err != nil {
		return cloud.Subnet{}, nil, err
	}
	group := groupSeats(tx, i)
	candidates = group.near(candidates)
	want := cloud.Capacity{VCPU: i.VCPU, Memory: i.Memory, Disk: i.Disk}
	var best cloud.Subnet
	var bestSeats []cloud.Seat
	var bestFree cloud.Bytes = -1
	for _, n := range candidates {
		rooms := zoneRooms(tx, n.Zone)
		seats := group.choose(n.Zone, l.group.partition, rooms, want, l.max, s.cfg.Policy)
		free := cloud.Bytes(0)
		for _, r := range rooms {
			free += r.Free.Memory
		}
		if len(seats) > len(bestSeats) || (len(seats) == len(bestSeats) && free > bestFree) {
			best, bestSeats, bestFree = n, seats, free
		}
	}
	if len(bestSeats) < l.min {
		return best, nil, cloud.Errorf(cloud.Exhausted, cloud.ResInstance, "",
			"We currently do not have sufficient %s capacity in the Availability Zone you requested (%s).", i.Type, zonesOf(candidates))
	}
	return best, bestSeats, nil
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
	return cloud.Rooms(tx.Nodes().By(store.ByZone, zone), func(n cloud.NodeID) cloud.Capacity {
		t := tx.Tally(store.KindInstance, store.OfNode(n))
		return cloud.Capacity{VCPU: t.VCPU, Memory: t.Memory, Disk: t.Disk}
	})
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
	return poolAddrs(tx, s.cfg.PublicPool, count)
}

// poolAddrs returns the first count addresses of the public pool that are free
// after the newest one given, going round: one that was given back rests for as
// long as the pool allows, and finding one takes no longer when most are given.
func poolAddrs(tx *store.Tx, pool netip.Prefix, count int) ([]netip.Addr, error) {
	given := tx.Tally(store.KindENI, store.OfPublicPool).Records + tx.Tally(store.KindAddress, store.OfPublicPool).Records
	if pool.Addr().BitLen()-pool.Bits() < 31 && given+count > 1<<(pool.Addr().BitLen()-pool.Bits())-reservedAtStart-1 {
		return nil, poolUsedUp(pool)
	}
	first := pool.Masked().Addr()
	for range reservedAtStart {
		first = first.Next()
	}
	last, _ := tx.Meta().Get(metaPublic)
	a, err := netip.ParseAddr(last)
	if a = a.Next(); err != nil || !inPool(pool, a) {
		a = first
	}
	var out []netip.Addr
	for begin, round := a, false; len(out) < count && (!round || a != begin); round = true {
		if !publicTaken(tx, a) {
			out = append(out, a)
		}
		if a = a.Next(); !inPool(pool, a) {
			a = first
		}
	}
	if len(out) < count {
		return nil, poolUsedUp(pool)
	}
	return out, tx.Meta().Put(metaPublic, out[len(out)-1].String())
}

func poolUsedUp(pool netip.Prefix) error {
	return cloud.Errorf(cloud.Exhausted, cloud.ResAddress, "", "The cloud's pool of public addresses (%s) is used up.", pool)
}

// inPool reports whether a is in a pool and not its last address.
func inPool(pool netip.Prefix, a netip.Addr) bool { return pool.Contains(a) && pool.Contains(a.Next()) }

// publicTaken reports whether a public address is an interface's, or kept for one.
func publicTaken(tx *store.Tx, a netip.Addr) bool {
	for range tx.ENIs().By(store.ByPublicIP, a.String()) {
		return true
	}
	for range tx.Addresses().By(store.ByPublicIP, a.String()) {
		return true
	}
	return false
}

// metaPublic remembers the public address that was given last.
const metaPublic = "last-public-address"

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
