package linux

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/vishvananda/netlink"
	"golang.org/x/sys/unix"

	"ecc/net/fabric"
)

// state is what a namespace should have on its links.
type state struct {
	addresses  []fabric.Address
	routes     []fabric.Route
	neighbours []fabric.Neighbour
}

// on keeps what is about links that are there and up: the rest would be
// refused by the kernel, and is made when its link comes.
func (w state) on(s seen) state {
	return state{
		addresses:  slices.DeleteFunc(slices.Clone(w.addresses), func(a fabric.Address) bool { return !s.up(a.Link) }),
		routes:     slices.DeleteFunc(slices.Clone(w.routes), func(r fabric.Route) bool { return r.Link != "" && !s.up(r.Link) }),
		neighbours: slices.DeleteFunc(slices.Clone(w.neighbours), func(e fabric.Neighbour) bool { return !s.up(e.Link) }),
	}
}

// converge makes what is missing and removes what is not wanted. With the
// last address of a link the kernel removes all else that is about the link:
// so what is wanted is looked at once more after something was removed.
func (n *namespace) converge(s seen, want state, ours func(netlink.Link) bool) error {
	errs := []error{n.add(s, want)}
	if _, del := fabric.Diff(s.addresses, want.addresses); len(del) == 0 {
		return errors.Join(append(errs, n.del(s, want))...)
	}
	errs = append(errs, n.del(s, want))
	again, err := n.look(ours)
	if err != nil {
		return errors.Join(append(errs, err)...)
	}
	return errors.Join(append(errs, n.add(again, want))...)
}

// add makes what is missing.
func (n *namespace) add(s seen, want state) error {
	var errs []error
	addresses, _ := fabric.Diff(s.addresses, want.addresses)
	for _, a := range addresses {
		err := n.route.AddrReplace(s.links[a.Link], &netlink.Addr{IPNet: ipNet(a.Prefix)})
		errs = append(errs, wrap(err, "add address %v to %s", a.Prefix, a.Link))
	}
	neighbours, _ := fabric.Diff(s.neighbours, want.neighbours)
	for _, e := range neighbours {
		err := n.route.NeighSet(kernelNeighbour(s, e))
		errs = append(errs, wrap(err, "add neighbour %v on %s", e.IP, e.Link))
	}
	routes, _ := fabric.Diff(s.routes, want.routes)
	for _, r := range routes {
		err := n.route.RouteReplace(kernelRoute(s, r))
		errs = append(errs, wrap(err, "add route to %v by %s", r.To, r.Link))
	}
	return errors.Join(errs...)
}

// del removes what is not wanted. What went away by itself is fine.
func (n *namespace) del(s seen, want state) error {
	var errs []error
	_, routes := fabric.Diff(s.routes, want.routes)
	for _, r := range routes {
		if replaced(r, want.routes) {
			continue
		}
		k := kernelRoute(s, r)
		k.Protocol = 0 // whoever made it
		err := n.route.RouteDel(k)
		errs = append(errs, wrap(absent(err), "remove route to %v by %s", r.To, r.Link))
	}
	_, neighbours := fabric.Diff(s.neighbours, want.neighbours)
	for _, e := range neighbours {
		if slices.ContainsFunc(want.neighbours, func(w fabric.Neighbour) bool { return w.Link == e.Link && w.IP == e.IP }) {
			continue // add has given it another MAC
		}
		err := n.route.NeighDel(kernelNeighbour(s, e))
		errs = append(errs, wrap(absent(err), "remove neighbour %v of %s", e.IP, e.Link))
	}
	_, addresses := fabric.Diff(s.addresses, want.addresses)
	for _, a := range addresses {
		err := n.route.AddrDel(s.links[a.Link], &netlink.Addr{IPNet: ipNet(a.Prefix)})
		errs = append(errs, wrap(absent(err), "remove address %v from %s", a.Prefix, a.Link))
	}
	return errors.Join(errs...)
}

// replaced reports whether add has put another route in the place of r.
func replaced(r fabric.Route, by []fabric.Route) bool {
	return slices.ContainsFunc(by, func(w fabric.Route) bool { return w.To == r.To })
}

func kernelRoute(s seen, r fabric.Route) *netlink.Route {
	k := &netlink.Route{Dst: ipNet(r.To), Protocol: unix.RTPROT_STATIC}
	if r.Link == "" {
		k.Type = unix.RTN_UNREACHABLE
		return k
	}
	k.LinkIndex = s.links[r.Link].Attrs().Index
	if !r.Via.IsValid() {
		k.Scope = netlink.SCOPE_LINK
	} else {
		k.Gw = r.Via.AsSlice()
	}
	if r.From.IsValid() {
		k.Src = r.From.AsSlice()
	}
	return k
}

func kernelNeighbour(s seen, e fabric.Neighbour) *netlink.Neigh {
	mac, _ := net.ParseMAC(e.MAC) // checked by fabric
	return &netlink.Neigh{
		LinkIndex: s.links[e.Link].Attrs().Index, Family: unix.AF_INET, State: netlink.NUD_PERMANENT,
		IP: e.IP.AsSlice(), HardwareAddr: mac,
	}
}

// absent turns "there is no such thing" into success.
func absent(err error) error {
	for _, gone := range []error{unix.ESRCH, unix.ENOENT, unix.EADDRNOTAVAIL, unix.ENODEV} {
		if errors.Is(err, gone) {
			return nil
		}
	}
	return err
}

// wrap says what was being done when err happened; nil stays nil.
func wrap(err error, format string, args ...any) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf(format+": %w", append(args, err)...)
}
