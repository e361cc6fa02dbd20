package linux

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/test/lab"
)

func TestMain(m *testing.M) { lab.Main(m) }

// source is the metadata of a test's instances.
type source struct {
	mu sync.Mutex
	md map[cloud.InstanceID]cloud.Metadata
}

func (s *source) Metadata(id cloud.InstanceID) (cloud.Metadata, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	md, ok := s.md[id]
	return md, ok
}

// bench is a fabric under test with its guests.
type bench struct {
	*testing.T
	f     *Fabric
	cfg   Config
	meta  *source
	conf  fabric.Config
	guest map[int]*guest
}

func newBench(t *testing.T) *bench {
	t.Helper()
	lab.Require(t)
	b := &bench{
		T: t, meta: &source{md: make(map[cloud.InstanceID]cloud.Metadata)}, guest: make(map[int]*guest),
		cfg: Config{Name: "test", StateDir: t.TempDir(), Secret: []byte("0123456789abcdef"), Outside: true},
	}
	b.open()
	t.Cleanup(func() {
		for _, g := range b.guest {
			g.unplug()
		}
		if err := b.f.Reset(context.Background()); err != nil {
			t.Errorf("Reset: %v", err)
		}
		if err := b.f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

func (b *bench) open() {
	b.Helper()
	var err error
	if b.f, err = New(b.cfg, b.meta, slog.New(slog.NewTextHandler(b.Output(), nil))); err != nil {
		b.Fatal(err)
	}
}

// set applies the bench's config and wants success.
func (b *bench) set() fabric.Status {
	b.Helper()
	st, err := b.f.Set(context.Background(), b.conf)
	if err != nil {
		b.Fatalf("Set: %v", err)
	}
	return st
}

const (
	vpcA cloud.VPCID   = "vpc-0000000000000000a"
	vpcB cloud.VPCID   = "vpc-0000000000000000b"
	sgA  cloud.GroupID = "sg-0000000000000000a"
	sgB  cloud.GroupID = "sg-0000000000000000b"
)

var (
	vpcCIDR = netip.MustParsePrefix("172.31.0.0/16")
	subnet  = netip.MustParsePrefix("172.31.16.0/20")
	any4    = netip.MustParsePrefix("0.0.0.0/0")
)

func rule(protocol string, from, to int, cidr netip.Prefix) cloud.GroupRule {
	return cloud.GroupRule{Protocol: protocol, From: from, To: to, CIDR: cidr}
}

var ping = rule("icmp", 8, -1, any4)

// port makes the n-th port: addresses 172.31.16.n and, when public, 192.0.2.n.
func port(n int, vpc cloud.VPCID, public bool, groups ...cloud.GroupID) fabric.Port {
	eni := cloud.ENIID(fmt.Sprintf("eni-%017x", n))
	p := fabric.Port{
		Instance: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), ENI: eni, VPC: vpc, Tap: fabric.TapName(eni),
		MAC: fmt.Sprintf("02:00:00:00:00:%02x", n), PrivateIP: netip.AddrFrom4([4]byte{172, 31, 16, byte(n)}),
		Subnet: subnet, Groups: groups, MTU: 1450, HopLimit: 1, Hostname: fmt.Sprintf("ip-172-31-16-%d.ec2.internal", n),
	}
	if public {
		p.PublicIP = netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})
	}
	return p
}

// vpcs makes the bench's config one of these VPCs.
func (b *bench) vpcs(ids ...cloud.VPCID) {
	for _, id := range ids {
		b.conf.VPCs = append(b.conf.VPCs, fabric.VPC{ID: id, CIDR: vpcCIDR})
	}
}

func (b *bench) group(id cloud.GroupID, ingress ...cloud.GroupRule) {
	for i := range b.conf.Groups {
		if b.conf.Groups[i].ID == id {
			b.conf.Groups[i].Ingress = ingress
			return
		}
	}
	b.conf.Groups = append(b.conf.Groups, fabric.Group{ID: id, Ingress: ingress})
}

// guest is a network namespace that stands for a virtual machine: its eth0 is
// a tap of its own, and frames are copied between that and the port's tap, as
// an emulator would.
type guest struct {
	b    *bench
	port fabric.Port
	ns   string
	host *os.File // the port's tap
	eth0 *os.File
	done sync.WaitGroup
}

// plug adds a port and its guest; the next set connects it.
func (b *bench) plug(p fabric.Port) *guest {
	b.Helper()
	b.conf.Ports = append(b.conf.Ports, p)
	return b.attach(p)
}

// attach starts the guest of a port, with its address set by hand.
func (b *bench) attach(p fabric.Port) *guest {
	b.Helper()
	if err := b.f.EnsureTap(context.Background(), p); err != nil {
		b.Fatal(err)
	}
	n := int(p.PrivateIP.As4()[3])
	g := &guest{b: b, port: p, ns: fmt.Sprintf("guest-%s-%d", string(p.VPC)[len(p.VPC)-1:], n), host: b.openTap("", p.Tap)}
	b.guest[len(b.guest)] = g
	b.ip("netns", "add", g.ns)
	g.eth0 = b.openTap(g.ns, "eth0")
	for _, args := range []string{
		"link set lo up", "link set eth0 address " + p.MAC, "link set eth0 up",
	} {
		b.ip(append([]string{"-n", g.ns}, strings.Fields(args)...)...)
	}
	g.copy(g.host, g.eth0)
	g.copy(g.eth0, g.host)
	return g
}

