package hypervisortest

import (
	"context"
	"sync"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
)

func testInfo(t *testing.T, b *bench) {
	info, err := b.hv.Info(b.Context())
	b.ok(err)
	if info.Kind == "" || info.Accelerator == "" || info.Why == "" || info.Version == "" {
		t.Errorf("something is not told: %+v", info)
	}
	if info.Capacity.VCPU < 1 || info.Capacity.Memory < cloud.MiB {
		t.Errorf("a host without capacity: %+v", info.Capacity)
	}
}

func testLife(t *testing.T, b *bench) {
	ctx := t.Context()
	s := b.define(Polite)
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffUnknown)
	b.ok(b.hv.Define(ctx, s))
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffUnknown)
	if text := b.console(s.ID); len(text) > 0 {
		t.Errorf("console before the first start: %q", text)
	}
	for range 2 {
		b.ok(b.hv.Start(ctx, s.ID))
		b.wantPower(s.ID, hypervisor.PowerPaused, hypervisor.OffUnknown)
	}
	for range 2 {
		b.ok(b.hv.Resume(ctx, s.ID))
		b.wantPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
	}
	b.ok(b.hv.Start(ctx, s.ID))
	b.wantPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
	b.waitFor("the guest to be up", func() bool { return b.banners(s.ID) == 1 })
	for range 2 {
		b.ok(b.hv.Stop(ctx, s.ID))
		b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffDestroyed)
	}
	if n := b.banners(s.ID); n != 1 {
		t.Errorf("%d banners on the console of a stopped domain, want 1", n)
	}
	b.ok(b.hv.Start(ctx, s.ID))
	b.ok(b.hv.Resume(ctx, s.ID))
	b.waitFor("the guest to be up again", func() bool { return b.banners(s.ID) == 2 })
	for range 2 {
		b.ok(b.hv.Destroy(ctx, s.ID))
		if d, ok := b.seen(s.ID); ok {
			t.Errorf("a destroyed domain is listed: %+v", d)
		}
	}
}

const nobody = cloud.InstanceID("i-00000000000000000")

func testAbsent(t *testing.T, b *bench) {
	ctx := t.Context()
	b.ok(b.hv.Stop(ctx, nobody))
	b.ok(b.hv.Destroy(ctx, nobody))
	b.wantKind("start", b.hv.Start(ctx, nobody), cloud.NotFound)
	b.wantKind("resume", b.hv.Resume(ctx, nobody), cloud.NotFound)
	b.wantKind("shutdown", b.hv.Shutdown(ctx, nobody), cloud.NotFound)
	b.wantKind("reboot", b.hv.Reboot(ctx, nobody), cloud.NotFound)
	_, err := b.hv.(hypervisor.Consoler).Console(ctx, nobody)
	b.wantKind("console", err, cloud.NotFound)
	list, err := b.hv.List(ctx)
	b.ok(err)
	if len(list) > 0 {
		t.Errorf("listed on an empty host: %+v", list)
	}
}

func testOff(t *testing.T, b *bench) {
	s := b.define(Polite)
	b.wantKind("resume", b.hv.Resume(t.Context(), s.ID), cloud.WrongState)
	b.wantKind("reboot", b.hv.Reboot(t.Context(), s.ID), cloud.WrongState)
	b.ok(b.hv.Shutdown(t.Context(), s.ID))
	b.ok(b.hv.Stop(t.Context(), s.ID))
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffUnknown)
}

func testRedefinition(t *testing.T, b *bench) {
	s := b.define(Polite)
	s.Memory *= 2
	b.ok(b.hv.Define(t.Context(), s))
	if got := b.host.Memory(t, s.ID); got != s.Memory {
		t.Errorf("memory %d after a redefinition, want %d", got, s.Memory)
	}
	b.ok(b.hv.Start(t.Context(), s.ID))
	b.ok(b.hv.Resume(t.Context(), s.ID))
	s.Memory *= 2
	b.ok(b.hv.Define(t.Context(), s))
	b.wantPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
	b.ok(b.hv.Stop(t.Context(), s.ID))
	if got := b.host.Memory(t, s.ID); got != s.Memory {
		t.Errorf("memory %d after a redefinition while it ran, want %d", got, s.Memory)
	}
}

func testShutdown(t *testing.T, b *bench) {
	s := b.up(Polite)
	b.ok(b.hv.Shutdown(t.Context(), s.ID))
	b.waitPower(s.ID, hypervisor.PowerOff, hypervisor.OffGuest)
	b.ok(b.hv.Stop(t.Context(), s.ID))
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffGuest)
}

func testDeaf(t *testing.T, b *bench) {
	s := b.up(Deaf)
	b.ok(b.hv.Shutdown(t.Context(), s.ID))
	b.ok(b.hv.Shutdown(t.Context(), s.ID))
	b.ok(b.hv.Stop(t.Context(), s.ID))
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffDestroyed)
}

func testSwitchOff(t *testing.T, b *bench) {
	s := b.run(Off)
	drain(b.hv.Hints())
	if b.host.SwitchOff != nil {
		b.host.SwitchOff(t, s.ID)
	}
	b.waitPower(s.ID, hypervisor.PowerOff, hypervisor.OffGuest)
	waitHint(t, b.hv.Hints(), s.ID)
}

