package clustertls

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// names are what a server can be dialled by.
type names struct {
	hosts []string
	ips   []net.IP
}

func parseNames(want []string) names {
	var n names
	for _, s := range want {
		if ip, err := netip.ParseAddr(s); err == nil {
			n.ips = append(n.ips, net.IP(ip.Unmap().WithZone("").AsSlice()))
		} else {
			n.hosts = append(n.hosts, s)
		}
	}
	return n
}

func (n names) equal(o names) bool { return slices.Equal(n.strings(), o.strings()) }

func (n names) strings() []string {
	s := slices.Clone(n.hosts)
	for _, ip := range n.ips {
		s = append(s, ip.String())
	}
	slices.Sort(s)
	return slices.Compact(s)
}

// Names lists what a server on the address listen ("host:port") can be
// dialled by: the loopback, its hostname, the address itself or, when it
// listens everywhere, each of the host's addresses, and extra. The list is
// sorted.
func Names(listen, hostname string, addrs []netip.Addr, extra []string) []string {
	list := append([]string{"127.0.0.1", "::1", "localhost"}, extra...)
	if hostname != "" {
		list = append(list, strings.ToLower(hostname))
	}
	host, _, err := net.SplitHostPort(listen)
	if err != nil {
		host = listen
	}
	if ip, err := netip.ParseAddr(host); host != "" && (err != nil || !ip.IsUnspecified()) {
		list = append(list, strings.ToLower(host))
	} else {
		for _, a := range addrs {
			list = append(list, a.WithZone("").String())
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
