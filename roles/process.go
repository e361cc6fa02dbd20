package roles

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// process is the life of one Run.
type process struct {
	health   *Health
	logger   *slog.Logger
	running  []*running
	first    *running      // whose end began the stop, if any did
	ended    chan *running // as they end
	waiting  atomic.Int64  // roles not ready yet
	allReady chan struct{} // closed when there is none
}

// running is one role at work.
type running struct {
	name   string
	cancel context.CancelFunc
	done   chan struct{} // closed after err is set
	err    error
}

// start runs a role in its own goroutine, under a context that ends only when
// its turn to stop has come.
func (p *process) start(ctx context.Context, role Role) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{name: role.Name(), cancel: cancel, done: make(chan struct{})}
	p.running = append(p.running, r)
	go func() {
		defer cancel()
		r.err = role.Run(ctx, sync.OnceFunc(func() { p.ready(r.name) }))
		p.health.stopped(r.name, r.err)
		close(r.done)
		p.ended <- r
	}()
}

func (p *process) ready(name string) {
	p.health.ready(name)
	p.logger.Info("role is ready", "role", name)
	if p.waiting.Add(-1) == 0 {
		close(p.allReady)
	}
}

// wait returns when ctx or any role has ended.
func (p *process) wait(ctx context.Context) error {
	allReady := p.allReady
	for {
		select {
		case <-allReady:
			p.logger.Info("ready", "roles", p.names())
			allReady = nil
		case r := <-p.ended:
			p.first = r
			if r.err == nil {
				return fmt.Errorf("the role %s ended by itself", r.name)
			}
			return fmt.Errorf("the role %s failed: %w", r.name, r.err)
		case <-ctx.Done():
			p.logger.Info("stopping", "roles", p.names())
			return nil
		}
	}
}

// stop ends the roles one after the other, the last started first, so that
// each can still reach its uppers while it stops. When the time is over all
// that are left are told at once, and named in the error.
func (p *process) stop(drain time.Duration) error {
	deadline := time.NewTimer(drain)
	defer deadline.Stop()
	var errs []error
	for i, r := range slices.Backward(p.running) {
		r.cancel()
		select {
		case <-r.done:
			// The failure that began the stop is told already; cancelled is
			// how an obedient role may end.
			if r.err != nil && r != p.first && !errors.Is(r.err, context.Canceled) {
				errs = append(errs, fmt.Errorf("stop the role %s: %w", r.name, r.err))
			}
		case <-deadline.C:
			return errors.Join(append(errs, p.abandon(i, drain))...)
		}
	}
	return errors.Join(errs...)
}

// abandon gives up on the roles up to and including the i-th.
func (p *process) abandon(last int, drain time.Duration) error {
	var names []string
	for _, r := range p.running[:last+1] {
		r.cancel()
		names = append(names, r.name)
	}
	return fmt.Errorf("not stopped after %v: %s", drain, strings.Join(names, ", "))
}

func (p *process) names() string {
	var names []string
	for _, r := range p.running {
		names = append(names, r.name)
	}
	return strings.Join(names, ",")
}