func testCrash(t *testing.T, b *bench) {
	s := b.up(Deaf)
	drain(b.hv.Hints())
	b.host.Crash(t, s.ID)
	b.waitPower(s.ID, hypervisor.PowerOff, hypervisor.OffCrashed)
	waitHint(t, b.hv.Hints(), s.ID)
	b.ok(b.hv.Start(t.Context(), s.ID))
	b.ok(b.hv.Resume(t.Context(), s.ID))
	b.wantPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
}

func testReboot(t *testing.T, b *bench) {
	s := b.up(Polite)
	b.ok(b.hv.Reboot(t.Context(), s.ID))
	b.waitFor("the guest to be up again", func() bool { return b.banners(s.ID) >= 2 })
	b.waitPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
}

func testSeveral(t *testing.T, b *bench) {
	var wg sync.WaitGroup
	for range 3 {
		s := b.define(Polite)
		wg.Go(func() {
			for _, verb := range []func(context.Context, cloud.InstanceID) error{
				b.hv.Start, b.hv.Resume, b.hv.Stop, b.hv.Destroy, b.hv.Destroy,
			} {
				if err := verb(t.Context(), s.ID); err != nil {
					t.Error(err)
				}
				if _, err := b.hv.List(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	list, err := b.hv.List(t.Context())
	b.ok(err)
	if len(list) > 0 {
		t.Errorf("left over: %+v", list)
	}
}

func testContext(t *testing.T, b *bench) {
	s := b.define(Polite)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, err := range map[string]error{
		"start": b.hv.Start(ctx, s.ID), "stop": b.hv.Stop(ctx, s.ID), "destroy": b.hv.Destroy(ctx, s.ID),
	} {
		if err == nil {
			t.Errorf("%s succeeded after its context's end", what)
		}
	}
	b.wantPower(s.ID, hypervisor.PowerOff, hypervisor.OffUnknown)
}

func testReopen(t *testing.T, b *bench) {
	on, paused, off := b.up(Polite), b.define(Polite), b.define(Polite)
	b.ok(b.hv.Start(t.Context(), paused.ID))
	hints := b.hv.Hints()
	b.ok(b.hv.Close())
	b.ok(b.hv.Close())
	drainToEnd(t, hints)
	if _, err := b.hv.List(t.Context()); err == nil {
		t.Error("a closed hypervisor lists domains")
	}
	b.hv = b.host.Open(t)
	b.wantPower(on.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
	b.wantPower(paused.ID, hypervisor.PowerPaused, hypervisor.OffUnknown)
	b.wantPower(off.ID, hypervisor.PowerOff, hypervisor.OffUnknown)
	if n := b.banners(on.ID); n != 1 {
		t.Errorf("%d banners, want 1: the guest must have gone on running", n)
	}
	b.ok(b.hv.Stop(t.Context(), on.ID))
	b.wantPower(on.ID, hypervisor.PowerOff, hypervisor.OffDestroyed)
}

func testDaemonDies(t *testing.T, b *bench) {
	if b.host.Down == nil {
		t.Skip("this host has no daemon")
	}
	s := b.up(Polite)
	up := b.host.Down(t)
	b.waitFor("the loss to be noticed", func() bool {
		_, err := b.hv.List(t.Context())
		return err != nil
	})
	b.wantKind("stop without a daemon", b.hv.Stop(t.Context(), s.ID), cloud.Unavailable)
	_, err := b.hv.List(t.Context())
	b.wantKind("list without a daemon", err, cloud.Unavailable)
	drain(b.hv.Hints())
	up()
	b.waitFor("the hypervisor to be back", func() bool {
		_, err := b.hv.List(t.Context())
		return err == nil
	})
	b.wantPower(s.ID, hypervisor.PowerOn, hypervisor.OffUnknown)
	if n := b.banners(s.ID); n != 1 {
		t.Errorf("%d banners, want 1: the guest must have gone on running", n)
	}
	waitHint(t, b.hv.Hints(), s.ID) // "" will do: list again
	drain(b.hv.Hints())
	b.ok(b.hv.Shutdown(t.Context(), s.ID))
	b.waitPower(s.ID, hypervisor.PowerOff, hypervisor.OffGuest)
	waitHint(t, b.hv.Hints(), s.ID)
}

func drain(hints <-chan cloud.InstanceID) {
	for {
		select {
		case <-hints:
		default:
			return
		}
	}
}

func drainToEnd(t *testing.T, hints <-chan cloud.InstanceID) {
	t.Helper()
	timeout := time.After(10 * time.Second)
	for {
		select {
		case _, open := <-hints:
			if !open {
				return
			}
		case <-timeout:
			t.Fatal("the hints go on after Close")
		}
	}
}

// waitHint waits for a hint at id or at any domain.
func waitHint(t *testing.T, hints <-chan cloud.InstanceID, id cloud.InstanceID) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for {
		select {
		case got := <-hints:
			if got == id || got == "" {
				return
			}
		case <-timeout:
			t.Fatalf("no hint at %s", id)
		}
	}
}
