package linux

import (
	"fmt"
	"net"
	"net/netip"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"ecc/net/fabric"
)

// seen is what is in a namespace now, in fabric's words.
type seen struct {
	links      map[string]netlink.Link
	addresses  []fabric.Address
	routes     []fabric.Route
	neighbours []fabric.Neighbour
}

// look reads a namespace back, as far as it concerns the links that ours
// reports true for.
func (n *namespace) look(ours func(netlink.Link) bool) (seen, error) {
	s := seen{links: make(map[string]netlink.Link)}
	links, err := n.route.LinkList()
	if err != nil {
		return s, fmt.Errorf("list links of namespace %q: %w", n.name, err)
	}
	names := make(map[int]string)
	for _, l := range links {
		if ours(l) {
			names[l.Attrs().Index] = l.Attrs().Name
			s.links[l.Attrs().Name] = l
		}
	}
	if err := s.lookAddresses(n, names); err != nil {
		return s, fmt.Errorf("list addresses of namespace %q: %w", n.name, err)
	}
	if err := s.lookRoutes(n, names); err != nil {
		return s, fmt.Errorf("list routes of namespace %q: %w", n.name, err)
	}
	if err := s.lookNeighbours(n, names); err != nil {
		return s, fmt.Errorf("list neighbours of namespace %q: %w", n.name, err)
	}
	return s, nil
}

func everyLink(netlink.Link) bool { return true }

func (s *seen) lookAddresses(n *namespace, names map[int]string) error {
	all, err := n.route.AddrList(nil, unix.AF_INET)
	for _, a := range all {
		link, ok := names[a.LinkIndex]
		if p := prefixOf(a.IPNet); ok && !p.Addr().IsLoopback() {
			s.addresses = append(s.addresses, fabric.Address{Link: link, Prefix: p})
		}
	}
	return err
}

func (s *seen) lookRoutes(n *namespace, names map[int]string) error {
	all, err := n.route.RouteList(nil, unix.AF_INET)
	for _, r := range all {
		link, ok := names[r.LinkIndex]
		if r.Protocol == unix.RTPROT_KERNEL || !ok && r.Type != unix.RTN_UNREACHABLE {
			continue
		}
		to := prefixOf(r.Dst)
		if r.Dst == nil {
			to = netip.PrefixFrom(netip.IPv4Unspecified(), 0)
		}
		s.routes = append(s.routes, fabric.Route{To: to, Link: link, Via: addrOf(r.Gw), From: addrOf(r.Src)})
	}
	return err
}

func (s *seen) lookNeighbours(n *namespace, names map[int]string) error {
	all, err := n.route.NeighList(0, unix.AF_INET)
	for _, e := range all {
		if link, ok := names[e.LinkIndex]; ok && e.State == netlink.NUD_PERMANENT {
			s.neighbours = append(s.neighbours, fabric.Neighbour{Link: link, IP: addrOf(e.IP), MAC: e.HardwareAddr.String()})
		}
	}
	return err
}

func (s *seen) up(link string) bool {
	l, ok := s.links[link]
	return ok && l.Attrs().Flags&net.FlagUp != 0
}

func prefixOf(n *net.IPNet) netip.Prefix {
	if n == nil {
		return netip.Prefix{}
	}
	ones, _ := n.Mask.Size()
	return netip.PrefixFrom(addrOf(n.IP), ones)
}

func addrOf(ip net.IP) netip.Addr {
	a, _ := netip.AddrFromSlice(ip)
	return a.Unmap()
}

func ipNet(p netip.Prefix) *net.IPNet {
	return &net.IPNet{IP: p.Addr().AsSlice(), Mask: net.CIDRMask(p.Bits(), p.Addr().BitLen())}
}
