package linux

import (
	"net"
	"net/netip"
	"strings"
	"testing"
)

// An elastic IP that is moved while the guests run: at once it leads to the
// next, in the same VPC or in another, the next one's packets have it as their
// source, and what was connected by it to the former is cut.
func TestPublicAddressMoves(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA, rule("tcp", 22, 22, any4))
	elastic := netip.MustParseAddr("192.0.2.77")
	guests := []*guest{b.plug(port(10, vpcA, true, sgA)), b.plug(port(11, vpcA, false, sgA)), b.plug(port(12, vpcB, true, sgA))}
	b.set()
	for _, g := range guests {
		g.static().listen(22)
	}
	witness := b.plug(port(13, vpcB, true, sgA)) // sees who calls
	b.set()
	witness.static().listen(22)
	before := make([]netip.Addr, len(guests))
	for k := range guests {
		before[k] = b.conf.Ports[k].PublicIP
	}
	var former net.Conn
	for _, at := range []int{0, 1, 2, 1, 0, 2, 0} {
		for k := range guests {
			b.conf.Ports[k].PublicIP = before[k] // an address of the pool, or none
		}
		b.conf.Ports[at].PublicIP = elastic
		b.set()
		if former != nil && echoes(former, shortWait) == nil {
			t.Errorf("a flow goes on after its address was moved to %s", guests[at].ns)
		}
		c, hello, err := dialFrom(nil, elastic.String()+":22", longWait)
		if err != nil || !strings.HasPrefix(hello, guests[at].ns+" ") {
			t.Fatalf("moved to %s: %q answers, %v", guests[at].ns, hello, err)
		}
		b.Cleanup(func() { _ = c.Close() })
		if err := echoes(c, longWait); err != nil {
			t.Error(err)
		}
		if got, err := comesFrom(guests[at], "192.0.2.13:22"); err != nil || got != elastic.String() {
			t.Errorf("%s comes from %s, %v", guests[at].ns, got, err)
		}
		former = c
	}
}
