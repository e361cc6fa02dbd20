package cloud

import (
	"net/netip"
	"strconv"
)

// Names of DHCP options as EC2 has them, and the value that stands for the
// cloud's own name servers.
const (
	DHCPDomain   = "domain-name"
	DHCPServers  = "domain-name-servers"
	DHCPNTP      = "ntp-servers"
	DHCPNetBIOS  = "netbios-name-servers"
	DHCPNodeType = "netbios-node-type"
	ProvidedDNS  = "AmazonProvidedDNS"
)

// GuestDHCP is what DHCP tells a guest beside its address. A zero value tells
// nothing.
type GuestDHCP struct {
	Domain      string       `json:"domain,omitempty"`
	ProvidedDNS bool         `json:"provided_dns,omitempty"` // the host's own name servers, before DNS
	DNS         []netip.Addr `json:"dns,omitempty"`
	NTP         []netip.Addr `json:"ntp,omitempty"`
	NetBIOS     []netip.Addr `json:"netbios,omitempty"`
	NodeType    byte         `json:"node_type,omitempty"` // of NetBIOS: 1, 2, 4 or 8; 0: not told
}

// Guest is what guests of a VPC with these options are told. Without DNS
// support (enableDnsSupport is false) the cloud's own name servers are not
// given. Values that are not of their form were refused when the options were
// made; they are left out.
func (d DHCPOptions) Guest(dns bool) GuestDHCP {
	var g GuestDHCP
	for _, o := range d.Options {
		switch {
		case len(o.Values) == 0:
		case o.Key == DHCPDomain:
			g.Domain = o.Values[0]
		case o.Key == DHCPServers:
			for _, v := range o.Values {
				g.ProvidedDNS = g.ProvidedDNS || (v == ProvidedDNS && dns)
			}
			g.DNS = addresses(o.Values)
		case o.Key == DHCPNTP:
			g.NTP = addresses(o.Values)
		case o.Key == DHCPNetBIOS:
			g.NetBIOS = addresses(o.Values)
		case o.Key == DHCPNodeType:
			n, _ := strconv.ParseUint(o.Values[0], 10, 8)
			g.NodeType = byte(n)
		}
	}
	return g
}

// addresses are those of the values that are IPv4 addresses.
func addresses(values []string) []netip.Addr {
	var out []netip.Addr
	for _, v := range values {
		if a, err := netip.ParseAddr(v); err == nil && a.Is4() {
			out = append(out, a)
		}
	}
	return out
}
