// Package dhcp answers the DHCP requests of one guest interface with the one
// address that was decided for it elsewhere. It has no pool and no memory:
// the lease is a value of the caller's.
//
// It does not make sockets and knows nothing of taps; net/linux gives it a
// socket per tap.
package dhcp

import (
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
	"github.com/insomniacslk/dhcp/iana"
)

// Lease is what one interface is given.
type Lease struct {
	MAC      net.HardwareAddr
	IP       netip.Addr
	Subnet   netip.Prefix
	Gateway  netip.Addr // also the server's own address
	DNS      []netip.Addr
	MTU      int           // 0: not told
	Hostname string        // with or without a domain
	Domain   string        // when Hostname has none
	Time     time.Duration // 0: an hour
	NTP      []netip.Addr
	NetBIOS  []netip.Addr
	NodeType byte // of NetBIOS; 0: not told
}

// Ports of the protocol.
const (
	ServerPort = 67
	ClientPort = 68
)

// Reply is an answer and where to send it: to the client's own address, or to
// the broadcast address for a client that cannot hear that yet.
type Reply struct {
	Packet []byte
	To     netip.AddrPort
}

var broadcast = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// Answer returns the answer to one packet that came from the interface.
// Packets that are no request of this client are not answered: others' MACs,
// relayed ones, requests to another server, releases, garbage.
func Answer(l Lease, packet []byte) (Reply, bool) {
	req, err := dhcpv4.FromBytes(packet)
	if err != nil || req.OpCode != dhcpv4.OpcodeBootRequest || req.HWType != iana.HWTypeEthernet ||
		req.ClientHWAddr.String() != l.MAC.String() || !req.GatewayIPAddr.IsUnspecified() {
		return Reply{}, false
	}
	kind, ok := l.decide(req)
	if !ok {
		return Reply{}, false
	}
	answer, err := dhcpv4.NewReplyFromRequest(req)
	if err != nil {
		return Reply{}, false
	}
	answer.UpdateOption(dhcpv4.OptMessageType(kind))
	answer.UpdateOption(dhcpv4.OptServerIdentifier(l.Gateway.AsSlice()))
	if kind != dhcpv4.MessageTypeNak {
		l.fill(answer, req.MessageType() != dhcpv4.MessageTypeInform)
	}
	return Reply{Packet: answer.ToBytes(), To: l.destination(req, kind)}, true
}

// decide says what kind of answer a request gets (RFC 2131, 4.3).
func (l Lease) decide(req *dhcpv4.DHCPv4) (kind dhcpv4.MessageType, ok bool) {
	server := req.ServerIdentifier()
	forUs := server == nil || server.Equal(l.Gateway.AsSlice())
	switch req.MessageType() {
	case dhcpv4.MessageTypeDiscover:
		return dhcpv4.MessageTypeOffer, true
	case dhcpv4.MessageTypeInform:
		return dhcpv4.MessageTypeAck, forUs && l.is(req.ClientIPAddr)
	case dhcpv4.MessageTypeRequest:
		asked := req.RequestedIPAddress()
		if asked == nil || asked.IsUnspecified() {
			asked = req.ClientIPAddr // renewing
		}
		if l.is(asked) {
			return dhcpv4.MessageTypeAck, forUs
		}
		return dhcpv4.MessageTypeNak, forUs
	}
	return 0, false
}

func (l Lease) is(ip net.IP) bool { return ip.Equal(l.IP.AsSlice()) }

func (l Lease) destination(req *dhcpv4.DHCPv4, kind dhcpv4.MessageType) netip.AddrPort {
	if kind == dhcpv4.MessageTypeNak || req.IsBroadcast() && !l.is(req.ClientIPAddr) {
		return netip.AddrPortFrom(broadcast, ClientPort)
	}
	return netip.AddrPortFrom(l.IP, ClientPort)
}

// fill adds what the client is given. A client that only asks for settings
// has an address already.
func (l Lease) fill(m *dhcpv4.DHCPv4, address bool) {
	if address {
		m.YourIPAddr = l.IP.AsSlice()
		d := l.Time
		if d == 0 {
			d = time.Hour
		}
		m.UpdateOption(dhcpv4.OptIPAddressLeaseTime(d))
	}
	m.UpdateOption(dhcpv4.OptSubnetMask(net.CIDRMask(l.Subnet.Bits(), 32)))
	m.UpdateOption(dhcpv4.OptRouter(l.Gateway.AsSlice()))
	if len(l.DNS) > 0 {
		m.UpdateOption(dhcpv4.OptDNS(ips(l.DNS)...))
	}
	if len(l.NTP) > 0 {
		m.UpdateOption(dhcpv4.OptNTPServers(ips(l.NTP)...))
	}
	if len(l.NetBIOS) > 0 {
		m.UpdateOption(dhcpv4.Option{Code: dhcpv4.OptionNetBIOSOverTCPIPNameServer, Value: dhcpv4.IPs(ips(l.NetBIOS))})
	}
	if l.NodeType != 0 {
		m.UpdateOption(dhcpv4.OptGeneric(dhcpv4.OptionNetBIOSOverTCPIPNodeType, []byte{l.NodeType}))
	}
	if l.MTU > 0 {
		m.UpdateOption(dhcpv4.OptGeneric(dhcpv4.OptionInterfaceMTU, []byte{byte(l.MTU >> 8), byte(l.MTU)}))
	}
	host, domain, _ := strings.Cut(l.Hostname, ".")
	if domain == "" {
		domain = l.Domain
	}
	if host != "" {
		m.UpdateOption(dhcpv4.OptHostName(host))
	}
	if domain != "" {
		m.UpdateOption(dhcpv4.OptDomainName(domain))
	}
}

func ips(as []netip.Addr) []net.IP {
	out := make([]net.IP, len(as))
	for i, a := range as {
		out[i] = a.AsSlice()
	}
	return out
}
