package linux

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/net/fabric"
	"ecc/test/lab"
)

// snapshot is everything a fabric could have changed on the host, as text.
func snapshot(t testing.TB) string {
	t.Helper()
	return sh(t, `ip -o link | sed 's/^[0-9]*: //; s/@if[0-9]*:/:/; s/ link-netns [^ ]*//; s/ link-netnsid [0-9]*//'
		ip -o addr | sed 's/^[0-9]*: //'; ip route; ip neigh show nud permanent; nft list ruleset
		cat /proc/sys/net/ipv4/ip_forward; ls /run/netns`)
}

func sh(t testing.TB, script string) string {
	t.Helper()
	out, err := exec.Command("sh", "-c", script).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
	return string(out)
}

func TestResetLeavesTheHostAsItWas(t *testing.T) {
	lab.Require(t)
	sh(t, `echo 0 >/proc/sys/net/ipv4/ip_forward; mkdir -p /run/netns
		nft 'table inet other { chain c { type filter hook forward priority 0; policy accept; ct state new counter; }; }'
		ip netns add ecc-test-not-a-vpc; ip tuntap add t00000000000099 mode tap; ip link add brx type veth peer name bry`)
	t.Cleanup(func() {
		sh(t, `nft delete table inet other; ip netns del ecc-test-not-a-vpc; ip link del t00000000000099; ip link del brx`)
	})
	// Making the folder of namespaces a mount point is not undone: other
	// software uses it so too.
	if err := shareMounts("/run/netns"); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t)
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	b.wire(port(11, vpcB, false, sgA))
	pending := port(12, vpcB, false, sgA)
	if err := b.f.EnsureTap(t.Context(), pending); err != nil {
		t.Fatal(err)
	}
	b.set()
	if snapshot(t) == before {
		t.Fatal("Set changed nothing")
	}
	for range 2 {
		if err := b.f.Reset(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(before, snapshot(t)); d != "" {
			t.Errorf("(-before +after Reset):\n%s", d)
		}
	}
	b.conf = fabric.Config{}
	b.vpcs(vpcA)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	b.set() // works again at once
}

func TestSetAgainDoesNothing(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	b.set()
	b.set() // the tap's carrier may have come late
	generations := func() [2]uint32 {
		var g [2]uint32
		for i, n := range []*namespace{b.f.host, b.f.vpcs[vpcA]} {
			var err error
			if g[i], err = n.generation(); err != nil {
				t.Fatal(err)
			}
		}
		return g
	}
	rules, links := generations(), sh(t, "ip -o link; ip -o -n ecc-test-"+string(vpcA)+" link")
	server := b.f.servers[b.conf.Ports[0].Tap]
	for range 3 {
		if st := b.set(); len(st.Drift) > 0 || !st.Ports[0].Connected {
			t.Errorf("status %+v", st)
		}
	}
	if got := generations(); got != rules {
		t.Errorf("rules were written again: generations %v, then %v", rules, got)
	}
	if d := cmp.Diff(links, sh(t, "ip -o link; ip -o -n ecc-test-"+string(vpcA)+" link")); d != "" {
		t.Errorf("links changed:\n%s", d)
	}
	if b.f.servers[b.conf.Ports[0].Tap] != server {
		t.Error("servers were started again")
	}
}

func TestGuestsOutliveTheProcess(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, rule("tcp", 22, 22, any4), ping)
	g := b.plug(port(10, vpcA, true, sgA))
	b.set()
	g.static().listen(22)
	c := b.dial(nil, "192.0.2.10:22")
	if err := b.f.Close(); err != nil {
		t.Fatal(err)
	}
	if err := echoes(c, longWait); err != nil {
		t.Errorf("after Close: %v", err)
	}
	if !g.reaches("172.31.16.1") || !b.hostReaches("192.0.2.10") {
		t.Error("after Close pings are lost")
	}
	b.open()
	if err := b.f.EnsureTap(t.Context(), b.conf.Ports[0]); err != nil {
		t.Fatal(err) // what a starting nc does for every instance
	}
	if st := b.set(); !st.Ports[0].Connected {
		t.Errorf("after a restart: %+v", st)
	}
	if err := echoes(c, longWait); err != nil {
		t.Errorf("after a restart: %v", err)
	}
	b.group(sgA)
	b.set()
	if err := echoes(c, shortWait); err == nil {
		t.Error("the new process cannot cut what the old one let in")
	}
}

