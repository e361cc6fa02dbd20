package fabric

import (
	"net/netip"
	"testing"
)

// enclosedExample is the example with its first port shut in, and its second
// let out to one network.
func enclosedExample() Config {
	c := example()
	c.Ports[0].Enclosed = true
	c.Ports[1].Enclosed, c.Ports[1].Outside = true, []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	return c
}

func TestEnclosedGolden(t *testing.T) {
	plan, err := Compile(enclosedExample(), exampleLayout())
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "enclosed.golden", namespaceText(plan.VPCs[0]))
	golden(t, "enclosed-host.golden", stateText(plan.Host))
}

// What passes between a guest and the world, by the routes of its subnet.
func TestWays(t *testing.T) {
	plan, err := Compile(enclosedExample(), exampleLayout())
	if err != nil {
		t.Fatal(err)
	}
	table := plan.VPCs[0].Tables[1]
	shut, some := TapName("eni-00000000000000002"), TapName("eni-00000000000000001")
	mine := map[string]string{shut: "172.31.16.11", some: "172.31.16.10"}
	for _, c := range []struct {
		tap, peer string
		out, in   bool
	}{
		{shut, "203.0.113.7", false, false},
		{shut, "8.8.8.8", false, false},
		{some, "203.0.113.7", true, true},
		{some, "203.0.114.7", false, false},
	} {
		for _, flow := range []uint16{StateEstablished, StateNew} {
			own, peer := netip.MustParseAddr(mine[c.tap]), netip.MustParseAddr(c.peer)
			out := packet{in: c.tap, out: Uplink, src: own, dst: peer, protocol: protoTCP, dport: 443, state: flow}
			in := packet{in: Uplink, out: c.tap, src: peer, dst: own, protocol: protoTCP, dport: 22, state: flow}
			if got := table.passes("forward", out); got != c.out {
				t.Errorf("%s to %s, state %d: passes %v", c.tap, c.peer, flow, got)
			}
			if got := table.passes("forward", in); got != c.in {
				t.Errorf("%s to %s, state %d: passes %v", c.peer, c.tap, flow, got)
			}
		}
	}
	inside := packet{in: shut, out: some, src: netip.MustParseAddr(mine[shut]), dst: netip.MustParseAddr(mine[some]), protocol: protoTCP, dport: 22, state: StateNew}
	if !table.passes("forward", inside) {
		t.Error("a guest that may not leave its VPC does not reach its neighbour")
	}
}

func TestWayThatIsNone(t *testing.T) {
	for _, to := range []netip.Prefix{{}, netip.MustParsePrefix("10.0.0.1/8"), netip.MustParsePrefix("::/0")} {
		c := example()
		c.Ports[0].Enclosed, c.Ports[0].Outside = true, []netip.Prefix{to}
		if c.Validate() == nil {
			t.Errorf("a way to %v is taken", to)
		}
	}
}
