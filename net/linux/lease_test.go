package linux

import (
	"net/netip"
	"reflect"
	"testing"

	"ecc/cloud"
)

// A tenant's DHCP options stand in for the fabric's own settings; the cloud's
// name servers come where the tenant asks for them.
func TestLeaseHasTheTenantsOptions(t *testing.T) {
	own, theirs := netip.MustParseAddr("192.0.2.53"), netip.MustParseAddr("198.51.100.53")
	f := &Fabric{cfg: Config{DNS: []netip.Addr{own}, Domain: "host.example"}}
	for name, c := range map[string]struct {
		dhcp         *cloud.GuestDHCP
		host, domain string
		dns          []netip.Addr
	}{
		"none":        {nil, "ip-172-31-16-10.ec2.internal", "host.example", []netip.Addr{own}},
		"nothing":     {&cloud.GuestDHCP{}, "ip-172-31-16-10", "", nil},
		"a domain":    {&cloud.GuestDHCP{Domain: "blue.example", ProvidedDNS: true}, "ip-172-31-16-10", "blue.example", []netip.Addr{own}},
		"servers":     {&cloud.GuestDHCP{DNS: []netip.Addr{theirs}}, "ip-172-31-16-10", "", []netip.Addr{theirs}},
		"both":        {&cloud.GuestDHCP{DNS: []netip.Addr{theirs}, ProvidedDNS: true}, "ip-172-31-16-10", "", []netip.Addr{own, theirs}},
		"time server": {&cloud.GuestDHCP{NTP: []netip.Addr{theirs}}, "ip-172-31-16-10", "", nil},
	} {
		p := port(10, vpcA, false)
		p.DHCP = c.dhcp
		l, err := f.lease(p)
		if err != nil || l.Hostname != c.host || l.Domain != c.domain || !reflect.DeepEqual(l.DNS, c.dns) {
			t.Errorf("%s: %q %q %v, %v", name, l.Hostname, l.Domain, l.DNS, err)
		}
		if c.dhcp != nil && !reflect.DeepEqual(l.NTP, c.dhcp.NTP) {
			t.Errorf("%s: time servers %v", name, l.NTP)
		}
	}
}