func TestLeftoversAreSweptAndOthersAreNot(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA, vpcB)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	b.wire(port(11, vpcB, true, sgA))
	orphan := port(12, vpcB, false, sgA)
	if err := b.f.EnsureTap(t.Context(), orphan); err != nil {
		t.Fatal(err)
	}
	b.set()
	if err := b.f.Close(); err != nil {
		t.Fatal(err)
	}
	other := b.cfg
	other.Name = "test-vpc" // begins like ours
	other.StateDir = t.TempDir()
	f2, err := New(other, b.meta, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer f2.Close()
	p := port(20, vpcA, false, sgA)
	if err := f2.EnsureTap(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	defer b.openTap("", p.Tap).Close()
	theirs := fabric.Config{VPCs: b.conf.VPCs, Groups: b.conf.Groups, Ports: []fabric.Port{p}}
	if _, err := f2.Set(t.Context(), theirs); err != nil {
		t.Fatal(err)
	}
	// Crashes leave half-made things.
	sh(t, `touch /run/netns/ecc-test-vpc-00000bad; ip link add half0 type veth peer name half1
		ip link set half0 alias "ecc-test vpc-0123"`)
	b.open()
	b.conf.Ports = b.conf.Ports[:1]
	if st := b.set(); len(st.VPCs) != 1 || len(st.Ports) != 1 || len(st.Drift) > 0 {
		t.Errorf("status %+v", st)
	}
	left := snapshot(t)
	for _, gone := range []string{fabric.NamespaceName("test", vpcB), fabric.VethName("test", vpcB), orphan.Tap, "192.0.2.11", "00000bad", "half0"} {
		if strings.Contains(left, gone) {
			t.Errorf("%s is left:\n%s", gone, left)
		}
	}
	st, err := f2.Status(t.Context())
	if err != nil || len(st.Drift) > 0 || !st.Ports[0].Connected {
		// The host's generation has moved on by our changes; that is all.
		if err != nil || len(st.Drift) != 1 || !strings.HasPrefix(st.Drift[0], "host: rules") || !st.Ports[0].Connected {
			t.Errorf("the other installation: %+v, %v", st, err)
		}
	}
	if err := f2.Reset(t.Context()); err != nil {
		t.Fatal(err)
	}
	if st := b.set(); !st.Ports[0].Connected || sh(t, "cat /proc/sys/net/ipv4/ip_forward") != "1\n" {
		t.Errorf("the other's Reset broke ours: %+v", st)
	}
}

func TestDriftIsSeenAndRepaired(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, ping)
	p := b.wire(port(10, vpcA, true, sgA)).port
	b.set()
	ns := fabric.NamespaceName("test", vpcA)
	for _, harm := range []string{
		"ip netns exec " + ns + " nft flush chain inet ecc guard",
		"ip netns exec " + ns + " nft flush ruleset",
		"nft delete table inet ecc-test",
		"ip -n " + ns + " route del 172.31.16.10",
		"ip -n " + ns + " link set " + p.Tap + " down",
		"ip -n " + ns + " link set uplink down",
		"ip -n " + ns + " neigh flush dev " + p.Tap + " nud permanent",
		"ip -n " + ns + " addr del 169.254.169.254/32 dev lo",
		"ip -n " + ns + " addr add 10.0.0.1/24 dev " + p.Tap,
		"ip -n " + ns + " route add 10.1.0.0/16 via 169.254.128.0",
		"ip route del 192.0.2.10",
		"ip link set " + fabric.VethName("test", vpcA) + " down",
		"ip link del " + fabric.VethName("test", vpcA),
	} {
		sh(t, harm)
		st, err := b.f.Status(t.Context())
		if err != nil || len(st.Drift) == 0 {
			t.Errorf("%s: not seen: %+v, %v", harm, st, err)
		}
		if st := b.set(); len(st.Drift) > 0 || !st.Ports[0].Connected {
			t.Errorf("%s: not repaired: %+v", harm, st)
		}
	}
}

