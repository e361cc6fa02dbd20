package linux

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/vishvananda/netlink"

	"ecc/cloud"
	"ecc/net/fabric"
)

// Our veths are known by their alias in the host's namespace:
// "ecc-<installation> vpc-…".

func (f *Fabric) vethAlias(id cloud.VPCID) string {
	return fabric.HostTable(f.cfg.Name) + " " + string(id)
}

// vpcOfVeth returns the VPC whose veth l is.
func (f *Fabric) vpcOfVeth(l netlink.Link) (cloud.VPCID, bool) {
	id, ok := strings.CutPrefix(l.Attrs().Alias, fabric.HostTable(f.cfg.Name)+" ")
	return cloud.VPCID(id), ok && l.Type() == "veth"
}

func (f *Fabric) isVeth(l netlink.Link) bool {
	_, ok := f.vpcOfVeth(l)
	return ok
}

// ensureVeth joins a VPC's namespace to the host. Both ends are down.
func (f *Fabric) ensureVeth(n *namespace, vpc cloud.VPCID, name string) error {
	l, err := f.host.route.LinkByName(name)
	switch {
	case err == nil && l.Attrs().Alias == f.vethAlias(vpc):
		if _, err := n.route.LinkByName(fabric.Uplink); err == nil {
			return nil
		}
		// The other end went with an older namespace of this name.
		if err := f.host.route.LinkDel(l); absent(err) != nil {
			return fmt.Errorf("remove old veth %s: %w", name, err)
		}
	case err == nil && l.Attrs().Alias != "":
		return fmt.Errorf("device %s exists and is not ours", name)
	case err == nil:
		// Made by a process that ended before it could say so.
		if err := f.host.route.LinkDel(l); absent(err) != nil {
			return fmt.Errorf("remove unnamed veth %s: %w", name, err)
		}
	case !errors.As(err, &netlink.LinkNotFoundError{}):
		return err
	}
	return f.createVeth(n, vpc, name)
}

func (f *Fabric) createVeth(n *namespace, vpc cloud.VPCID, name string) error {
	veth := &netlink.Veth{LinkAttrs: netlink.LinkAttrs{Name: name}, PeerName: fabric.Uplink, PeerNamespace: netlink.NsFd(n.fd())}
	if err := f.host.route.LinkAdd(veth); err != nil {
		return fmt.Errorf("create veth %s: %w", name, err)
	}
	l, err := f.host.route.LinkByName(name)
	if err != nil {
		return err
	}
	if err := f.host.route.LinkSetAlias(l, f.vethAlias(vpc)); err != nil {
		return fmt.Errorf("name veth %s: %w", name, err)
	}
	return f.host.write([]sysctl{{"ipv6/conf/" + name + "/disable_ipv6", "1"}})
}

// transits reads back which transit network each VPC has, and which networks
// the host uses for something else.
func (f *Fabric) transits() (have map[cloud.VPCID]netip.Prefix, taken []netip.Prefix, err error) {
	have = make(map[cloud.VPCID]netip.Prefix)
	s, err := f.host.look(everyLink)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range s.addresses {
		vpc, ours := f.vpcOfVeth(s.links[a.Link])
		if ours && a.Prefix.Bits() == 31 && f.cfg.Transit.Contains(a.Prefix.Addr()) {
			have[vpc] = a.Prefix.Masked()
		} else {
			taken = append(taken, a.Prefix.Masked())
		}
	}
	return have, taken, nil
}
