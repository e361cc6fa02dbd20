package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/hypervisortest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(tb testing.TB, cfg Config) *Sim {
	tb.Helper()
	s := leaveOpen(tb, cfg)
	tb.Cleanup(func() { _ = s.Close() })
	return s
}

func leaveOpen(tb testing.TB, cfg Config) *Sim {
	tb.Helper()
	if cfg.Cluster == "" {
		cfg.Cluster = "test"
	}
	cfg.Capacity = cloud.Capacity{VCPU: 8, Memory: 16 * cloud.GiB}
	s, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	var current *Sim // the one that acts for the guests
	n := 0
	hypervisortest.Run(t, hypervisortest.Host{
		Open: func(tb testing.TB) hypervisor.Hypervisor {
			current = leaveOpen(tb, Config{Dir: dir, Shutdown: time.Millisecond})
			return current
		},
		Spec: func(_ testing.TB, g hypervisortest.Guest) hypervisor.Spec {
			n++
			if g == hypervisortest.Deaf {
				current.Deafen(spec(n).ID)
			}
			return spec(n)
		},
		Banner: "[simulated] ecc: instance",
		Memory: func(tb testing.TB, id cloud.InstanceID) cloud.Bytes {
			d, err := loadOne(file(dir, id))
			if err != nil {
				tb.Fatal(err)
			}
			return d.Spec.Memory
		},
		Crash:     func(_ testing.TB, id cloud.InstanceID) { current.Kill(id) },
		SwitchOff: func(_ testing.TB, id cloud.InstanceID) { current.GuestShutdown(id) },
	})
}

func spec(n int) hypervisor.Spec {
	return hypervisor.Spec{
		ID: cloud.InstanceID(fmt.Sprintf("i-%017x", n)), Cluster: "test", VCPU: 1, Memory: 64 * cloud.MiB,
	}
}

func running(tb testing.TB, s *Sim, n int) cloud.InstanceID {
	tb.Helper()
	id := spec(n).ID
	err := errors.Join(s.Define(tb.Context(), spec(n)), s.Start(tb.Context(), id), s.Resume(tb.Context(), id))
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

func power(tb testing.TB, s *Sim, id cloud.InstanceID) hypervisor.Domain {
	tb.Helper()
	list, err := s.List(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	for _, d := range list {
		if d.ID == id {
			return d
		}
	}
	tb.Fatalf("%s is not listed", id)
	return hypervisor.Domain{}
}

func TestStartTakesTheBootTimeMoreOrLess(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Dir: dir, Boot: 10 * time.Second, Jitter: 0.2, Seed: 7})
		defer s.Close()
		var took []time.Duration
		for n := range 5 {
			start := time.Now()
			running(t, s, n)
			d := time.Since(start)
			if d < 8*time.Second || d > 12*time.Second {
				t.Errorf("start took %v, want 10 s ± 20 %%", d)
			}
			took = append(took, d)
		}
		if took[0] == took[1] && took[1] == took[2] {
			t.Errorf("no jitter: %v", took)
		}
	})
}

func TestAStartThatIsCalledOffStartsNothing(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Dir: dir, Boot: time.Hour})
		defer s.Close()
		if err := s.Define(t.Context(), spec(1)); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Start(ctx, spec(1).ID); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		if d := power(t, s, spec(1).ID); d.Power != hypervisor.PowerOff {
			t.Errorf("%+v", d)
		}
	})
}

func TestShutdownTakesItsTimeAcrossARestart(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		cfg := Config{Dir: dir, Shutdown: time.Minute}
		s := open(t, cfg)
		id := running(t, s, 1)
		if err := s.Shutdown(t.Context(), id); err != nil {
			t.Fatal(err)
		}
		time.Sleep(30 * time.Second)
		if d := power(t, s, id); d.Power != hypervisor.PowerOn {
			t.Errorf("off too soon: %+v", d)
		}
		_ = s.Close()
		s = open(t, cfg)
		defer s.Close()
		time.Sleep(31 * time.Second)
		if d := power(t, s, id); d.Power != hypervisor.PowerOff || d.Cause != hypervisor.OffGuest {
			t.Errorf("not off: %+v", d)
		}
	})
}

