package lab

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"

	"github.com/vishvananda/netlink"
	"github.com/vishvananda/netns"
	"golang.org/x/sys/unix"
)

// The underlay joins the nodes: a bridge in the lab's own network namespace,
// where the tests run, with the address Gateway.
const (
	underlayBridge = "under"
	underlayPrefix = 24
)

// Gateway is the lab's own address on the underlay: where tests listen for
// nodes, and the nodes' default route.
var Gateway = netip.AddrFrom4([4]byte{10, 66, 0, 254})

// underlay hands out places on the bridge. It is the one global: there is one
// lab in a process.
var underlay struct {
	sync.Mutex
	last byte
}

// plug joins the node to the underlay by a veth: eth0 in the node.
func (n *Node) plug() error {
	underlay.Lock()
	defer underlay.Unlock()
	bridge, err := underlayUp()
	if err != nil {
		return fmt.Errorf("make the underlay: %w", err)
	}
	underlay.last++ // 253 nodes in a process's life are enough
	n.IP = netip.AddrFrom4([4]byte{10, 66, 0, underlay.last})
	veth := &netlink.Veth{
		LinkAttrs:     netlink.LinkAttrs{Name: fmt.Sprintf("un%d", underlay.last), MasterIndex: bridge.Attrs().Index},
		PeerName:      "eth0",
		PeerNamespace: netlink.NsPid(n.holder.Process.Pid),
	}
	if err := netlink.LinkAdd(veth); err != nil {
		return fmt.Errorf("make a veth: %w", err)
	}
	if err := netlink.LinkSetUp(veth); err != nil {
		return fmt.Errorf("set %s up: %w", veth.Name, err)
	}
	return n.address()
}

// address gives eth0 in the node its address and a default route.
func (n *Node) address() error {
	ns, err := netns.GetFromPath(n.NetNS)
	if err != nil {
		return err
	}
	defer ns.Close()
	h, err := netlink.NewHandleAt(ns, unix.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer h.Close()
	eth0, err := h.LinkByName("eth0")
	if err != nil {
		return fmt.Errorf("find eth0: %w", err)
	}
	if err := h.AddrAdd(eth0, addr(n.IP)); err != nil {
		return fmt.Errorf("give eth0 %s: %w", n.IP, err)
	}
	if err := h.LinkSetUp(eth0); err != nil {
		return fmt.Errorf("set eth0 up: %w", err)
	}
	return h.RouteAdd(&netlink.Route{LinkIndex: eth0.Attrs().Index, Gw: net.IP(Gateway.AsSlice())})
}

func underlayUp() (netlink.Link, error) {
	if l, err := netlink.LinkByName(underlayBridge); err == nil {
		return l, nil
	}
	b := &netlink.Bridge{LinkAttrs: netlink.LinkAttrs{Name: underlayBridge}}
	if err := netlink.LinkAdd(b); err != nil {
		return nil, err
	}
	if err := netlink.AddrAdd(b, addr(Gateway)); err != nil {
		return nil, err
	}
	return b, netlink.LinkSetUp(b)
}

func addr(ip netip.Addr) *netlink.Addr {
	return &netlink.Addr{IPNet: &net.IPNet{IP: net.IP(ip.AsSlice()), Mask: net.CIDRMask(underlayPrefix, 32)}}
}

// nameNetNS gives the node's network namespace a name in /run/netns.
func (n *Node) nameNetNS() error {
	if err := os.WriteFile(n.NetNS, nil, 0o444); err != nil {
		return err
	}
	from := fmt.Sprintf("/proc/%d/ns/net", n.holder.Process.Pid)
	if err := unix.Mount(from, n.NetNS, "", unix.MS_BIND, ""); err != nil {
		return fmt.Errorf("name the network namespace: %w", err)
	}
	return nil
}

func (n *Node) unnameNetNS() {
	_ = unix.Unmount(n.NetNS, unix.MNT_DETACH)
	_ = os.Remove(n.NetNS)
}
