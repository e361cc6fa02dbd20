package linux

import (
	"net/netip"
	"testing"
)

// A subnet whose routes lead nowhere has no way out and none in, whatever its
// guests' addresses and groups; what went on when its route was taken away
// ends. Inside the VPC nothing changes.
func TestEnclosedPortsStayInTheirVPC(t *testing.T) {
	b := newBench(t)
	world := b.world()
	world.listen(80)
	b.vpcs(vpcA)
	b.group(sgA, rule("tcp", 22, 22, any4), ping)
	public, private := b.plug(port(10, vpcA, true, sgA)), b.plug(port(11, vpcA, false, sgA))
	b.set()
	public.static().listen(22)
	private.static().listen(22)
	flow, incoming := b.dial(public, "203.0.113.2:80"), b.dial(world, "192.0.2.10:22")
	for _, c := range []interface{ Close() error }{flow, incoming} {
		defer c.Close()
	}
	if err := echoes(flow, longWait); err != nil {
		t.Fatal("before:", err)
	}

	route := func(enclosed bool, outside ...netip.Prefix) {
		t.Helper()
		for i := range b.conf.Ports {
			b.conf.Ports[i].Enclosed, b.conf.Ports[i].Outside = enclosed, outside
		}
		if st := b.set(); len(st.Drift) > 0 {
			t.Errorf("drift after Set: %q", st.Drift)
		}
	}
	route(true)
	if err := echoes(flow, shortWait); err == nil {
		t.Error("a connection outlives the route it took")
	}
	if err := echoes(incoming, shortWait); err == nil {
		t.Error("a connection from outside outlives the route it took")
	}
	for _, g := range []*guest{public, private} {
		if _, _, err := dialFrom(g, "203.0.113.2:80", shortWait); err == nil {
			t.Errorf("%s leaves its VPC without a route", g.ns)
		}
	}
	if _, _, err := dialFrom(world, "192.0.2.10:22", shortWait); err == nil {
		t.Error("a guest without a route is reached by its public address")
	}
	if _, err := comesFrom(private, "172.31.16.10:22"); err != nil {
		t.Error("inside the VPC:", err)
	}

	route(true, netip.MustParsePrefix("198.51.100.0/24"))
	if _, _, err := dialFrom(public, "203.0.113.2:80", shortWait); err == nil {
		t.Error("a route to elsewhere leads here")
	}
	route(true, netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"))
	for _, g := range []*guest{public, private} {
		if _, err := comesFrom(g, "203.0.113.2:80"); err != nil {
			t.Errorf("%s along its route: %v", g.ns, err)
		}
	}
	if _, err := comesFrom(world, "192.0.2.10:22"); err != nil {
		t.Error("from the route's end:", err)
	}
	route(false)
	if _, err := comesFrom(public, "203.0.113.2:80"); err != nil {
		t.Error("with every route again:", err)
	}
}
