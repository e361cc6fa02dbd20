package fabric

import (
	"fmt"
	"net/netip"
	"testing"

	"pgregory.net/rapid"

	"ecc/cloud"
)

func inetOf(t testing.TB, c Config) Table {
	t.Helper()
	l := Layout{Name: "t", Outside: true, Transit: map[cloud.VPCID]netip.Prefix{}}
	for i, v := range Wanted(c) {
		l.Transit[v] = netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 128, byte(2 * i)}), 31)
	}
	p, err := Compile(c, l)
	if err != nil {
		t.Fatal(err)
	}
	return p.VPCs[0].Tables[1]
}

// TestRulesAgreeWithGroups holds the compiled rules and the Policy against a
// third, naive reading of security groups.
func TestRulesAgreeWithGroups(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := randomConfig(t)
		f := rapid.Custom(randomFlow).Draw(t, "flow")
		from := rapid.SampledFrom(append(c.Ports, Port{Tap: Uplink, PrivateIP: netip.MustParseAddr("203.0.113.9")})).Draw(t, "from")
		to := rapid.SampledFrom(append(c.Ports, Port{Tap: Uplink, PrivateIP: netip.MustParseAddr("198.51.100.9")})).Draw(t, "to")
		if from.Tap == to.Tap {
			return
		}
		want := (from.Tap == Uplink || naive(c, from, f, to.PrivateIP, true)) && (to.Tap == Uplink || naive(c, to, f, from.PrivateIP, false))
		p := packet{
			in: from.Tap, out: to.Tap, ether: from.MAC, src: from.PrivateIP, dst: to.PrivateIP, state: StateNew,
			protocol: f.Protocol, dport: f.Port, sport: 40000, icmp: [2]uint8{f.ICMPType, f.ICMPCode},
		}
		tables, err := Compile(c, Layout{Name: "t", Transit: map[cloud.VPCID]netip.Prefix{"vpc-1": netip.MustParsePrefix("169.254.128.0/31")}})
		if err != nil {
			t.Fatal(err)
		}
		table := tables.VPCs[0].Tables[1]
		if got := table.passes("prerouting", p) && table.passes("forward", p); got != want {
			t.Fatalf("rules let %+v through = %v, want %v\n%s", p, got, want, table)
		}
		policy := NewPolicy(c)
		conn := Connection{
			Protocol: f.Protocol, Port: f.Port, ICMPType: f.ICMPType, ICMPCode: f.ICMPCode,
			From: from.PrivateIP, To: to.PrivateIP, AnswerFrom: to.PrivateIP, AnswerTo: from.PrivateIP,
		}
		if got := policy.Keeps("vpc-1", conn); got != want {
			t.Fatalf("Keeps(%+v) = %v, want %v", conn, got, want)
		}
		p.state = StateEstablished
		if !table.passes("forward", p) {
			t.Fatal("an established connection is cut by rules")
		}
	})
}

func randomFlow(t *rapid.T) Flow {
	f := Flow{Protocol: rapid.SampledFrom([]uint8{1, 6, 17, 47}).Draw(t, "protocol")}
	switch f.Protocol {
	case protoTCP, protoUDP:
		f.Port = rapid.Uint16Range(1, 5).Draw(t, "port")
	case protoICMP:
		f.ICMPType, f.ICMPCode = rapid.Uint8Range(0, 3).Draw(t, "type"), rapid.Uint8Range(0, 2).Draw(t, "code")
	}
	return f
}

