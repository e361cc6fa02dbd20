package fabric

import (
	"flag"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// example has two VPCs of the same addresses, several groups, public
// addresses and a group reference.
func example() Config {
	cidr, subnet := netip.MustParsePrefix("172.31.0.0/16"), netip.MustParsePrefix("172.31.16.0/20")
	port := func(n int, vpc cloud.VPCID, ip string, groups ...cloud.GroupID) Port {
		return Port{
			Instance: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), ENI: cloud.ENIID(fmt.Sprintf("eni-%017x", n)),
			VPC: vpc, Tap: TapName(cloud.ENIID(fmt.Sprintf("eni-%017x", n))), MAC: fmt.Sprintf("02:00:00:00:00:%02x", n),
			PrivateIP: netip.MustParseAddr(ip), Subnet: subnet, Groups: groups, MTU: 1500, HopLimit: 1,
			Hostname: "ip-" + strings.ReplaceAll(ip, ".", "-") + ".ec2.internal",
		}
	}
	any4 := netip.MustParsePrefix("0.0.0.0/0")
	c := Config{
		VPCs: []VPC{{"vpc-0000000000000000b", cidr}, {"vpc-0000000000000000a", cidr}, {"vpc-0000000000000000c", cidr}},
		Ports: []Port{
			port(2, "vpc-0000000000000000a", "172.31.16.11", "sg-0000000000000000a", "sg-0000000000000000b"),
			port(1, "vpc-0000000000000000a", "172.31.16.10", "sg-0000000000000000a"),
			port(3, "vpc-0000000000000000b", "172.31.16.10", "sg-0000000000000000c", "sg-gone"),
		},
		Groups: []Group{
			{ID: "sg-0000000000000000a", Ingress: []cloud.GroupRule{
				{Protocol: "tcp", From: 22, To: 22, CIDR: any4},
				{Protocol: "icmp", From: 8, To: -1, CIDR: any4},
				{Protocol: "-1", From: -1, To: -1, Group: "sg-0000000000000000a"},
			}, Egress: []cloud.GroupRule{{Protocol: "-1", From: -1, To: -1, CIDR: any4}}},
			{ID: "sg-0000000000000000b", Ingress: []cloud.GroupRule{
				{Protocol: "udp", From: -1, To: -1, CIDR: netip.MustParsePrefix("203.0.113.0/24")},
				{Protocol: "tcp", From: 8000, To: 8999, CIDR: netip.MustParsePrefix("198.51.100.7/32")},
				{Protocol: "47", From: -1, To: -1, CIDR: any4},
				{Protocol: "tcp", From: 22, To: 22, CIDR: netip.MustParsePrefix("::/0")},
			}, Egress: []cloud.GroupRule{{Protocol: "tcp", From: 443, To: 443, CIDR: any4}}},
			{ID: "sg-0000000000000000c"},
			{ID: "sg-0000000000000000d", Ingress: []cloud.GroupRule{{Protocol: "-1", CIDR: any4}}},
		},
	}
	c.Ports[0].PublicIP = netip.MustParseAddr("192.0.2.11")
	c.Ports[2].PublicIP = netip.MustParseAddr("192.0.2.12")
	return c
}

func exampleLayout() Layout {
	return Layout{Name: "test", Outside: true, Transit: map[cloud.VPCID]netip.Prefix{
		"vpc-0000000000000000a": netip.MustParsePrefix("169.254.128.0/31"),
		"vpc-0000000000000000b": netip.MustParsePrefix("169.254.128.2/31"),
	}}
}

func TestCompileGolden(t *testing.T) {
	plan, err := Compile(example(), exampleLayout())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "host.golden", stateText(plan.Host))
	for _, ns := range plan.VPCs {
		golden(t, ns.Name+".golden", namespaceText(ns))
	}
	inward := exampleLayout()
	inward.Outside = false
	if plan, err = Compile(example(), inward); err != nil {
		t.Fatal(err)
	}
	golden(t, "host-inward.golden", stateText(plan.Host))
	if plan, err = Compile(Config{}, Layout{Name: "test"}); err != nil {
		t.Fatal(err)
	}
	golden(t, "host-empty.golden", stateText(plan.Host))
}

func stateText(h Host) string {
	return fmt.Sprintf("addresses %v\nroutes %v\n%s", h.Addresses, h.Routes, tablesText(h.Tables))
}

func namespaceText(ns Namespace) string {
	return fmt.Sprintf("veth %s\naddresses %v\nroutes %v\nneighbours %v\ntaps %v\n%s",
		ns.Veth, ns.Addresses, ns.Routes, ns.Neighbours, ns.Taps, tablesText(ns.Tables))
}

func tablesText(ts []Table) string {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.String())
	}
	return b.String()
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got), run with -update if it is meant:\n%s", name, d)
	}
}