// A tap is ready for one domain after another.
func TestTapThroughStopAndStart(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, ping)
	p := port(10, vpcA, true, sgA)
	b.conf.Ports = []fabric.Port{p}
	if st := b.set(); st.Ports[0].Connected {
		t.Error("a port without a tap is connected")
	}
	for range 2 {
		if err := b.f.EnsureTap(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if st := b.set(); st.Ports[0].Connected {
			t.Error("a tap was taken from the host before its domain had opened it")
		}
		g := b.attach(p)
		if st := b.set(); !st.Ports[0].Connected {
			t.Errorf("not connected: %+v", st)
		}
		if err := b.f.EnsureTap(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if st := b.set(); !st.Ports[0].Connected {
			t.Error("EnsureTap has taken a running domain's tap away")
		}
		g.static()
		if !b.hostReaches("192.0.2.10") {
			t.Error("ping is not answered")
		}
		g.unplug()
	}
}

func TestPendingTapsAreKeptForAWhile(t *testing.T) {
	b := newBench(t)
	now := time.Unix(1_800_000_000, 0)
	b.f.cfg.Now = func() time.Time { return now }
	waits, starts := port(10, vpcA, false), port(11, vpcA, false)
	if err := b.f.EnsureTap(t.Context(), waits); err != nil {
		t.Fatal(err)
	}
	b.hold(starts)
	there := func() string { return sh(t, "ip -o link show type tun | cut -d: -f2 | sort | tr -d '\n'") }
	both := " " + waits.Tap + " " + starts.Tap
	b.set()
	if got := there(); got != both {
		t.Errorf("taps%s, want%s", got, both)
	}
	now = now.Add(pendingFor)
	b.set()
	if got := there(); got != " "+starts.Tap {
		t.Errorf("taps%s, want only the one that is open", got)
	}
}

// A tap that a config has had goes with it at once, though no domain ever
// opened it: the start it was made for has failed.
func TestATapThatNeverStartedGoesWithItsPort(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	p := port(10, vpcA, false)
	if err := b.f.EnsureTap(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	b.conf.Ports = append(b.conf.Ports, p)
	b.set()
	b.conf.Ports = nil
	b.set()
	if got := sh(t, "ip -o link show type tun"); got != "" {
		t.Errorf("left: %s", got)
	}
}

func TestWrongPartsOfAConfigLeaveTheRestAlone(t *testing.T) {
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	b.wire(port(11, vpcA, false, sgA))
	b.set()
	b.conf.Ports[1].MAC = "nonsense"
	b.conf.Groups = append(b.conf.Groups, fabric.Group{ID: sgB, Ingress: []cloud.GroupRule{{Protocol: "nonsense"}}})
	b.wire(port(12, vpcA, false, sgB))
	st, err := b.f.Set(t.Context(), b.conf)
	if err == nil {
		t.Error("nonsense is accepted")
	}
	if len(st.Ports) != 2 || !st.Ports[0].Connected || !st.Ports[1].Connected {
		t.Errorf("status %+v", st)
	}
	sh(t, "ip -n "+fabric.NamespaceName("test", vpcA)+" link show "+b.conf.Ports[1].Tap) // still its guest's
}

func TestNothingLeaks(t *testing.T) {
	lab.Require(t)
	b := newBench(t)
	b.vpcs(vpcA)
	b.group(sgA, ping)
	b.wire(port(10, vpcA, true, sgA))
	cycle := func() {
		b.set()
		b.conf.Ports[0].PublicIP = port(10+len(b.guest), vpcA, true).PublicIP
		b.set()
		if err := b.f.Close(); err != nil {
			t.Fatal(err)
		}
		b.open()
	}
	cycle()
	ignore := goleak.IgnoreCurrent()
	before := openFiles(t)
	for range 3 {
		cycle()
	}
	if after := openFiles(t); after > before {
		t.Errorf("%d open files, then %d", before, after)
	}
	goleak.VerifyNone(t, ignore)
	home, err := os.Readlink("/proc/self/ns/net")
	if err != nil {
		t.Fatal(err)
	}
	tasks, _ := filepath.Glob("/proc/self/task/*/ns/net")
	for _, task := range tasks {
		if ns, err := os.Readlink(task); err == nil && ns != home {
			t.Errorf("a thread is left in %s", ns)
		}
	}
}

func openFiles(t *testing.T) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestClosedFabricRefuses(t *testing.T) {
	b := newBench(t)
	f, err := New(b.cfg, b.meta, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, setErr := f.Set(context.Background(), fabric.Config{})
	_, statusErr := f.Status(context.Background())
	for _, err := range []error{setErr, statusErr, f.Reset(context.Background()), f.EnsureTap(context.Background(), port(10, vpcA, false))} {
		if !errors.Is(err, errClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}