func randomRule(t *rapid.T) cloud.GroupRule {
	r := cloud.GroupRule{Protocol: rapid.SampledFrom([]string{"-1", "tcp", "6", "udp", "icmp", "icmpv6", "47"}).Draw(t, "protocol"), From: -1, To: -1}
	switch r.Protocol {
	case "tcp", "6", "udp":
		if rapid.Bool().Draw(t, "ports") {
			r.From = rapid.IntRange(0, 5).Draw(t, "from")
			r.To = rapid.IntRange(r.From, 6).Draw(t, "to")
		}
	case "icmp":
		r.From, r.To = rapid.IntRange(-1, 3).Draw(t, "type"), rapid.IntRange(-1, 2).Draw(t, "code")
	}
	peers := []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.10/32", "203.0.113.0/24", "198.51.100.9/32", "::/0"}
	if n := rapid.IntRange(0, len(peers)+2).Draw(t, "peer"); n < len(peers) {
		r.CIDR = netip.MustParsePrefix(peers[n])
	} else {
		r.Group = cloud.GroupID(fmt.Sprintf("sg-%d", n-len(peers)))
	}
	return r
}

func randomConfig(t *rapid.T) Config {
	c := Config{VPCs: []VPC{{"vpc-1", netip.MustParsePrefix("10.0.0.0/16")}}}
	for i := range 3 {
		rules := rapid.SliceOfN(rapid.Custom(randomRule), 0, 3)
		c.Groups = append(c.Groups, Group{ID: cloud.GroupID(fmt.Sprintf("sg-%d", i)), Ingress: rules.Draw(t, "ingress"), Egress: rules.Draw(t, "egress")})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "ports") {
		c.Ports = append(c.Ports, Port{
			ENI: cloud.ENIID(fmt.Sprintf("eni-%d", i)), VPC: "vpc-1", Tap: fmt.Sprintf("t%d", i), MAC: fmt.Sprintf("02:00:00:00:00:%02x", i),
			PrivateIP: netip.AddrFrom4([4]byte{10, 0, 0, byte(10 + i)}), Subnet: netip.MustParsePrefix("10.0.0.0/24"),
			Groups: rapid.SliceOfN(rapid.SampledFrom([]cloud.GroupID{"sg-0", "sg-1", "sg-2", "sg-gone"}), 1, 3).Draw(t, "groups"),
		})
	}
	return c
}

// naive reads security groups as EC2's documents describe them.
func naive(c Config, p Port, f Flow, peer netip.Addr, out bool) bool {
	for _, id := range p.Groups {
		for _, g := range c.Groups {
			if g.ID != id {
				continue
			}
			rules := g.Ingress
			if out {
				rules = g.Egress
				if len(rules) == 0 {
					return true
				}
			}
			for _, r := range rules {
				if naiveRule(c, r, f, peer) {
					return true
				}
			}
		}
	}
	return false
}

func naiveRule(c Config, r cloud.GroupRule, f Flow, peer netip.Addr) bool {
	member := false
	for _, p := range c.Ports {
		for _, g := range p.Groups {
			member = member || p.PrivateIP == peer && g == r.Group
		}
	}
	if r.Group != "" && !member || r.Group == "" && !r.CIDR.Contains(peer) {
		return false
	}
	within := r.From == -1 || r.From <= int(f.Port) && int(f.Port) <= r.To
	switch r.Protocol {
	case "-1":
		return true
	case "tcp", "6":
		return f.Protocol == 6 && within
	case "udp":
		return f.Protocol == 17 && within
	case "icmp":
		return f.Protocol == 1 && (r.From == -1 || r.From == int(f.ICMPType)) && (r.To == -1 || r.To == int(f.ICMPCode))
	case "47":
		return f.Protocol == 47
	}
	return false
}

