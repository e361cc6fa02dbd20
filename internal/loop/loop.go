// Package loop runs one piece of converging work again and again: woken by a
// kick or a timer, one round at a time, slower while it fails.
//
//	        kick or period
//	idle ──────────────────► round ──► ok: wait a period
//	  ▲                        │
//	  └── back-off, jittered ◄─┘ error: wait longer each time
//
// A round takes no argument: it reads everything again and converges, so that
// the path after a crash is the everyday path. It is not a job queue and
// carries no payload. Every role may import it.
package loop

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Waits after a failed round. A kick shortens the wait, but not below
// kickFloor, or a busy cloud would hammer a part that is down.
const (
	firstBackoff = 100 * time.Millisecond
	maxBackoff   = 30 * time.Second
	kickFloor    = time.Second
)

// Loop is one background loop. Make it with New.
type Loop struct {
	name   string
	period time.Duration
	round  func(ctx context.Context) error
	logger *slog.Logger
	kick   chan struct{}

	mu     sync.Mutex
	status Status
}

// Status tells how a loop has been doing.
type Status struct {
	Name     string        `json:"name"`
	Rounds   int64         `json:"rounds"`           // finished
	Failures int           `json:"failures"`         // in a row, up to now
	Running  bool          `json:"running"`          // in a round now
	Last     time.Time     `json:"last,omitzero"`    // end of the last round
	Took     time.Duration `json:"took"`             // the last round
	Error    string        `json:"error,omitempty"`  // of the last round
	Changed  time.Time     `json:"changed,omitzero"` // when it last began to fail or to work
}

// New makes a loop that calls round once at start, then after every kick and
// at least once in a period.
func New(name string, period time.Duration, round func(ctx context.Context) error, logger *slog.Logger) *Loop {
	return &Loop{
		name: name, period: period, round: round, logger: logger.With("loop", name),
		kick: make(chan struct{}, 1), status: Status{Name: name},
	}
}

// Kick asks for a round soon. Kicks during a round make one more round, any
// number of kicks make one. It never blocks.
func (l *Loop) Kick() {
	select {
	case l.kick <- struct{}{}:
	default:
	}
}

// Status returns how the loop has been doing.
func (l *Loop) Status() Status {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.status
}

// Run runs rounds until ctx ends and the round in progress has returned. It
// returns nil: failures of rounds are logged when they begin and when they
// end, and kept in Status. Only one Run per loop at a time.
func (l *Loop) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		failures := l.once(ctx)
		if ctx.Err() != nil {
			break
		}
		if failures == 0 {
			l.sleep(ctx, l.period, l.kick)
			continue
		}
		wait := jitter(backoff(failures, l.period))
		floor := min(wait, kickFloor)
		l.sleep(ctx, floor, nil)
		l.sleep(ctx, wait-floor, l.kick)
	}
	return nil
}

// once runs one round and returns how many have failed in a row.
func (l *Loop) once(ctx context.Context) int {
	begin := time.Now()
	l.mu.Lock()
	l.status.Running = true
	l.mu.Unlock()
	err := l.round(ctx)
	if err != nil && ctx.Err() != nil {
		err = nil // it was told to stop
	}
	return l.note(err, begin)
}

// note keeps the outcome and logs changes: a part that is down for an hour
// makes two lines, not thousands.
func (l *Loop) note(err error, begin time.Time) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := &l.status
	wasFailing, was := s.Failures > 0, s.Error
	s.Running, s.Rounds, s.Last, s.Took, s.Error = false, s.Rounds+1, time.Now(), time.Since(begin), ""
	if err == nil {
		if wasFailing {
			l.logger.Info("working again", "after", s.Failures)
			s.Changed = s.Last
		}
		s.Failures = 0
		return 0
	}
	s.Failures, s.Error = s.Failures+1, err.Error()
	if !wasFailing {
		s.Changed = s.Last
	}
	if s.Error != was {
		l.logger.Warn("round failed, trying again", "err", err)
	}
	return s.Failures
}

// sleep waits for d, ctx or a kick; a nil channel means kicks have to wait.
func (l *Loop) sleep(ctx context.Context, d time.Duration, kick <-chan struct{}) {
	if d <= 0 {
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-kick:
	case <-ctx.Done():
	}
}

// backoff doubles with every failure and ends at the period or maxBackoff,
// whichever is less.
func backoff(failures int, period time.Duration) time.Duration {
	limit := max(min(period, maxBackoff), firstBackoff)
	if failures > 20 {
		return limit
	}
	return min(firstBackoff<<(failures-1), limit)
}

// jitter spreads d over ±20 %, so that hosts that lost the same head do not
// return to it in step.
func jitter(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5+1)
}
