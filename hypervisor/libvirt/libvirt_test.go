package libvirt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	golibvirt "github.com/digitalocean/go-libvirt"
	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/domainxml"
	"ecc/hypervisor/hypervisortest"
	"ecc/test/lab"
)

// TestRealLibvirt holds what is special to libvirt. It shares one node.
func TestRealLibvirt(t *testing.T) {
	n := lab.Single(t)
	for name, test := range map[string]func(*testing.T, *lab.Node){
		"the XML fits libvirt's schema":            testSchema,
		"a refused start says so to the tenant":    testRefusedStart,
		"another cluster's domains are left alone": testStrangers,
		"the console is bounded":                   testFlood,
		"one domain, several callers":              testSameDomain,
		"a silent libvirtd":                        testSilent,
		"libvirtd comes late":                      testLate,
		"no goroutine is left":                     testGoroutines,
	} {
		t.Run(name, func(t *testing.T) { test(t, n) })
	}
}

func testSchema(t *testing.T, n *lab.Node) {
	d := openFor(t, n)
	s := newSpec(t, hypervisortest.Polite)
	for _, accel := range []string{"tcg", "kvm"} {
		text, err := domainxml.Render(s, domainxml.Host{Accelerator: accel, Emulator: DefaultQEMU})
		if err != nil {
			t.Fatal(err)
		}
		err = run(t.Context(), d, func(l *golibvirt.Libvirt) error {
			_, err := l.DomainDefineXMLFlags(text, golibvirt.DomainDefineValidate)
			return err
		})
		// Where there is no KVM, libvirt refuses it after it has validated.
		if err != nil && (accel != "kvm" || !strings.Contains(err.Error(), "kvm")) {
			t.Errorf("%s: %v", accel, err)
		}
	}
	if err := d.Destroy(t.Context(), s.ID); err != nil {
		t.Error(err)
	}
}

func testRefusedStart(t *testing.T, n *lab.Node) {
	d := openFor(t, n)
	s := define(t, d, hypervisortest.Polite)
	if err := os.Remove(s.Disk.Path); err != nil {
		t.Fatal(err)
	}
	err := d.Start(t.Context(), s.ID)
	e := cloud.AsError(err)
	if err == nil || e.Kind != cloud.Internal || !strings.Contains(e.Msg, "refused to start") {
		t.Fatalf("got %v", err)
	}
	if strings.Contains(e.Msg, s.Disk.Path) || !strings.Contains(e.Err.Error(), s.Disk.Path) {
		t.Errorf("the cause is for the log, not for the tenant: %q, %v", e.Msg, e.Err)
	}
	if got := seen(t, d, s.ID); got.Power != hypervisor.PowerOff {
		t.Errorf("%+v", got)
	}
}

func testStrangers(t *testing.T, n *lab.Node) {
	d := openFor(t, n)
	other := open(t, n, "other")
	defer other.Close()
	s := define(t, d, hypervisortest.Deaf)
	if err := errors.Join(d.Start(t.Context(), s.ID), d.Resume(t.Context(), s.ID)); err != nil {
		t.Fatal(err)
	}
	list, err := other.List(t.Context())
	if err != nil || len(list) > 0 {
		t.Errorf("another cluster lists %+v, %v", list, err)
	}
	if err := errors.Join(other.Stop(t.Context(), s.ID), other.Destroy(t.Context(), s.ID)); err != nil {
		t.Error(err)
	}
	if err := other.Start(t.Context(), s.ID); !errors.Is(err, cloud.NotFound) {
		t.Errorf("start of a stranger: %v", err)
	}
	if err := other.Define(t.Context(), s); !errors.Is(err, cloud.AlreadyExists) {
		t.Errorf("definition over a stranger: %v", err)
	}
	if got := seen(t, d, s.ID); got.Power != hypervisor.PowerOn {
		t.Errorf("the stranger is now %+v", got)
	}
}

func testFlood(t *testing.T, n *lab.Node) {
	d := openFor(t, n)
	s := define(t, d, hypervisortest.Flood)
	if err := errors.Join(d.Start(t.Context(), s.ID), d.Resume(t.Context(), s.ID)); err != nil {
		t.Fatal(err)
	}
	var text []byte
	waitFor(t, "the end of the flood", func() bool {
		var err error
		if text, err = d.Console(t.Context(), s.ID); err != nil {
			t.Fatal(err)
		}
		return bytes.HasSuffix(text, []byte(hypervisortest.FloodEnd))
	})
	if len(text) != consoleTail {
		t.Errorf("%d bytes of a console of %d, want %d", len(text), hypervisortest.FloodSize, consoleTail)
	}
	line := []byte("ecc test guest: 0123456789 0123456789 0123456789 0123456789 012\r\n")
	whole := bytes.TrimSuffix(text[bytes.IndexByte(text, '\n')+1:], []byte(hypervisortest.FloodEnd))
	if rest := bytes.ReplaceAll(whole, line, nil); len(rest) > 0 {
		t.Errorf("the console has gaps: %q", rest)
	}
	if err := d.Destroy(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	for _, name := range consoleFiles(s.Console) {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s outlives its domain", name)
		}
	}
}