func TestGuardDropsWhatIsNotThePortsOwn(t *testing.T) {
	c := example()
	table := inetOf(t, c)
	p := c.Ports[1]
	good := packet{in: p.Tap, ether: p.MAC, src: p.PrivateIP, dst: netip.MustParseAddr("198.51.100.1"), protocol: protoUDP, sport: 5000, dport: 53}
	dhcp := packet{in: p.Tap, ether: p.MAC, src: netip.IPv4Unspecified(), dst: netip.MustParseAddr("255.255.255.255"), protocol: protoUDP, sport: 68, dport: 67}
	with := func(p packet, change func(*packet)) packet { change(&p); return p }
	tests := []struct {
		name string
		p    packet
		want bool
	}{
		{"its own", good, true},
		{"DHCP before it has an address", dhcp, true},
		{"another MAC", with(good, func(p *packet) { p.ether = c.Ports[0].MAC }), false},
		{"a neighbour's address", with(good, func(p *packet) { p.src = c.Ports[0].PrivateIP }), false},
		{"its public address", with(good, func(p *packet) { p.src = netip.MustParseAddr("192.0.2.11") }), false},
		{"a neighbour's MAC and address", with(good, func(p *packet) { p.ether, p.src = c.Ports[0].MAC, c.Ports[0].PrivateIP }), false},
		{"no address, not DHCP", with(dhcp, func(p *packet) { p.dport = 53 }), false},
		{"DHCP with another MAC", with(dhcp, func(p *packet) { p.ether = c.Ports[0].MAC }), false},
		{"a DHCP server's answer", with(good, func(p *packet) { p.sport, p.dport = 67, 68 }), false},
		{"IPv6", with(good, func(p *packet) { p.v6 = true }), false},
		{"a tap nobody knows", with(good, func(p *packet) { p.in = "t9" }), false},
	}
	for _, tt := range tests {
		if got := table.passes("prerouting", tt.p); got != tt.want {
			t.Errorf("%s: passes = %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestHostRules(t *testing.T) {
	plan, err := Compile(example(), exampleLayout())
	if err != nil {
		t.Fatal(err)
	}
	table := plan.Host.Tables[0]
	a, b := VethName("test", "vpc-0000000000000000a"), VethName("test", "vpc-0000000000000000b")
	addr := netip.MustParseAddr
	tests := []struct {
		name, at string
		p        packet
		want     bool
	}{
		{"a guest to the world", "forward", packet{in: a, out: "eth0", src: addr("192.0.2.11"), dst: addr("198.51.100.1"), state: StateNew}, true},
		{"the world to a public address", "forward", packet{in: "eth0", out: a, dst: addr("192.0.2.11"), state: StateNew}, true},
		{"the world to a transit address", "forward", packet{in: "eth0", out: a, dst: addr("169.254.128.1"), state: StateNew}, false},
		{"an answer from the world", "forward", packet{in: "eth0", out: a, dst: addr("169.254.128.1"), state: StateEstablished}, true},
		{"a guest to another VPC's public address", "forward", packet{in: a, out: b, dst: addr("192.0.2.12"), state: StateNew}, true},
		{"a guest to another VPC's transit address", "forward", packet{in: a, out: b, dst: addr("169.254.128.3"), state: StateNew}, false},
		{"a guest to another VPC's private address", "forward", packet{in: a, out: b, dst: addr("172.31.16.10"), state: StateNew}, false},
		{"a guest to a link-local service of the host's network", "forward", packet{in: a, out: "eth0", dst: addr("169.254.169.254"), state: StateNew}, false},
		{"others' traffic", "forward", packet{in: "eth0", out: "eth1", dst: addr("10.1.1.1"), state: StateNew}, true},
		{"a guest to the host", "input", packet{in: a, dst: addr("10.9.9.9"), protocol: protoTCP, dport: 22, state: StateNew}, false},
		{"a guest's answer to the host", "input", packet{in: a, dst: addr("169.254.128.0"), state: StateEstablished}, true},
		{"the world to the host", "input", packet{in: "eth0", dst: addr("10.9.9.9"), protocol: protoTCP, dport: 22, state: StateNew}, true},
		{"a source that is not the VPC's", "prerouting", packet{in: a, src: addr("192.0.2.12")}, false},
		{"a private source", "prerouting", packet{in: a, src: addr("172.31.16.10")}, false},
		{"its public source", "prerouting", packet{in: a, src: addr("192.0.2.11")}, true},
		{"IPv6 from a VPC", "prerouting", packet{in: a, v6: true}, false},
		{"others' IPv6", "prerouting", packet{in: "eth0", v6: true}, true},
	}
	for _, tt := range tests {
		if got := table.passes(tt.at, tt.p); got != tt.want {
			t.Errorf("%s: passes = %v, want %v", tt.name, got, tt.want)
		}
	}
}
