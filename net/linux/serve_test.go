package linux

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"ecc/cloud"
)

func (b *bench) metadata(g *guest) cloud.Metadata {
	p := g.port
	return cloud.Metadata{
		Instance: p.Instance, PrivateIP: p.PrivateIP, PublicIP: p.PublicIP, MAC: p.MAC, Hostname: p.Hostname,
		UserData: []byte("user data of " + string(p.Instance)), Options: cloud.IMDSOpts{HopLimit: 1},
	}
}

func TestDHCPGivesExactlyThePortsAddress(t *testing.T) {
	b := newBench(t)
	b.cfg.DNS = []netip.Addr{netip.MustParseAddr("192.0.2.53")}
	if err := b.f.Close(); err != nil {
		t.Fatal(err)
	}
	b.open()
	b.vpcs(vpcA)
	b.group(sgA)
	g := b.plug(port(10, vpcA, false, sgA))
	b.set()
	dir := t.TempDir()

	script := filepath.Join(dir, "udhcpc.sh")
	if err := os.WriteFile(script, []byte("#!/bin/sh\n[ \"$1\" = bound ] && env\nexit 0\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	out := g.output("busybox", "udhcpc", "-i", "eth0", "-n", "-q", "-t", "3", "-T", "1", "-f", "-s", script)
	for _, want := range []string{
		"ip=172.31.16.10\n", "subnet=255.255.240.0\n", "router=172.31.16.1\n", "dns=192.0.2.53\n", "lease=3600\n",
		"hostname=ip-172-31-16-10\n", "domain=ec2.internal\n", "serverid=172.31.16.1\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("udhcpc was not given %q:\n%s", want, out)
		}
	}

	if line := g.waitLine("bound to", "dhclient", "-d", "-v", "-sf", "/bin/true",
		"-lf", filepath.Join(dir, "leases"), "-pf", filepath.Join(dir, "pid"), "eth0"); !strings.Contains(line, "bound to 172.31.16.10 ") {
		t.Errorf("dhclient: %s", line)
	}
}

// waitLine runs a program in the guest until it prints a line with a word,
// and ends it.
func (g *guest) waitLine(word, name string, args ...string) string {
	g.b.Helper()
	ctx, cancel := context.WithTimeout(g.b.Context(), longWait)
	defer cancel()
	cmd := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", g.ns, name}, args...)...)
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		g.b.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = w.CloseWithError(cmd.Wait())
	}()
	defer func() { cancel(); go io.Copy(io.Discard, r); <-ended }()
	var all strings.Builder
	for lines := bufio.NewScanner(r); lines.Scan(); all.WriteString(lines.Text() + "\n") {
		if strings.Contains(lines.Text(), word) {
			return lines.Text()
		}
	}
	g.b.Fatalf("%s never printed %q:\n%s", name, word, &all)
	return ""
}

func TestMetadataKnowsItsGuestByThePort(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA)
	var guests []*guest
	for _, vpc := range []cloud.VPCID{vpcA, vpcB} {
		p := port(10, vpc, false, sgA)
		if vpc == vpcB { // the same address and MAC in another VPC
			p.ENI, p.Tap, p.Instance = "eni-0000000000000b", "tb", "i-0000000000000000b"
		}
		g := b.plug(p)
		b.meta.md[p.Instance] = b.metadata(g)
		guests = append(guests, g)
	}
	b.set()
	for _, g := range guests {
		g.static()
		const at = "http://169.254.169.254/latest/"
		if got := g.output("curl", "-sf", "-m", "5", at+"meta-data/instance-id"); got != string(g.port.Instance) {
			t.Errorf("IMDSv1: instance-id %q, want %q", got, g.port.Instance)
		}
		token := g.output("curl", "-sf", "-m", "5", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", at+"api/token")
		if got := g.output("curl", "-sf", "-m", "5", "-H", "X-aws-ec2-metadata-token: "+token, at+"user-data"); got != "user data of "+string(g.port.Instance) {
			t.Errorf("IMDSv2: user-data %q", got)
		}
		if g == guests[0] {
			if out, err := guests[0].try("curl", "-sf", "-m", "5", "-H", "X-aws-ec2-metadata-token: x"+token, at); err == nil {
				t.Errorf("a bad token is good: %s", out)
			}
		}
	}
}

// A token must not cross a router inside the guest; what needs none may.
func TestTokenStopsAtTheFirstHop(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA)
	g := b.plug(port(10, vpcA, false, sgA))
	b.meta.md[g.port.Instance] = b.metadata(g)
	b.set()
	g.static()
	inner := &guest{b: b, ns: "inner"}
	b.ip("netns", "add", inner.ns)
	t.Cleanup(func() { b.ip("netns", "del", inner.ns) })
	for _, args := range []string{
		"-n inner link add eth0 type veth peer name in0 netns " + g.ns, "-n inner addr add 10.9.0.2/24 dev eth0",
		"-n inner link set eth0 up", "-n " + g.ns + " addr add 10.9.0.1/24 dev in0", "-n " + g.ns + " link set in0 up",
		"-n inner route add default via 10.9.0.1",
	} {
		b.ip(strings.Fields(args)...)
	}
	g.output("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
	g.output("nft", "add table ip t; add chain ip t c { type nat hook postrouting priority 100; }; add rule ip t c oifname eth0 masquerade")
	const at = "http://169.254.169.254/latest/"
	if got := inner.output("curl", "-sf", "-m", "5", at+"meta-data/instance-id"); got != string(g.port.Instance) {
		t.Errorf("without a token: %q", got)
	}
	put := []string{"-s", "-m", "1", "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", at + "api/token"}
	if out, err := inner.try("curl", put...); err == nil || len(out) > 0 {
		t.Errorf("a token came through a hop: %q", out)
	}
	md := b.metadata(g)
	md.Options.HopLimit = 2
	b.meta.mu.Lock()
	b.meta.md[g.port.Instance] = md
	b.meta.mu.Unlock()
	if out, err := inner.try("curl", put...); err != nil || len(out) == 0 {
		t.Errorf("with a hop limit of 2: %q, %v", out, err)
	}
}

func TestGuestsReachNothingOfTheHost(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA)
	g := b.plug(port(10, vpcA, true, sgA))
	b.set()
	g.static()
	ln := listenOn(t, "0.0.0.0:7777")
	b.ip("link", "add", "dummy0", "type", "veth", "peer", "name", "dummy1")
	b.ip("addr", "add", "203.0.113.1/24", "dev", "dummy0")
	b.ip("link", "set", "dummy0", "up")
	t.Cleanup(func() { b.ip("link", "del", "dummy0") })
	for _, addr := range []string{"169.254.128.0", "169.254.128.1", "203.0.113.1", "127.0.0.1", "172.31.16.1"} {
		if c, _, err := dialFrom(g, fmt.Sprintf("%s:%d", addr, ln), shortWait); err == nil {
			c.Close()
			t.Errorf("the guest reaches the host at %s", addr)
		}
	}
	for _, addr := range []string{"169.254.128.0", "169.254.128.1", "203.0.113.1"} {
		if g.reaches(addr) {
			t.Errorf("%s answers the guest's ping", addr)
		}
	}
}