// The guest that was asked is not the one that runs when the time is up.
func TestAPowerCycleForgetsTheShutdown(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Dir: dir, Shutdown: time.Minute})
		defer s.Close()
		id := running(t, s, 1)
		err := errors.Join(s.Shutdown(t.Context(), id), s.Stop(t.Context(), id),
			s.Start(t.Context(), id), s.Resume(t.Context(), id))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		if d := power(t, s, id); d.Power != hypervisor.PowerOn {
			t.Errorf("%+v", d)
		}
	})
}

func TestFailNext(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	broken := errors.New("broken")
	for _, c := range []struct {
		op   Op
		call func() error
	}{
		{OpDefine, func() error { return s.Define(t.Context(), spec(1)) }},
		{OpStart, func() error { return s.Start(t.Context(), spec(1).ID) }},
		{OpResume, func() error { return s.Resume(t.Context(), spec(1).ID) }},
		{OpReboot, func() error { return s.Reboot(t.Context(), spec(1).ID) }},
		{OpConsole, func() error { _, err := s.Console(t.Context(), spec(1).ID); return err }},
		{OpList, func() error { _, err := s.List(t.Context()); return err }},
		{OpShutdown, func() error { return s.Shutdown(t.Context(), spec(1).ID) }},
		{OpStop, func() error { return s.Stop(t.Context(), spec(1).ID) }},
		{OpDestroy, func() error { return s.Destroy(t.Context(), spec(1).ID) }},
	} {
		t.Run(string(c.op), func(t *testing.T) {
			s.FailNext(c.op, broken)
			if err := c.call(); !errors.Is(err, broken) {
				t.Errorf("first call: %v", err)
			}
			if err := c.call(); err != nil {
				t.Errorf("second call: %v", err)
			}
		})
	}
}

func TestBlock(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := open(t, Config{Dir: dir})
		defer s.Close()
		release := s.Block(OpDefine)
		done := make(chan error, 1)
		go func() { done <- s.Define(t.Context(), spec(1)) }()
		synctest.Wait()
		select {
		case err := <-done:
			t.Fatalf("it did not wait: %v", err)
		default:
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Define(ctx, spec(2)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a blocked call outlived its context: %v", err)
		}
		release()
		release()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestGuestsSurviveACrashOfEcc(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	id := running(t, s, 1)
	// No Close: the process is killed. An unfinished write is left behind.
	if err := os.WriteFile(filepath.Join(dir, ".i-00000000000000009.json123"), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	again := open(t, Config{Dir: dir})
	if d := power(t, again, id); d.Power != hypervisor.PowerOn || d.Since.IsZero() {
		t.Errorf("%+v", d)
	}
	if text, _ := again.Console(t.Context(), id); !strings.Contains(string(text), "boot 1") {
		t.Errorf("console %q", text)
	}
}

func TestAnotherClustersDomainsAreNotListed(t *testing.T) {
	dir := t.TempDir()
	running(t, open(t, Config{Dir: dir}), 1)
	list, err := open(t, Config{Dir: dir, Cluster: "other"}).List(t.Context())
	if err != nil || len(list) > 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestABrokenStateFileIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(file(dir, spec(1).ID), []byte("{"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := New(Config{Dir: dir, Cluster: "test"}, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("opened")
	}
}

func TestTheConsoleIsBounded(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	id := running(t, s, 1)
	s.mu.Lock()
	for range 2000 {
		s.domains[id].say("%060d", 0)
	}
	s.mu.Unlock()
	text, err := s.Console(t.Context(), id)
	if err != nil || len(text) != consoleTail {
		t.Errorf("%d bytes, %v", len(text), err)
	}
}
