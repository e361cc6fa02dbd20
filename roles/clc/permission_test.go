package clc

import (
	"net/netip"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
)

// drawRule draws a rule as a group may have it.
func drawRule(t *rapid.T) cloud.GroupRule {
	r := cloud.GroupRule{From: -1, To: -1, Description: rapid.SampledFrom([]string{"", "why", "a b"}).Draw(t, "description"),
		Protocol: rapid.SampledFrom([]string{"-1", "tcp", "udp", "icmp", "icmpv6", "47"}).Draw(t, "protocol")}
	switch r.Protocol {
	case "tcp", "udp":
		r.From = rapid.IntRange(0, 65535).Draw(t, "from")
		r.To = rapid.IntRange(r.From, 65535).Draw(t, "to")
	case "icmp", "icmpv6":
		if r.From = rapid.IntRange(-1, 255).Draw(t, "type"); r.From >= 0 {
			r.To = rapid.IntRange(-1, 255).Draw(t, "code")
		}
	}
	switch rapid.IntRange(0, 2).Draw(t, "peer") {
	case 0:
		ip := rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "IPv4")
		r.CIDR = netip.PrefixFrom(netip.AddrFrom4([4]byte(ip)), rapid.IntRange(0, 32).Draw(t, "bits")).Masked()
	case 1:
		ip := append([]byte{0x20}, rapid.SliceOfN(rapid.Byte(), 15, 15).Draw(t, "IPv6")...)
		r.CIDR = netip.PrefixFrom(netip.AddrFrom16([16]byte(ip)), rapid.IntRange(8, 128).Draw(t, "bits")).Masked()
	default:
		r.Group = cloud.GroupID("sg-0000000000000000" + rapid.SampledFrom([]string{"a", "b"}).Draw(t, "group"))
	}
	return r
}

// What DescribeSecurityGroups says of rules is what Authorize and Revoke
// understand as the same rules: clients send it back.
func TestPermissionsRoundTripProperty(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var rules []cloud.GroupRule
		for range rapid.IntRange(1, 20).Draw(t, "n") {
			if r := drawRule(t); !slices.ContainsFunc(rules, func(o cloud.GroupRule) bool { return sameRule(o, r) }) {
				rules = append(rules, r)
			}
		}
		perms := renderPermissions(cloud.Group{Account: "111122223333"}, rules)
		back, err := readPermissions(perms, flatPermission{})
		if err != nil {
			t.Fatal(err)
		}
		if len(back) != len(rules) {
			t.Fatalf("%d rules became %d", len(rules), len(back))
		}
		for _, p := range back {
			if p.pair != nil {
				p.Group = cloud.GroupID(*p.pair.GroupId)
			}
			if !slices.ContainsFunc(rules, func(o cloud.GroupRule) bool { return sameRule(o, p.GroupRule) && o.Description == p.Description }) {
				t.Fatalf("%+v is none of the rules", p.GroupRule)
			}
		}
	})
}