// static gives the guest the address that DHCP would.
func (g *guest) static() *guest {
	g.b.Helper()
	for _, args := range []string{
		fmt.Sprintf("addr add %v/20 dev eth0", g.port.PrivateIP), "route add default via 172.31.16.1",
	} {
		g.b.ip(append([]string{"-n", g.ns}, strings.Fields(args)...)...)
	}
	return g
}

func (g *guest) copy(from, to *os.File) {
	g.done.Add(1)
	go func() {
		defer g.done.Done()
		buf := make([]byte, 1<<16)
		for {
			n, err := from.Read(buf)
			if err != nil {
				return
			}
			_, _ = to.Write(buf[:n]) // a tap that is down drops
		}
	}()
}

// unplug is the end of the virtual machine.
func (g *guest) unplug() {
	if g.host == nil {
		return
	}
	_ = g.host.Close()
	_ = g.eth0.Close()
	g.done.Wait()
	g.host = nil
	g.b.ip("netns", "del", g.ns)
}

// openTap opens a tap, in the lab's own namespace or a named one.
func (b *bench) openTap(ns, name string) *os.File {
	b.Helper()
	return openTap(b, ns, name)
}

func openTap(b testing.TB, ns, name string) *os.File {
	b.Helper()
	n, err := hostNamespace()
	if ns != "" {
		if err == nil {
			n.close()
		}
		n, err = openNamespace(ns, "/run/netns/"+ns)
	}
	if err != nil {
		b.Fatal(err)
	}
	defer n.close()
	var fd int
	err = n.do(func() (err error) {
		if fd, err = unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0); err != nil {
			return err
		}
		req, err := unix.NewIfreq(name)
		if err != nil {
			return err
		}
		req.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		return unix.IoctlIfreq(fd, unix.TUNSETIFF, req)
	})
	if err != nil {
		b.Fatalf("open tap %s: %v", name, err)
	}
	return os.NewFile(uintptr(fd), name)
}

func (b *bench) ip(args ...string) string {
	b.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		b.Fatalf("ip %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// output runs a program in the guest, or on the host when g is nil, and wants
// success.
func (g *guest) output(name string, args ...string) string {
	g.b.Helper()
	out, err := g.try(name, args...)
	if err != nil {
		g.b.Fatalf("%s: %s %s: %v\n%s", g.ns, name, strings.Join(args, " "), err, out)
	}
	return out
}

// try runs a program in the guest.
func (g *guest) try(name string, args ...string) (string, error) {
	cmd := exec.Command("ip", append([]string{"netns", "exec", g.ns, name}, args...)...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

func (b *bench) onHost(name string, args ...string) (string, error) {
	out, err := exec.Command(name, args...).CombinedOutput()
	return string(out), err
}

// reaches reports whether one ping is answered.
func (g *guest) reaches(ip string) bool {
	_, err := g.try("ping", "-c1", "-W1", ip)
	return err == nil
}

func (b *bench) hostReaches(ip string) bool {
	_, err := b.onHost("ping", "-c1", "-W1", ip)
	return err == nil
}

// listen answers every TCP connection to a port of the guest with its name
// and then echoes.
func (g *guest) listen(port int) {
	g.b.Helper()
	n, err := openNamespace(g.ns, "/run/netns/"+g.ns)
	if err != nil {
		g.b.Fatal(err)
	}
	defer n.close()
	var ln net.Listener
	err = n.do(func() (err error) {
		ln, err = net.Listen("tcp4", fmt.Sprintf("0.0.0.0:%d", port))
		return err
	})
	if err != nil {
		g.b.Fatal(err)
	}
	g.b.Cleanup(func() { _ = ln.Close() })
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = io.WriteString(c, g.ns+" "+c.RemoteAddr().String()+"\n")
				_, _ = io.Copy(c, c)
			}()
		}
	}()
}

// dialFrom connects from a guest, or the host when g is nil, and returns the
// connection after reading the greeting.
func dialFrom(g *guest, addr string, wait time.Duration) (net.Conn, string, error) {
	var c net.Conn
	dial := func() (err error) {
		c, err = net.DialTimeout("tcp4", addr, wait)
		return err
	}
	err := error(nil)
	if g == nil {
		err = dial()
	} else {
		n, e := openNamespace(g.ns, "/run/netns/"+g.ns)
		if e != nil {
			return nil, "", e
		}
		defer n.close()
		err = n.do(dial)
	}
	if err != nil {
		return nil, "", err
	}
	buf := make([]byte, 256)
	_ = c.SetDeadline(time.Now().Add(wait))
	k, err := c.Read(buf)
	return c, strings.TrimSpace(string(buf[:k])), err
}