func testSameDomain(t *testing.T, n *lab.Node) {
	d := openFor(t, n)
	s := define(t, d, hypervisortest.Polite)
	for _, verb := range []func(context.Context, cloud.InstanceID) error{d.Start, d.Resume, d.Stop, d.Destroy} {
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if err := verb(t.Context(), s.ID); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
}

func testSilent(t *testing.T, n *lab.Node) {
	d := openWith(t, Config{
		Socket: n.Socket, Cluster: "test", Accelerator: "tcg",
		CallLimit: 300 * time.Millisecond, ConnectLimit: 200 * time.Millisecond,
	})
	defer d.Close()
	n.SignalLibvirtd(syscall.SIGSTOP)
	defer n.SignalLibvirtd(syscall.SIGCONT)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := d.List(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a call outlived its context: %v", err)
	}
	if _, err := d.List(t.Context()); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("a call outlived its limit: %v", err)
	}
	n.SignalLibvirtd(syscall.SIGCONT)
	waitFor(t, "libvirtd to be heard again", func() bool {
		_, err := d.List(t.Context())
		return err == nil
	})
}

func testLate(t *testing.T, n *lab.Node) {
	n.KillLibvirtd()
	d := openFor(t, n)
	if _, err := d.Info(t.Context()); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("without libvirtd: %v", err)
	}
	n.RestartLibvirtd()
	waitFor(t, "the connection", func() bool {
		_, err := d.Info(t.Context())
		return err == nil
	})
}

// Whatever happened to its connections, a closed driver leaves nothing.
func testGoroutines(t *testing.T, n *lab.Node) {
	before := goleak.IgnoreCurrent()
	d := open(t, n, "test")
	n.KillLibvirtd()
	n.RestartLibvirtd()
	waitFor(t, "the connection", func() bool {
		_, err := d.List(t.Context())
		return err == nil
	})
	n.SignalLibvirtd(syscall.SIGSTOP)
	defer n.SignalLibvirtd(syscall.SIGCONT)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _ = d.List(ctx) // its call is under way while the driver is closed
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("ecc/test/lab.(*Node).startDaemon.func1"))
}

// A tap that is moved to a VPC's namespace while the domain is paused goes on
// there: what Start is paused for.
func TestTheTapMayMoveBeforeResume(t *testing.T) {
	n := lab.StartNode(t, "host", lab.Options{})
	d := openFor(t, n)
	s := newSpec(t, hypervisortest.Polite)
	s.NIC.Tap = "tap-here"
	n.Run("ip", "tuntap", "add", s.NIC.Tap, "mode", "tap")
	n.Run("ip", "netns", "add", "vpc-1")
	destroyLater(t, d, s.ID)
	if err := errors.Join(d.Define(t.Context(), s), d.Start(t.Context(), s.ID)); err != nil {
		t.Fatal(err)
	}
	n.Run("ip", "link", "set", s.NIC.Tap, "netns", "vpc-1")
	if err := d.Resume(t.Context(), s.ID); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the guest to be up", func() bool {
		text, err := d.Console(t.Context(), s.ID)
		return err == nil && len(text) > 0
	})
	n.RestartLibvirtd()
	waitFor(t, "libvirtd to be back", func() bool { return d.Destroy(t.Context(), s.ID) == nil })
	if out := n.Run("ip", "-n", "vpc-1", "-br", "link"); !strings.Contains(out, s.NIC.Tap) {
		t.Errorf("the tap is not where it was put:\n%s", out)
	}
}

// With the distribution's own configuration QEMU is another user, in a mount
// namespace, under a system call filter.
func TestPackagedConfiguration(t *testing.T) {
	n := lab.StartNode(t, "packaged", lab.Options{LabNetwork: true, Packaged: true})
	d := openWith(t, Config{Socket: n.Socket, Cluster: "test", Accelerator: "tcg", QEMUUser: "libvirt-qemu"})
	t.Cleanup(func() { _ = d.Close() })
	s := define(t, d, hypervisortest.Polite)
	if err := errors.Join(d.Start(t.Context(), s.ID), d.Resume(t.Context(), s.ID)); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the guest to be up", func() bool {
		text, err := d.Console(t.Context(), s.ID)
		return err == nil && len(text) > 0
	})
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", qemuPID(t, n, s.ID)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(status, []byte("Uid:\t64055")) || !bytes.Contains(status, []byte("Seccomp:\t2")) {
		t.Errorf("QEMU is not confined:\n%s", status)
	}
}

func openFor(t *testing.T, n *lab.Node) *Driver {
	t.Helper()
	d := open(t, n, "test")
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func define(t *testing.T, d *Driver, g hypervisortest.Guest) hypervisor.Spec {
	t.Helper()
	s := newSpec(t, g)
	destroyLater(t, d, s.ID)
	if err := d.Define(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	return s
}

func destroyLater(t *testing.T, d *Driver, id cloud.InstanceID) {
	t.Helper()
	t.Cleanup(func() {
		if err := d.Destroy(context.WithoutCancel(t.Context()), id); err != nil {
			t.Errorf("clean up: %v", err)
		}
	})
}

func seen(t *testing.T, d *Driver, id cloud.InstanceID) hypervisor.Domain {
	t.Helper()
	list, err := d.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, dom := range list {
		if dom.ID == id {
			return dom
		}
	}
	t.Fatalf("%s is not listed", id)
	return hypervisor.Domain{}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited a minute for %s", what)
		}
	}
}
