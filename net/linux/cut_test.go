package linux

import (
	"fmt"
	"net"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/net/fabric"
)

// shortWait is for what must not happen.
const shortWait = 300 * time.Millisecond

// longWait bounds what must happen.
const longWait = 5 * time.Second

func listenOn(t *testing.T, addr string) (port int) {
	t.Helper()
	ln, err := net.Listen("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln.Addr().(*net.TCPAddr).Port
}

// echoes reports whether a connection still carries data both ways.
func echoes(c net.Conn, wait time.Duration) error {
	_ = c.SetDeadline(time.Now().Add(wait))
	word := fmt.Sprintf("%d\n", time.Now().UnixNano())
	if _, err := c.Write([]byte(word)); err != nil {
		return err
	}
	buf := make([]byte, len(word))
	for got := 0; got < len(buf); {
		n, err := c.Read(buf[got:])
		if err != nil {
			return err
		}
		got += n
	}
	if string(buf) != word {
		return fmt.Errorf("%q came back as %q", word, buf)
	}
	return nil
}

func (b *bench) dial(from *guest, addr string) net.Conn {
	b.Helper()
	c, _, err := dialFrom(from, addr, longWait)
	if err != nil {
		b.Fatalf("connect to %s: %v", addr, err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

func TestRemovedRulesCutTheirFlowsAndNoOthers(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, rule("tcp", 22, 22, any4), rule("tcp", 80, 80, any4))
	b.group(sgB)
	server, client := b.plug(port(10, vpcA, true, sgA)), b.plug(port(11, vpcA, false, sgB))
	b.set()
	server.static().listen(22)
	server.listen(80)
	client.static()
	var cut, kept []net.Conn
	for _, from := range []*guest{client, nil} {
		cut = append(cut, b.dial(from, "192.0.2.10:22"))
		kept = append(kept, b.dial(from, "192.0.2.10:80"))
	}
	cut, kept = append(cut, b.dial(client, "172.31.16.10:22")), append(kept, b.dial(client, "172.31.16.10:80"))

	b.group(sgA, rule("tcp", 80, 80, any4))
	b.set()
	for i, c := range cut {
		if err := echoes(c, shortWait); err == nil {
			t.Errorf("flow %d goes on after its rule was removed", i)
		}
	}
	for i, c := range kept {
		if err := echoes(c, longWait); err != nil {
			t.Errorf("flow %d was cut though its rule is there: %v", i, err)
		}
	}

	// The rule's return must not bring the dead flows back as ghosts, but
	// new ones work.
	b.group(sgA, rule("tcp", 22, 22, any4), rule("tcp", 80, 80, any4))
	b.set()
	if err := echoes(b.dial(nil, "192.0.2.10:22"), longWait); err != nil {
		t.Error(err)
	}

	// Leaving a group and losing a public address cut as well.
	b.conf.Ports[0].PublicIP = port(12, vpcA, true).PublicIP
	b.set()
	if err := echoes(kept[1], shortWait); err == nil {
		t.Error("a flow to a public address that was taken away goes on")
	}
	if err := echoes(kept[2], longWait); err != nil {
		t.Errorf("a private flow was cut with the public address: %v", err)
	}
	b.conf.Ports[0].Groups = []cloud.GroupID{sgB}
	b.set()
	if err := echoes(kept[2], shortWait); err == nil {
		t.Error("a flow goes on after its port left the group")
	}
}

func TestRuleChangesUnderTrafficLoseNothing(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, rule("tcp", 22, 22, any4))
	g := b.plug(port(10, vpcA, true, sgA))
	b.set()
	g.static().listen(22)
	c := b.dial(nil, "192.0.2.10:22")
	for i := range 50 {
		extra := []cloud.GroupRule{rule("tcp", 22, 22, any4)}
		if i%2 == 0 {
			extra = append(extra, rule("udp", 1000+i, 2000, any4), ping)
		}
		b.group(sgA, extra...)
		b.set()
		if err := echoes(c, longWait); err != nil {
			t.Fatalf("after change %d: %v", i, err)
		}
	}
}

func TestEgressRules(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.conf.Groups = []fabric.Group{
		{ID: sgA, Ingress: []cloud.GroupRule{rule("tcp", 1, 65535, any4)}},
		{ID: sgB, Egress: []cloud.GroupRule{rule("tcp", 22, 22, vpcCIDR)}},
	}
	server, client := b.plug(port(10, vpcA, false, sgA)), b.plug(port(11, vpcA, false, sgB))
	b.set()
	server.static().listen(22)
	server.listen(80)
	client.static()
	b.dial(client, "172.31.16.10:22")
	if _, _, err := dialFrom(client, "172.31.16.10:80", shortWait); err == nil {
		t.Error("a port that no egress rule names can be reached")
	}
	b.conf.Groups[1].Egress = nil
	b.conf.Groups[1].Sealed = true
	b.set()
	if _, _, err := dialFrom(client, "172.31.16.10:22", shortWait); err == nil {
		t.Error("a sealed group without egress rules lets something out")
	}
}

func TestGroupReferences(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, cloud.GroupRule{Protocol: "-1", From: -1, To: -1, Group: sgB})
	b.group(sgB)
	server, friend, stranger := b.plug(port(10, vpcA, false, sgA)), b.plug(port(11, vpcA, false, sgB)), b.plug(port(12, vpcA, false, sgA))
	b.set()
	server.static().listen(22)
	friend.static()
	stranger.static()
	c := b.dial(friend, "172.31.16.10:22")
	if _, _, err := dialFrom(stranger, "172.31.16.10:22", shortWait); err == nil {
		t.Error("one who is not in the group is let in")
	}
	b.conf.Ports[1].Groups = []cloud.GroupID{sgA}
	b.set()
	if err := echoes(c, shortWait); err == nil {
		t.Error("a flow goes on after its peer left the group")
	}
}
