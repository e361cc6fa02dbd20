package dhcp

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

var (
	mac   = net.HardwareAddr{2, 0, 0, 0, 0, 10}
	lease = Lease{
		MAC: mac, IP: netip.MustParseAddr("172.31.16.10"), Subnet: netip.MustParsePrefix("172.31.16.0/20"),
		Gateway: netip.MustParseAddr("172.31.16.1"), MTU: 1450, Hostname: "ip-172-31-16-10.ec2.internal",
		DNS: []netip.Addr{netip.MustParseAddr("192.0.2.53")}, Domain: "example.internal",
	}
)

func request(t testing.TB, kind dhcpv4.MessageType, m ...dhcpv4.Modifier) []byte {
	t.Helper()
	m = append([]dhcpv4.Modifier{dhcpv4.WithHwAddr(mac), dhcpv4.WithMessageType(kind)}, m...)
	p, err := dhcpv4.New(m...)
	if err != nil {
		t.Fatal(err)
	}
	return p.ToBytes()
}

func asking(ip string) dhcpv4.Modifier {
	return dhcpv4.WithOption(dhcpv4.OptRequestedIPAddress(net.ParseIP(ip)))
}

func server(ip string) dhcpv4.Modifier {
	return dhcpv4.WithOption(dhcpv4.OptServerIdentifier(net.ParseIP(ip)))
}

func using(ip string) dhcpv4.Modifier { return dhcpv4.WithClientIP(net.ParseIP(ip)) }

func TestAnswer(t *testing.T) {
	const none = dhcpv4.MessageType(0)
	tests := []struct {
		name   string
		packet []byte
		kind   dhcpv4.MessageType // none: no answer
		to     string
	}{
		{"discover", request(t, dhcpv4.MessageTypeDiscover), dhcpv4.MessageTypeOffer, "172.31.16.10:68"},
		{"discover by one who hears broadcasts only", request(t, dhcpv4.MessageTypeDiscover, dhcpv4.WithBroadcast(true)),
			dhcpv4.MessageTypeOffer, "255.255.255.255:68"},
		{"selecting", request(t, dhcpv4.MessageTypeRequest, asking("172.31.16.10"), server("172.31.16.1")),
			dhcpv4.MessageTypeAck, "172.31.16.10:68"},
		{"selecting another server", request(t, dhcpv4.MessageTypeRequest, asking("172.31.16.10"), server("172.31.16.2")), none, ""},
		{"init-reboot", request(t, dhcpv4.MessageTypeRequest, asking("172.31.16.10")), dhcpv4.MessageTypeAck, "172.31.16.10:68"},
		{"init-reboot with a foreign address", request(t, dhcpv4.MessageTypeRequest, asking("10.0.0.7")),
			dhcpv4.MessageTypeNak, "255.255.255.255:68"},
		{"renewing", request(t, dhcpv4.MessageTypeRequest, using("172.31.16.10")), dhcpv4.MessageTypeAck, "172.31.16.10:68"},
		{"renewing a foreign address", request(t, dhcpv4.MessageTypeRequest, using("172.31.16.11")),
			dhcpv4.MessageTypeNak, "255.255.255.255:68"},
		{"request of nothing", request(t, dhcpv4.MessageTypeRequest), dhcpv4.MessageTypeNak, "255.255.255.255:68"},
		{"inform", request(t, dhcpv4.MessageTypeInform, using("172.31.16.10")), dhcpv4.MessageTypeAck, "172.31.16.10:68"},
		{"inform from elsewhere", request(t, dhcpv4.MessageTypeInform, using("10.0.0.7")), none, ""},
		{"release", request(t, dhcpv4.MessageTypeRelease, using("172.31.16.10")), none, ""},
		{"decline", request(t, dhcpv4.MessageTypeDecline, asking("172.31.16.10")), none, ""},
		{"another MAC", request(t, dhcpv4.MessageTypeDiscover, dhcpv4.WithHwAddr(net.HardwareAddr{2, 0, 0, 0, 0, 11})), none, ""},
		{"relayed", request(t, dhcpv4.MessageTypeDiscover, dhcpv4.WithGatewayIP(net.IPv4(10, 0, 0, 1))), none, ""},
		{"an answer", request(t, dhcpv4.MessageTypeOffer, func(d *dhcpv4.DHCPv4) { d.OpCode = dhcpv4.OpcodeBootReply }), none, ""},
		{"nothing", nil, none, ""},
		{"cut short", request(t, dhcpv4.MessageTypeDiscover)[:200], none, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, ok := Answer(lease, tt.packet)
			if ok != (tt.kind != none) {
				t.Fatalf("answered = %v", ok)
			}
			if !ok {
				return
			}
			got, err := dhcpv4.FromBytes(r.Packet)
			if err != nil {
				t.Fatal(err)
			}
			if got.MessageType() != tt.kind || r.To.String() != tt.to {
				t.Errorf("%v to %v, want %v to %v", got.MessageType(), r.To, tt.kind, tt.to)
			}
		})
	}
}

