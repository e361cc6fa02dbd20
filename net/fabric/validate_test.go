package fabric

import (
	"net/netip"
	"strings"
	"testing"

	"ecc/cloud"
)

func TestValidate(t *testing.T) {
	if err := example().Validate(); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name   string
		change func(*Config)
		want   string // part of the error
		ports  int    // that are planned all the same
	}{
		{"VPC id", func(c *Config) { c.VPCs[2].ID = "vpc-../x" }, "no id", 3},
		{"VPC twice", func(c *Config) { c.VPCs[2].ID = c.VPCs[0].ID }, "belongs to", 3},
		{"VPC of IPv6", func(c *Config) { c.VPCs[0].CIDR = netip.MustParsePrefix("fd00::/64") }, "no IPv4 network", 2},
		{"VPC not masked", func(c *Config) { c.VPCs[0].CIDR = netip.MustParsePrefix("172.31.1.0/16") }, "no IPv4 network", 2},
		{"no VPC", func(c *Config) { c.Ports[2].VPC = "vpc-none" }, "not in the config", 2},
		{"tap with a path", func(c *Config) { c.Ports[2].Tap = "../x" }, "no device name", 2},
		{"tap too long", func(c *Config) { c.Ports[2].Tap = strings.Repeat("t", 16) }, "no device name", 2},
		{"tap twice", func(c *Config) { c.Ports[2].Tap = c.Ports[0].Tap }, "belongs to", 2},
		{"multicast MAC", func(c *Config) { c.Ports[2].MAC = "03:00:00:00:00:01" }, "no unicast MAC", 2},
		{"long MAC", func(c *Config) { c.Ports[2].MAC = "02:00:00:00:00:00:00:01" }, "no unicast MAC", 2},
		{"MAC twice in a VPC", func(c *Config) { c.Ports[1].MAC = strings.ToUpper(c.Ports[0].MAC) }, "belongs to", 2},
		{"address twice in a VPC", func(c *Config) { c.Ports[1].PrivateIP = c.Ports[0].PrivateIP }, "belongs to", 2},
		{"gateway's address", func(c *Config) { c.Ports[1].PrivateIP = c.Ports[1].Gateway() }, "no address for a guest", 2},
		{"address outside", func(c *Config) { c.Ports[1].PrivateIP = netip.MustParseAddr("10.0.0.1") }, "no address for a guest", 2},
		{"no address", func(c *Config) { c.Ports[1].PrivateIP = netip.Addr{} }, "no address for a guest", 2},
		{"subnet outside", func(c *Config) { c.Ports[1].Subnet = netip.MustParsePrefix("10.0.0.0/20") }, "no subnet", 2},
		{"no subnet", func(c *Config) { c.Ports[1].Subnet = netip.Prefix{} }, "no subnet", 2},
		{"public address twice", func(c *Config) { c.Ports[2].PublicIP = c.Ports[0].PublicIP }, "belongs to", 2},
		{"public loopback", func(c *Config) { c.Ports[2].PublicIP = netip.MustParseAddr("127.0.0.1") }, "no public address", 2},
		{"public metadata", func(c *Config) { c.Ports[2].PublicIP = Metadata }, "no public address", 2},
		{"MTU", func(c *Config) { c.Ports[2].MTU = 100 }, "MTU", 2},
		{"hops", func(c *Config) { c.Ports[2].HopLimit = 256 }, "hop limit", 2},
		{"host name", func(c *Config) { c.Ports[2].Hostname = "a\nb" }, "no host name", 2},
		{"group id", func(c *Config) { c.Groups[3].ID = "sg-{}" }, "no id", 3},
		{"group twice", func(c *Config) { c.Groups[3].ID = c.Groups[0].ID }, "belongs to", 3},
		{"rule without peer", func(c *Config) { c.Groups[0].Ingress = []cloud.GroupRule{{Protocol: "tcp", From: 1, To: 2}} }, "neither", 3},
		{"rule of a protocol", func(c *Config) { c.Groups[0].Ingress[0].Protocol = "quic" }, "protocol", 3},
		{"rule of protocol 256", func(c *Config) { c.Groups[0].Ingress[0].Protocol = "256" }, "protocol", 3},
		{"rule with ports upside down", func(c *Config) { c.Groups[0].Ingress[0].From = 23 }, "ports", 3},
		{"rule with a port too high", func(c *Config) { c.Groups[0].Ingress[0].To = 65536 }, "ports", 3},
		{"rule with an ICMP type", func(c *Config) { c.Groups[0].Ingress[1].From = 256 }, "ICMP", 3},
		{"rule of a group's name", func(c *Config) { c.Groups[0].Ingress[2].Group = "@x" }, "no id", 3},
		{"rule not masked", func(c *Config) { c.Groups[0].Ingress[0].CIDR = netip.MustParsePrefix("10.1.1.1/8") }, "mask", 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := example()
			tt.change(&c)
			err := c.Validate()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Validate = %v, want …%s…", err, tt.want)
			}
			plan, err := Compile(c, exampleLayout())
			if err == nil {
				t.Error("Compile does not complain")
			}
			ports := 0
			for _, v := range plan.VPCs {
				ports += len(v.Taps)
			}
			if ports != tt.ports {
				t.Errorf("%d ports are planned, want %d", ports, tt.ports)
			}
		})
	}
}

func TestUnusableEgressRulesLetNothingOut(t *testing.T) {
	c := example()
	c.Groups[0].Egress[0].Protocol = "nonsense"
	p, _ := Compile(c, exampleLayout())
	chain, _ := find(p.VPCs[0].Tables[1].Chains, "out_sg-0000000000000000a", Chain.name)
	if len(chain.Rules) != 0 {
		t.Errorf("rules %v", chain.Rules)
	}
	if NewPolicy(c).Out(c.Ports[1], Flow{Protocol: 6, Port: 80, Peer: netip.MustParseAddr("192.0.2.1")}) {
		t.Error("the policy lets it out")
	}
}
