package linux

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
)

// world makes a namespace outside the host, joined to it by a link: the host
// is 203.0.113.1, the world is 203.0.113.2 and routes public addresses back.
func (b *bench) world() *guest {
	b.Helper()
	w := &guest{b: b, ns: "world"}
	b.ip("netns", "add", w.ns)
	b.Cleanup(func() { b.ip("netns", "del", w.ns) })
	for _, args := range []string{
		"link add out0 type veth peer name eth0 netns world", "addr add 203.0.113.1/24 dev out0", "link set out0 up",
		"-n world addr add 203.0.113.2/24 dev eth0", "-n world link set eth0 up", "-n world link set lo up",
		"-n world route add 192.0.2.0/24 via 203.0.113.1", "-n world route add 169.254.0.0/16 via 203.0.113.1",
	} {
		b.ip(strings.Fields(args)...)
	}
	return w
}

// comesFrom returns the source address that a server sees.
func comesFrom(from *guest, addr string) (string, error) {
	c, hello, err := dialFrom(from, addr, longWait)
	if err != nil {
		return "", err
	}
	c.Close()
	_, source, _ := strings.Cut(hello, " ")
	at, err := netip.ParseAddrPort(source)
	return at.Addr().String(), err
}

func TestOutside(t *testing.T) {
	for _, masquerade := range []bool{true, false} {
		t.Run(fmt.Sprintf("masquerade %v", masquerade), func(t *testing.T) {
			b := newBench(t)
			world := b.world()
			world.listen(80)
			b.f.cfg.Outside = masquerade
			b.vpcs(vpcA)
			b.group(sgA, rule("tcp", 22, 22, netip.MustParsePrefix("203.0.113.2/32")))
			public, private := b.plug(port(10, vpcA, true, sgA)), b.plug(port(11, vpcA, false, sgA))
			b.set()
			public.static().listen(22)
			private.static()

			want := "192.0.2.10"
			if masquerade {
				want = "203.0.113.1"
			}
			if got, err := comesFrom(public, "203.0.113.2:80"); err != nil || got != want {
				t.Errorf("with a public address: comes from %s, %v, want %s", got, err, want)
			}
			if masquerade {
				if got, err := comesFrom(private, "203.0.113.2:80"); err != nil || got != want {
					t.Errorf("without one: comes from %s, %v, want %s", got, err, want)
				}
			} else if _, _, err := dialFrom(private, "203.0.113.2:80", shortWait); err == nil {
				t.Error("an address of this host's own making has left it")
			}
			if got, err := comesFrom(world, "192.0.2.10:22"); err != nil || got != "203.0.113.2" {
				t.Errorf("from the world: comes from %s, %v", got, err)
			}
			if _, _, err := dialFrom(private, "192.0.2.10:22", shortWait); err == nil {
				t.Error("the rule for the world lets in a neighbour")
			}
			if world.reaches("169.254.128.1") {
				t.Error("the world reaches a namespace by its transit address")
			}
		})
	}
}

// What guests of one VPC are to others: their public addresses, and nothing
// else.
func TestPublicAddressIsTheSourceForOthers(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA, rule("tcp", 22, 22, netip.MustParsePrefix("192.0.2.11/32")), rule("tcp", 22, 22, netip.MustParsePrefix("192.0.2.12/32")))
	server := b.plug(port(10, vpcA, true, sgA))
	neighbour, stranger, hidden := b.plug(port(11, vpcA, true, sgA)), b.plug(port(12, vpcB, true, sgA)), b.plug(port(13, vpcB, false, sgA))
	b.set()
	server.static().listen(22)
	for _, g := range []*guest{neighbour, stranger, hidden} {
		g.static()
	}
	for from, want := range map[*guest]string{neighbour: "192.0.2.11", stranger: "192.0.2.12"} {
		if got, err := comesFrom(from, "192.0.2.10:22"); err != nil || got != want {
			t.Errorf("comes from %s, %v, want %s", got, err, want)
		}
	}
	if _, _, err := dialFrom(hidden, "192.0.2.10:22", shortWait); err == nil {
		t.Error("one without a public address is let in by a rule for another")
	}
	if _, _, err := dialFrom(neighbour, "172.31.16.10:22", shortWait); err == nil {
		t.Error("the rule for a public address lets in a private one")
	}
	if ok := stranger.reaches("172.31.16.10"); ok {
		t.Error("a private address of another VPC answers")
	}
}
