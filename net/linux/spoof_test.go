package linux

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/net/fabric"
)

// wire is a guest made of nothing but its tap: the test writes and reads its
// frames.
type wire struct {
	b    *bench
	port fabric.Port
	tap  *os.File
}

// wire adds a port whose frames the test handles.
func (b *bench) wire(p fabric.Port) *wire {
	b.Helper()
	b.conf.Ports = append(b.conf.Ports, p)
	return b.hold(p)
}

// hold opens a port's tap, as a domain does when it starts.
func (b *bench) hold(p fabric.Port) *wire {
	b.Helper()
	if err := b.f.EnsureTap(b.Context(), p); err != nil {
		b.Fatal(err)
	}
	w := &wire{b: b, port: p, tap: b.openTap("", p.Tap)}
	b.Cleanup(func() { _ = w.tap.Close() })
	return w
}

func (w *wire) send(frame []byte) {
	w.b.Helper()
	if _, err := w.tap.Write(frame); err != nil {
		w.b.Fatal(err)
	}
}

// await reads frames until one contains the marker and fails the test when an
// earlier one is bad.
func (w *wire) await(marker string, bad func(frame []byte) bool) {
	w.b.Helper()
	_ = w.tap.SetReadDeadline(time.Now().Add(longWait))
	buf := make([]byte, 1<<16)
	for {
		n, err := w.tap.Read(buf)
		if err != nil {
			w.b.Fatalf("waiting for %q: %v", marker, err)
		}
		switch {
		case bytes.Contains(buf[:n], []byte(marker)):
			return
		case bad(buf[:n]):
			w.b.Errorf("forbidden frame % x", buf[:n])
		}
	}
}

func mac(s string) net.HardwareAddr {
	m, err := net.ParseMAC(s)
	if err != nil {
		panic(err)
	}
	return m
}

func ethernet(src string, kind uint16, payload []byte) []byte {
	f := append(bytes.Clone(gatewayMAC), mac(src)...)
	return append(binary.BigEndian.AppendUint16(f, kind), payload...)
}

// udp makes an IPv4 packet without a UDP checksum.
func udp(src, dst netip.Addr, sport, dport uint16, data string) []byte {
	b := make([]byte, 28, 28+len(data))
	b[0], b[8], b[9] = 0x45, 64, unix.IPPROTO_UDP
	binary.BigEndian.PutUint16(b[2:], uint16(28+len(data)))
	copy(b[12:], src.AsSlice())
	copy(b[16:], dst.AsSlice())
	binary.BigEndian.PutUint16(b[10:], checksum(b[:20]))
	binary.BigEndian.PutUint16(b[20:], sport)
	binary.BigEndian.PutUint16(b[22:], dport)
	binary.BigEndian.PutUint16(b[24:], uint16(8+len(data)))
	return append(b, data...)
}

func checksum(b []byte) uint16 {
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
	}
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	return ^uint16(sum)
}

// fragments cuts an IPv4 packet in two at a multiple of 8 bytes.
func fragments(p []byte, at int) [][]byte {
	first, second := bytes.Clone(p[:20+at]), append(bytes.Clone(p[:20]), p[20+at:]...)
	for i, f := range [][]byte{first, second} {
		binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
		binary.BigEndian.PutUint16(f[6:], uint16(1-i)<<13|uint16(i*at/8))
		binary.BigEndian.PutUint16(f[10:], 0)
		binary.BigEndian.PutUint16(f[10:], checksum(f[:20]))
	}
	return [][]byte{first, second}
}

func arp(op uint16, srcMAC string, srcIP netip.Addr, dstIP netip.Addr) []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, byte(op)}
	b = append(append(b, mac(srcMAC)...), srcIP.AsSlice()...)
	return append(append(b, make([]byte, 6)...), dstIP.AsSlice()...)
}