func TestAnswerGivesTheLease(t *testing.T) {
	r, ok := Answer(lease, request(t, dhcpv4.MessageTypeDiscover))
	if !ok {
		t.Fatal("no answer")
	}
	got, err := dhcpv4.FromBytes(r.Packet)
	if err != nil {
		t.Fatal(err)
	}
	checks := map[string][2]any{
		"address":  {got.YourIPAddr.String(), "172.31.16.10"},
		"mask":     {net.IP(got.SubnetMask()).String(), "255.255.240.0"},
		"router":   {got.Router()[0].String(), "172.31.16.1"},
		"server":   {got.ServerIdentifier().String(), "172.31.16.1"},
		"DNS":      {got.DNS()[0].String(), "192.0.2.53"},
		"time":     {got.IPAddressLeaseTime(0), time.Hour},
		"MTU":      {string(got.Options.Get(dhcpv4.OptionInterfaceMTU)), "\x05\xaa"},
		"hostname": {got.HostName(), "ip-172-31-16-10"},
		"domain":   {got.DomainName(), "ec2.internal"},
	}
	for what, c := range checks {
		if c[0] != c[1] {
			t.Errorf("%s = %v, want %v", what, c[0], c[1])
		}
	}
}

func TestInformGivesNoAddress(t *testing.T) {
	r, _ := Answer(lease, request(t, dhcpv4.MessageTypeInform, using("172.31.16.10")))
	got, err := dhcpv4.FromBytes(r.Packet)
	if err != nil {
		t.Fatal(err)
	}
	if !got.YourIPAddr.IsUnspecified() || got.Options.Has(dhcpv4.OptionIPAddressLeaseTime) {
		t.Errorf("an inform was given a lease: %v", got.Summary())
	}
}

// Whatever comes, an answer is never anything but this lease for this MAC.
func FuzzAnswer(f *testing.F) {
	f.Add(request(f, dhcpv4.MessageTypeDiscover))
	f.Add(request(f, dhcpv4.MessageTypeRequest, asking("172.31.16.10"), server("172.31.16.1")))
	f.Add(request(f, dhcpv4.MessageTypeInform, using("172.31.16.10"), dhcpv4.WithBroadcast(true)))
	f.Add([]byte{1, 1, 6, 0})
	f.Fuzz(func(t *testing.T, packet []byte) {
		r, ok := Answer(lease, packet)
		if !ok {
			return
		}
		got, err := dhcpv4.FromBytes(r.Packet)
		if err != nil {
			t.Fatalf("the answer cannot be read: %v", err)
		}
		if got.ClientHWAddr.String() != mac.String() {
			t.Errorf("answered %v", got.ClientHWAddr)
		}
		if y := got.YourIPAddr; !y.IsUnspecified() && !y.Equal(lease.IP.AsSlice()) {
			t.Errorf("gave %v", y)
		}
		if len(r.Packet) > 1400 {
			t.Errorf("the answer has %d bytes", len(r.Packet))
		}
	})
}
