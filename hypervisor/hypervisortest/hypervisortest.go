// Package hypervisortest holds the conformance suite of the hypervisor seam:
// what every implementation must do, run on the simulator and on real libvirt,
// QEMU and guests. The guests are boot sectors of its own, up in a fraction of
// a second even under TCG.
//
// Only tests import it.
package hypervisortest

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
)

// Host is the host the suite runs on, as seen by a test of an implementation.
type Host struct {
	// Open connects a hypervisor to the host. The suite closes it.
	Open func(testing.TB) hypervisor.Hypervisor

	// Spec returns the spec of a new instance with what it needs on the host,
	// a disk with the guest in it among others.
	Spec func(testing.TB, Guest) hypervisor.Spec

	// Banner is on the console once a guest is up.
	Banner string

	// Memory returns how much memory the domain has been defined with.
	Memory func(testing.TB, cloud.InstanceID) cloud.Bytes

	// Crash kills the emulator of a running domain.
	Crash func(testing.TB, cloud.InstanceID)

	// SwitchOff lets a guest of kind Off, which runs, switch itself off. nil if
	// it does by itself.
	SwitchOff func(testing.TB, cloud.InstanceID)

	// Down ends the daemon under the hypervisor by force, and the returned
	// function starts it again. nil if there is none.
	Down func(testing.TB) (up func())
}

// Run runs the suite.
func Run(t *testing.T, host Host) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *bench)
	}{
		{"info", testInfo},
		{"life of a domain", testLife},
		{"absent is success or not found", testAbsent},
		{"an off domain cannot be resumed or rebooted", testOff},
		{"redefinition", testRedefinition},
		{"shutdown asks the guest", testShutdown},
		{"a deaf guest is stopped", testDeaf},
		{"a guest that switches itself off", testSwitchOff},
		{"a crash", testCrash},
		{"reboot", testReboot},
		{"several domains at once", testSeveral},
		{"a context that ended", testContext},
		{"close and open again", testReopen},
		{"the daemon dies", testDaemonDies},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := &bench{TB: t, host: host, hv: host.Open(t)}
			t.Cleanup(func() { _ = b.hv.Close() })
			c.test(t, b)
		})
	}
}

// bench is what one test works with.
type bench struct {
	testing.TB
	host Host
	hv   hypervisor.Hypervisor
}

// define defines a new domain and sees to its end.
func (b *bench) define(g Guest) hypervisor.Spec {
	b.Helper()
	s := b.host.Spec(b, g)
	b.ok(b.hv.Define(b.Context(), s))
	b.Cleanup(func() {
		if err := b.hv.Destroy(context.WithoutCancel(b.Context()), s.ID); err != nil {
			b.Errorf("clean up: %v", err)
		}
	})
	return s
}

// run defines and starts a new domain and lets it run.
func (b *bench) run(g Guest) hypervisor.Spec {
	b.Helper()
	s := b.define(g)
	b.ok(b.hv.Start(b.Context(), s.ID))
	b.ok(b.hv.Resume(b.Context(), s.ID))
	return s
}

// up runs a new domain and waits until its guest is up.
func (b *bench) up(g Guest) hypervisor.Spec {
	b.Helper()
	s := b.run(g)
	b.waitFor("the guest to be up", func() bool { return b.banners(s.ID) >= 1 })
	return s
}

func (b *bench) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

func (b *bench) wantKind(what string, err error, k cloud.Kind) {
	b.Helper()
	if !errors.Is(err, k) {
		b.Errorf("%s: error %v, want kind %q", what, err, k)
	}
}

// seen returns a domain as listed, and whether it is.
func (b *bench) seen(id cloud.InstanceID) (hypervisor.Domain, bool) {
	b.Helper()
	list, err := b.hv.List(b.Context())
	b.ok(err)
	for _, d := range list {
		if d.ID == id {
			return d, true
		}
	}
	return hypervisor.Domain{}, false
}

func (b *bench) wantPower(id cloud.InstanceID, p hypervisor.Power, c hypervisor.OffCause) {
	b.Helper()
	if d, ok := b.seen(id); !ok || d.Power != p || d.Cause != c {
		b.Fatalf("listed %v %+v, want power %d, cause %d", ok, d, p, c)
	}
}

func (b *bench) waitPower(id cloud.InstanceID, p hypervisor.Power, c hypervisor.OffCause) {
	b.Helper()
	b.waitFor("the domain's power", func() bool {
		d, ok := b.seen(id)
		return ok && d.Power == p && d.Cause == c
	})
}

func (b *bench) console(id cloud.InstanceID) []byte {
	b.Helper()
	c, ok := b.hv.(hypervisor.Consoler)
	if !ok {
		b.Fatal("no consoles")
	}
	text, err := c.Console(b.Context(), id)
	b.ok(err)
	return text
}

// banners counts how often the guest came up.
func (b *bench) banners(id cloud.InstanceID) int {
	b.Helper()
	return bytes.Count(b.console(id), []byte(b.host.Banner))
}

// waitFor waits for a level, with a bound.
func (b *bench) waitFor(what string, ok func() bool) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			b.Fatalf("waited a minute for %s", what)
		}
	}
}