// TestForgedFramesReachNobody sends what a guest must not send and then
// something it may: the second arrives, the first never.
func TestForgedFramesReachNobody(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, rule("-1", -1, -1, any4))
	evil, victim := b.wire(port(10, vpcA, true, sgA)), b.wire(port(11, vpcA, true, sgA))
	b.set()
	me, other, it := evil.port.PrivateIP, port(12, vpcA, false).PrivateIP, victim.port.PrivateIP
	myMAC, itsMAC := evil.port.MAC, victim.port.MAC
	const ip4, ip6, arpType, vlan = unix.ETH_P_IP, unix.ETH_P_IPV6, unix.ETH_P_ARP, unix.ETH_P_8021Q
	forged := func(src, dst netip.Addr, sport, dport uint16) []byte { return udp(src, dst, sport, dport, "FORGED") }
	v6 := append([]byte{0x60, 0, 0, 0, 0, 6, unix.IPPROTO_UDP, 64}, make([]byte, 32)...)
	frags := fragments(forged(other, it, 5000, 5000), 8)
	tests := map[string][][]byte{
		"MAC":                     {ethernet("02:00:00:00:00:77", ip4, forged(me, it, 5000, 5000))},
		"victim's MAC":            {ethernet(itsMAC, ip4, forged(me, it, 5000, 5000))},
		"address":                 {ethernet(myMAC, ip4, forged(other, it, 5000, 5000))},
		"victim's address":        {ethernet(myMAC, ip4, forged(it, it, 5000, 5000))},
		"public address":          {ethernet(myMAC, ip4, forged(evil.port.PublicIP, it, 5000, 5000))},
		"gateway's address":       {ethernet(myMAC, ip4, forged(evil.port.Gateway(), it, 5000, 5000))},
		"metadata's address":      {ethernet(myMAC, ip4, forged(fabric.Metadata, it, 80, 5000))},
		"no address":              {ethernet(myMAC, ip4, forged(netip.IPv4Unspecified(), it, 68, 67))},
		"fragments":               {ethernet(myMAC, ip4, frags[0]), ethernet(myMAC, ip4, frags[1])},
		"DHCP server":             {ethernet(myMAC, ip4, forged(me, it, 67, 68))},
		"broadcast to the subnet": {ethernet(myMAC, ip4, forged(me, netip.MustParseAddr("172.31.31.255"), 5000, 5000))},
		"broadcast to all":        {ethernet(myMAC, ip4, forged(me, netip.MustParseAddr("255.255.255.255"), 5000, 5000))},
		"multicast":               {ethernet(myMAC, ip4, forged(me, netip.MustParseAddr("224.0.0.251"), 5353, 5353))},
		"IPv6":                    {ethernet(myMAC, ip6, append(v6, "FORGED"...))},
		"VLAN":                    {ethernet(myMAC, vlan, append([]byte{0, 5, 8, 0}, forged(me, it, 5000, 5000)...))},
		"STP":                     {append(mac("01:80:c2:00:00:00"), append(mac(myMAC), append([]byte{0, 38, 0x42, 0x42, 3}, "FORGED"...)...)...)},
		"LLDP":                    {ethernet(myMAC, unix.ETH_P_LLDP, []byte("FORGED"))},
		"ARP reply as the victim": {ethernet(myMAC, arpType, arp(2, myMAC, it, me)), ethernet(myMAC, arpType, arp(1, myMAC, it, it))},
	}
	for name, frames := range tests {
		t.Run(name, func(t *testing.T) {
			for _, f := range frames {
				evil.send(f)
			}
			mark := "MARK " + name
			evil.send(ethernet(myMAC, ip4, udp(me, it, 6000, 6000, mark)))
			victim.await(mark, func(f []byte) bool {
				return bytes.Contains(f, []byte("FORGED")) || binary.BigEndian.Uint16(f[12:]) == arpType
			})
		})
	}
	// Nothing of it has changed what the host believes.
	for line := range strings.SplitSeq(strings.TrimSpace(b.ip("-n", fabric.NamespaceName("test", vpcA), "neigh", "show", "nud", "all")), "\n") {
		if strings.Contains(line, " dev t") && !strings.Contains(line, "PERMANENT") {
			t.Errorf("the host has learned %q", line)
		}
	}
}

