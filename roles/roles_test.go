package roles

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func TestParseRoles(t *testing.T) {
	for name, c := range map[string]struct {
		list      string
		elsewhere bool
		want      string // or part of the error
	}{
		"all":                {"all", false, "clc cc walrus nc"},
		"all, cc elsewhere":  {"all", true, "clc cc walrus nc"},
		"head":               {"clc,walrus", false, "clc cc walrus"},
		"head, cc elsewhere": {"clc, walrus", true, "clc walrus"},
		"any order":          {"nc,walrus,clc", false, "clc cc walrus nc"},
		"node":               {"nc", false, "nc"},
		"twice":              {"nc,NC,nc", false, "nc"},
		"cc alone":           {"cc", false, "cc"},
		"storage":            {"clc,sc", false, "no volumes"},
		"unknown":            {"clc,head", false, `no role "head"`},
		"none":               {" , ", false, "none given"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseRoles(strings.SplitAfter(c.list, ","), c.elsewhere)
			if err != nil && !strings.Contains(err.Error(), c.want) || err == nil && strings.Join(got, " ") != c.want {
				t.Errorf("%v, %v; want %s", got, err, c.want)
			}
		})
	}
}

// diary notes what roles do, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) note(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) read() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.lines)
}

// role is ready after a while, and stops as long after it is told to.
func (d *diary) role(name string, readyAfter, stopAfter time.Duration) Role {
	return Func(name, func(ctx context.Context, ready func()) error {
		select {
		case <-time.After(readyAfter):
			ready()
			ready() // again is harmless
			d.note(name + " ready")
		case <-ctx.Done():
		}
		<-ctx.Done()
		time.Sleep(stopAfter)
		d.note(name + " stopped")
		return nil
	})
}

func failing(name string, after time.Duration, err error) Role {
	return Func(name, func(ctx context.Context, ready func()) error {
		select {
		case <-time.After(after):
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	})
}

func TestRunStopsInReverse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		health := NewHealth()
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			done <- Run(ctx, time.Minute, health, quiet, d.role("a", 3*time.Second, time.Second), d.role("b", time.Second, time.Second), d.role("c", 2*time.Second, time.Second))
		}()
		synctest.Wait()
		if got := len(health.Problems()); got != 3 {
			t.Errorf("%d roles are not ready at start, want 3", got)
		}
		time.Sleep(2500 * time.Millisecond)
		if got := health.Report(); got.Status == "ok" || got.Roles["b"] != "ok" || got.Roles["a"] != "starting" {
			t.Errorf("before a is ready: %+v", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got := health.Report(); got.Status != "ok" {
			t.Errorf("when all are ready: %+v", got)
		}
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
		want := "b ready,c ready,a ready,c stopped,b stopped,a stopped"
		if got := strings.Join(d.read(), ","); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	})
}

func TestFirstFailureStopsAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		cause := errors.New("no disk")
		err := Run(t.Context(), time.Minute, NewHealth(), quiet, d.role("a", 0, 0), failing("b", time.Second, cause), d.role("c", time.Hour, 0))
		if !errors.Is(err, cause) || !strings.Contains(err.Error(), "the role b failed") {
			t.Errorf("Run: %v, want b's failure", err)
		}
		if got := strings.Join(d.read(), ","); got != "a ready,c stopped,a stopped" {
			t.Errorf("got %s", got)
		}
	})
}

func TestRoleThatEndsByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		err := Run(t.Context(), time.Minute, NewHealth(), quiet, failing("a", time.Second, nil))
		if err == nil || !strings.Contains(err.Error(), "a ended by itself") {
			t.Errorf("Run: %v, want it to complain", err)
		}
	})
}

func TestFailureWhileStopping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		cause := errors.New("fsync failed")
		bad := Func("a", func(ctx context.Context, ready func()) error { <-ctx.Done(); return cause })
		obedient := failing("b", time.Hour, nil) // returns ctx.Err() when stopped
		err := Run(ctx, time.Minute, NewHealth(), quiet, bad, obedient)
		if !errors.Is(err, cause) || errors.Is(err, context.Canceled) {
			t.Errorf("Run: %v, want a's failure alone", err)
		}
	})
}

func TestDrainDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var d diary
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begin := time.Now()
		err := Run(ctx, 10*time.Second, NewHealth(), quiet, d.role("a", 0, 0), d.role("b", 0, time.Hour), d.role("c", 0, 2*time.Second))
		if err == nil || !strings.Contains(err.Error(), "not stopped after 10s: a, b") {
			t.Errorf("Run: %v, want a and b named", err)
		}
		if took := time.Since(begin); took != 11*time.Second {
			t.Errorf("took %v, want 1 s to the stop and 10 s of drain", took)
		}
		time.Sleep(2 * time.Hour) // b ends in the end: nothing leaks
		if got := d.read(); !slices.Contains(got, "a stopped") {
			t.Errorf("a was never told: %v", got)
		}
	})
}

func TestRunWithoutRoles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := Run(ctx, time.Second, NewHealth(), quiet); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}
