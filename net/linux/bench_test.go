package linux

import (
	"fmt"
	"log/slog"
	"net/netip"
	"testing"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/test/lab"
)

// big is a host of 200 guests in 20 groups of 50 rules, three to a port.
func big() fabric.Config {
	c := fabric.Config{VPCs: []fabric.VPC{{ID: vpcA, CIDR: vpcCIDR}}}
	for g := range 20 {
		group := fabric.Group{ID: cloud.GroupID(fmt.Sprintf("sg-%017x", g))}
		for r := range 50 {
			cidr := netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(g), byte(r), 0}), 24)
			group.Ingress = append(group.Ingress, rule("tcp", 1000*r+1, 1000*r+100, cidr))
		}
		c.Groups = append(c.Groups, group)
	}
	for n := range 200 {
		p := port(n+10, vpcA, false, c.Groups[n%20].ID, c.Groups[(n+1)%20].ID, c.Groups[(n+7)%20].ID)
		p.PublicIP = netip.AddrFrom4([4]byte{198, 18, 0, byte(n)})
		c.Ports = append(c.Ports, p)
	}
	return c
}

// BenchmarkSet measures Set on a big host: nothing changed, one rule changed,
// and everything anew after a restart.
func BenchmarkSet(b *testing.B) {
	lab.Require(b)
	cfg := Config{Name: "bench", StateDir: b.TempDir(), Secret: make([]byte, 16), Outside: true}
	log := slog.New(slog.DiscardHandler)
	f, err := New(cfg, &source{}, log)
	if err != nil {
		b.Fatal(err)
	}
	c := big()
	for _, p := range c.Ports {
		if err := f.EnsureTap(b.Context(), p); err != nil {
			b.Fatal(err)
		}
		tap := openTap(b, "", p.Tap)
		b.Cleanup(func() { _ = tap.Close() })
	}
	set := func() {
		b.Helper()
		if st, err := f.Set(b.Context(), c); err != nil || !st.Ports[199].Connected {
			b.Fatalf("%v %v", st.Ports[199], err)
		}
	}
	set()
	b.Run("unchanged", func(b *testing.B) {
		for b.Loop() {
			set()
		}
	})
	b.Run("one-rule", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			c.Groups[3].Ingress[7].From = 7001 + i%50
			set()
		}
	})
	b.Run("restart", func(b *testing.B) {
		for b.Loop() {
			if err := f.Close(); err != nil {
				b.Fatal(err)
			}
			if f, err = New(cfg, &source{}, log); err != nil {
				b.Fatal(err)
			}
			set()
		}
	})
	if err := f.Reset(b.Context()); err != nil {
		b.Fatal(err)
	}
	_ = f.Close()
}
