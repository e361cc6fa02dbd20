package clc_test

import (
	"encoding/binary"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
	"ecc/roles/clc"
)

// What Reach makes of a table is what looking up the longest prefix finds, for
// any address.
func TestReachIsTheLongestPrefix(t *testing.T) {
	const dead = cloud.InternetGatewayID("igw-dead")
	rapid.Check(t, func(t *rapid.T) {
		var routes []cloud.Route
		seen := map[netip.Prefix]bool{}
		for range rapid.IntRange(0, 12).Draw(t, "routes") {
			// Few bits differ, so that networks are often inside others.
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], rapid.Uint32Range(0, 31).Draw(t, "net")<<27)
			p := netip.PrefixFrom(netip.AddrFrom4(b), rapid.IntRange(0, 5).Draw(t, "bits")).Masked()
			if !seen[p] {
				seen[p] = true
				routes = append(routes, cloud.Route{CIDR: p, Gateway: rapid.SampledFrom([]cloud.InternetGatewayID{"igw-live", dead}).Draw(t, "gateway")})
			}
		}
		acts := func(r cloud.Route) bool { return r.Gateway != dead }
		reach := clc.Reach(routes, acts)
		for n := range uint32(32) {
			var b [4]byte
			binary.BigEndian.PutUint32(b[:], n<<27|5)
			a := netip.AddrFrom4(b)
			want, bits := false, -1
			for _, r := range routes {
				if r.CIDR.Contains(a) && r.CIDR.Bits() > bits {
					want, bits = acts(r), r.CIDR.Bits()
				}
			}
			got := false
			for _, p := range reach {
				got = got || p.Contains(a)
			}
			if got != want {
				t.Fatalf("%s: %v, want %v: %v of %v", a, got, want, reach, routes)
			}
		}
	})
}
