package loop

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var quiet = slog.New(slog.DiscardHandler)

// start runs l and returns a function that stops it and waits.
func start(t *testing.T, l *Loop) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- l.Run(ctx) }()
	return func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v, want nil", err)
		}
	}
}

func TestRoundsAtStartAndEveryPeriod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at []time.Duration
		begin := time.Now()
		l := New("test", time.Minute, func(context.Context) error { at = append(at, time.Since(begin)); return nil }, quiet)
		stop := start(t, l)
		time.Sleep(150 * time.Second)
		synctest.Wait()
		stop()
		if len(at) != 3 || at[0] != 0 || at[1] != time.Minute || at[2] != 2*time.Minute {
			t.Errorf("rounds at %v, want 0, 1m and 2m", at)
		}
	})
}

func TestKicksCoalesce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rounds int
		gate := make(chan struct{})
		l := New("test", time.Hour, func(context.Context) error { rounds++; <-gate; return nil }, quiet)
		stop := start(t, l)
		synctest.Wait() // in the first round
		if !l.Status().Running {
			t.Error("status does not say a round is running")
		}
		for range 100 {
			l.Kick()
		}
		close(gate)
		synctest.Wait()
		stop()
		if rounds != 2 {
			t.Errorf("%d rounds, want 2: the first and one for all kicks during it", rounds)
		}
	})
}

func TestKickBeforeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var rounds int
		l := New("test", time.Hour, func(context.Context) error { rounds++; return nil }, quiet)
		l.Kick()
		stop := start(t, l)
		synctest.Wait()
		stop()
		if rounds != 2 {
			t.Errorf("%d rounds, want 2", rounds)
		}
	})
}

func TestBackoffGrowsToPeriodAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		var gaps []time.Duration
		var broken atomic.Bool
		broken.Store(true)
		l := New("test", 10*time.Second, func(context.Context) error {
			if !last.IsZero() {
				gaps = append(gaps, time.Since(last))
			}
			last = time.Now()
			if broken.Load() {
				return errors.New("out of order")
			}
			return nil
		}, quiet)
		stop := start(t, l)
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		for i, gap := range gaps {
			want := min(100*time.Millisecond<<i, 10*time.Second)
			if gap < want*8/10 || gap > want*12/10+time.Millisecond {
				t.Errorf("gap %d is %v, want %v ± 20 %%", i, gap, want)
			}
		}
		if s := l.Status(); s.Failures < 8 || s.Error != "out of order" {
			t.Errorf("status %+v, want the failures and the error", s)
		}
		broken.Store(false)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		if s := l.Status(); s.Failures != 0 || s.Error != "" {
			t.Errorf("status %+v, want no failure", s)
		}
		stop()
	})
}

func TestKickShortensBackoffToFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var last time.Time
		var counting atomic.Bool
		shortest := time.Hour
		l := New("test", time.Hour, func(context.Context) error {
			if counting.Load() {
				shortest = min(shortest, time.Since(last))
			}
			last = time.Now()
			return errors.New("down")
		}, quiet)
		stop := start(t, l)
		time.Sleep(5 * time.Minute) // back-off is at its longest now
		synctest.Wait()
		counting.Store(true)
		for range 200 {
			l.Kick()
			time.Sleep(100 * time.Millisecond)
		}
		stop()
		if shortest < kickFloor || shortest > 2*kickFloor {
			t.Errorf("with kicks all the time rounds are %v apart, want about %v", shortest, kickFloor)
		}
	})
}

func TestStopWaitsForRound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var ended bool
		l := New("test", time.Hour, func(ctx context.Context) error {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
			return ctx.Err()
		}, quiet)
		stop := start(t, l)
		synctest.Wait()
		stop()
		if !ended {
			t.Error("Run returned before its round")
		}
		if s := l.Status(); s.Failures != 0 {
			t.Errorf("being stopped counts as a failure: %+v", s)
		}
	})
}

func TestLogsChangesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out strings.Builder
		var failing atomic.Bool
		failing.Store(true)
		l := New("images", time.Second, func(context.Context) error {
			if failing.Load() {
				return io.ErrUnexpectedEOF
			}
			return nil
		}, slog.New(slog.NewTextHandler(&out, nil)))
		stop := start(t, l)
		time.Sleep(time.Minute)
		synctest.Wait()
		failing.Store(false)
		time.Sleep(time.Minute)
		stop()
		if got := strings.Count(out.String(), "\n"); got != 2 {
			t.Errorf("%d log lines, want 2:\n%s", got, out.String())
		}
		if !strings.Contains(out.String(), "loop=images") || !strings.Contains(out.String(), "unexpected EOF") {
			t.Errorf("log does not name the loop and the error:\n%s", out.String())
		}
	})
}
