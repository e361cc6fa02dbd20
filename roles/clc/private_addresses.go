package clc

import (
	"net/netip"
	"slices"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// maxPrivate is how many private addresses an interface may have, the primary
// one included: that of AWS's largest types.
const maxPrivate = 50

// privateAsk are the private addresses asked for, for one interface.
type privateAsk struct {
	primary   netip.Addr // zero: any
	secondary []netip.Addr
	more      int // any secondary ones, instead of those named
}

// readPrivateAsk reads the three ways to ask for private addresses.
func readPrivateAsk(primary *string, list []ec2.PrivateIpAddressSpecification, more *int64) (privateAsk, error) {
	var ask privateAsk
	var err error
	if text(primary) != "" {
		if ask.primary, err = readIPv4(*primary); err != nil {
			return ask, err
		}
	}
	seen := map[netip.Addr]bool{ask.primary: true}
	for _, p := range list {
		ip, err := readIPv4(text(p.PrivateIpAddress))
		switch {
		case err != nil:
			return ask, err
		case truth(p.Primary) && ask.primary.IsValid() && ask.primary != ip:
			return ask, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "Only one primary private IP address can be specified.")
		case truth(p.Primary):
			ask.primary = ip
		case seen[ip]:
			return ask, cloud.Errorf(cloud.Invalid, cloud.ResAddress, ip.String(), "The private address %s is given twice", ip)
		default:
			ask.secondary = append(ask.secondary, ip)
		}
		seen[ip] = true
	}
	if more == nil {
		return ask, ask.check()
	}
	if len(ask.secondary) > 0 {
		return ask, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "The parameters secondaryPrivateIpAddressCount and privateIpAddresses with secondary addresses cannot be used together.")
	}
	if *more < 0 {
		return ask, cloud.Errorf(cloud.Invalid, cloud.ResAddress, "", "Value (%d) for parameter secondaryPrivateIpAddressCount is invalid.", *more)
	}
	ask.more = int(min(*more, maxPrivate))
	return ask, ask.check()
}

func (a privateAsk) check() error {
	if len(a.secondary)+a.more >= maxPrivate {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPrivateIP, "", "An interface has at most %d private addresses.", maxPrivate)
	}
	if slices.Contains(a.secondary, a.primary) {
		return cloud.Errorf(cloud.Invalid, cloud.ResAddress, a.primary.String(), "The private address %s is given twice", a.primary)
	}
	return nil
}

// takePrivate finds what is asked for, for count interfaces in a subnet: of
// each its primary address and the secondary ones.
func takePrivate(tx *store.Tx, n cloud.Subnet, ask privateAsk, count int) ([][]netip.Addr, error) {
	used := usedPrivate(tx, n)
	named := slices.Clone(ask.secondary)
	if ask.primary.IsValid() {
		named = append(named, ask.primary)
	}
	for _, ip := range named {
		if err := checkPrivate(n, used, ip); err != nil {
			return nil, err
		}
		used[ip] = true
	}
	each := ask.more
	if !ask.primary.IsValid() {
		each++
	}
	free := freeAddrs(n.CIDR, used, count*each)
	if len(free) < count*each {
		return nil, cloud.Errorf(cloud.Exhausted, cloud.ResSubnet, string(n.ID), "There are not enough free addresses in subnet '%s' to satisfy the request.", n.ID)
	}
	// The primary ones first: those of one launch follow one another.
	out := make([][]netip.Addr, count)
	for k := range out {
		if out[k] = []netip.Addr{ask.primary}; !ask.primary.IsValid() {
			out[k], free = []netip.Addr{free[0]}, free[1:]
		}
	}
	for k := range out {
		out[k] = slices.Concat(out[k], ask.secondary, free[:ask.more])
		free = free[ask.more:]
	}
	return out, nil
}

// usedPrivate are the addresses of a subnet that interfaces have.
func usedPrivate(tx *store.Tx, n cloud.Subnet) map[netip.Addr]bool {
	used := map[netip.Addr]bool{}
	for e := range tx.ENIs().By(store.BySubnet, string(n.ID)) {
		used[e.PrivateIP] = true
		for _, ip := range e.Secondary {
			used[ip] = true
		}
	}
	return used
}

// checkPrivate refuses an address that a subnet cannot give.
func checkPrivate(n cloud.Subnet, used map[netip.Addr]bool, ip netip.Addr) error {
	switch {
	case !n.CIDR.Contains(ip):
		return outside(ip)
	case reserved(n.CIDR, ip):
		return cloud.Errorf(cloud.Invalid, cloud.ResAddress, ip.String(), "Address %s is in the subnet's reserved address range", ip)
	case used[ip]:
		return cloud.Errorf(cloud.InUse, cloud.ResAddress, ip.String(), "Address %s is in use.", ip)
	}
	return nil
}
