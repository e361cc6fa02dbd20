package dhcp

import (
	"net/netip"
	"testing"

	"github.com/insomniacslk/dhcp/dhcpv4"
)

// A lease with a tenant's options tells them, and one without tells none of
// them.
func TestAnswerGivesTheTenantsOptions(t *testing.T) {
	l := lease
	l.NTP = []netip.Addr{netip.MustParseAddr("192.0.2.123")}
	l.NetBIOS = []netip.Addr{netip.MustParseAddr("192.0.2.44"), netip.MustParseAddr("192.0.2.45")}
	l.NodeType = 2
	for _, c := range []struct {
		lease            Lease
		ntp, names, kind string
	}{
		{l, "\xc0\x00\x02\x7b", "\xc0\x00\x02\x2c\xc0\x00\x02\x2d", "\x02"},
		{lease, "", "", ""},
	} {
		r, ok := Answer(c.lease, request(t, dhcpv4.MessageTypeDiscover))
		if !ok {
			t.Fatal("no answer")
		}
		m, err := dhcpv4.FromBytes(r.Packet)
		if err != nil {
			t.Fatal(err)
		}
		for code, want := range map[uint8]string{42: c.ntp, 44: c.names, 46: c.kind} {
			if got := string(m.Options[code]); got != want {
				t.Errorf("option %d: %q, want %q", code, got, want)
			}
		}
	}
}