// A guest that asks under its own name is answered for every address; one
// that asks under another name is not answered at all.
func TestARP(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA)
	w, other := b.wire(port(10, vpcA, false, sgA)), port(11, vpcA, false, sgA)
	b.wire(other)
	b.set()
	me, myMAC := w.port.PrivateIP, w.port.MAC
	ask := func(who netip.Addr, ether, claims string, about netip.Addr) {
		w.send(ethernet(ether, unix.ETH_P_ARP, arp(1, claims, who, about)))
	}
	answers := func(about netip.Addr) string {
		return string(append(append([]byte{0, 2}, gatewayMAC...), about.AsSlice()...))
	}
	never := func(f []byte) bool { return binary.BigEndian.Uint16(f[12:]) == unix.ETH_P_ARP }
	ask(other.PrivateIP, myMAC, myMAC, w.port.Gateway())
	ask(me, myMAC, other.MAC, w.port.Gateway())
	ask(me, other.MAC, myMAC, w.port.Gateway())
	ask(me, myMAC, myMAC, me) // nobody else has it
	ask(me, myMAC, myMAC, w.port.Gateway())
	w.await(answers(w.port.Gateway()), never)
	ask(me, myMAC, myMAC, other.PrivateIP)
	w.await(answers(other.PrivateIP), never)
	ask(me, myMAC, myMAC, netip.MustParseAddr("8.8.8.8"))
	w.await(answers(netip.MustParseAddr("8.8.8.8")), never)
}

// TestFirstPacket floods a port from before it exists: nothing gets in until
// a rule says so.
func TestFirstPacket(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA)
	b.group(sgB, rule("-1", -1, -1, any4))
	sender := b.wire(port(10, vpcA, true, sgB))
	b.set()
	victim := b.wire(port(11, vpcA, true, sgA))
	stop := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		host, err := net.ListenPacket("udp4", "0.0.0.0:0")
		if err != nil {
			t.Error(err)
			return
		}
		defer host.Close()
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_, _ = host.WriteTo([]byte("FLOOD"), &net.UDPAddr{IP: victim.port.PublicIP.AsSlice(), Port: 5000}) // no route at first
			sender.send(ethernet(sender.port.MAC, unix.ETH_P_IP, udp(sender.port.PrivateIP, victim.port.PrivateIP, 5000, 5000, "FLOOD")))
		}
	}()
	b.set()
	b.set()
	close(stop)
	<-stopped
	b.group(sgA, rule("udp", 6000, 6000, any4))
	b.set()
	sender.send(ethernet(sender.port.MAC, unix.ETH_P_IP, udp(sender.port.PrivateIP, victim.port.PrivateIP, 6000, 6000, "MARK")))
	victim.await("MARK", func(f []byte) bool { return bytes.Contains(f, []byte("FLOOD")) })
}

func TestVPCsOfTheSameAddressesAreApart(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA, rule("tcp", 22, 22, any4), ping)
	var servers []*guest
	for i, vpc := range []cloud.VPCID{vpcA, vpcB} {
		for n := 10; n <= 11; n++ {
			p := port(n, vpc, false, sgA)
			p.Tap = fmt.Sprintf("t%d%d", i, n)
			p.ENI = cloud.ENIID(fmt.Sprintf("eni-%d%d", i, n))
			if n == 10 {
				p.PublicIP = netip.AddrFrom4([4]byte{192, 0, 2, byte(100 + i)})
			}
			servers = append(servers, b.plug(p))
		}
	}
	b.set()
	for _, g := range servers {
		g.static()
	}
	servers[0].listen(22)
	servers[2].listen(22)
	for i, from := range []*guest{servers[1], servers[3]} {
		own := servers[2*i]
		if _, hello, err := dialFrom(from, "172.31.16.10:22", longWait); err != nil || !strings.HasPrefix(hello, own.ns+" ") {
			t.Errorf("%s reaches %q (%v), want %s", from.ns, hello, err, own.ns)
		}
		if _, hello, err := dialFrom(nil, own.port.PublicIP.String()+":22", longWait); err != nil || !strings.HasPrefix(hello, own.ns+" ") {
			t.Errorf("the host reaches %q (%v), want %s", hello, err, own.ns)
		}
		other := servers[2-2*i]
		if _, hello, err := dialFrom(from, other.port.PublicIP.String()+":22", longWait); err != nil || !strings.HasPrefix(hello, other.ns+" ") {
			t.Errorf("%s reaches %q (%v) by a public address, want %s", from.ns, hello, err, other.ns)
		}
	}
}
