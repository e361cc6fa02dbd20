package cloud_test

import (
	"net/netip"
	"reflect"
	"testing"

	"ecc/cloud"
)

func TestGuestDHCP(t *testing.T) {
	a := netip.MustParseAddr
	for name, c := range map[string]struct {
		options []cloud.DHCPOption
		dns     bool
		want    cloud.GuestDHCP
	}{
		"nothing": {nil, true, cloud.GuestDHCP{}},
		"the default": {[]cloud.DHCPOption{{Key: cloud.DHCPDomain, Values: []string{"ec2.internal"}}, {Key: cloud.DHCPServers, Values: []string{cloud.ProvidedDNS}}},
			true, cloud.GuestDHCP{Domain: "ec2.internal", ProvidedDNS: true}},
		"without DNS support": {[]cloud.DHCPOption{{Key: cloud.DHCPServers, Values: []string{cloud.ProvidedDNS, "192.0.2.53"}}},
			false, cloud.GuestDHCP{DNS: []netip.Addr{a("192.0.2.53")}}},
		"all": {[]cloud.DHCPOption{{Key: cloud.DHCPNTP, Values: []string{"192.0.2.1", "192.0.2.2"}}, {Key: cloud.DHCPNetBIOS, Values: []string{"192.0.2.3"}},
			{Key: cloud.DHCPNodeType, Values: []string{"8"}}, {Key: cloud.DHCPServers, Values: []string{"192.0.2.4"}}},
			true, cloud.GuestDHCP{NTP: []netip.Addr{a("192.0.2.1"), a("192.0.2.2")}, NetBIOS: []netip.Addr{a("192.0.2.3")}, NodeType: 8, DNS: []netip.Addr{a("192.0.2.4")}}},
		"no values": {[]cloud.DHCPOption{{Key: cloud.DHCPDomain}}, true, cloud.GuestDHCP{}},
	} {
		if got := (cloud.DHCPOptions{Options: c.options}).Guest(c.dns); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
