package sim

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
)

// List implements hypervisor.Hypervisor.
func (s *Sim) List(ctx context.Context) ([]hypervisor.Domain, error) {
	if err := s.faults.meet(ctx, OpList); err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("list domains: %w", errClosed())
	}
	var list []hypervisor.Domain
	for id, d := range s.domains {
		if d.Spec.Cluster == s.cfg.Cluster {
			list = append(list, hypervisor.Domain{ID: id, Power: d.Power, Cause: d.Cause, Since: d.Since})
		}
	}
	slices.SortFunc(list, func(a, b hypervisor.Domain) int { return strings.Compare(string(a.ID), string(b.ID)) })
	return list, nil
}

// Define implements hypervisor.Hypervisor. A domain that runs keeps what it
// runs with.
func (s *Sim) Define(ctx context.Context, spec hypervisor.Spec) error {
	if !cloud.ValidID(cloud.PrefixInstance, string(spec.ID)) {
		return fmt.Errorf("define %q: not an instance's id", spec.ID)
	}
	spec.Cluster = s.cfg.Cluster
	return s.verb(ctx, OpDefine, spec.ID, func(d *domain) (*domain, error) {
		if d == nil {
			d = new(domain)
		}
		d.Spec = spec
		return d, nil
	})
}

// Start implements hypervisor.Hypervisor. It takes Config.Boot.
func (s *Sim) Start(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpStart, id, func(d *domain) (*domain, error) {
		if d == nil {
			return nil, absent(id)
		}
		if d.Power != hypervisor.PowerOff {
			return d, nil
		}
		if err := s.takeTime(ctx, s.cfg.Boot); err != nil {
			return d, err
		}
		d.set(hypervisor.PowerPaused, hypervisor.OffUnknown)
		return d, nil
	})
}

// takeTime waits about as long as d says, without the lock: other domains go
// on meanwhile.
func (s *Sim) takeTime(ctx context.Context, d time.Duration) error {
	d = s.vary(d)
	s.mu.Unlock()
	defer s.mu.Lock()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Resume implements hypervisor.Hypervisor.
func (s *Sim) Resume(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpResume, id, func(d *domain) (*domain, error) {
		if d == nil {
			return nil, absent(id)
		}
		if d.Power == hypervisor.PowerOff {
			return d, notRunning(id)
		}
		if d.Power == hypervisor.PowerPaused {
			d.set(hypervisor.PowerOn, hypervisor.OffUnknown)
			d.boot()
		}
		return d, nil
	})
}

// Shutdown implements hypervisor.Hypervisor. The guest listens, and is off
// after Config.Shutdown.
func (s *Sim) Shutdown(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpShutdown, id, func(d *domain) (*domain, error) {
		if d == nil {
			return nil, absent(id)
		}
		if d.Power == hypervisor.PowerOn && d.OffAt.IsZero() && !s.deaf[id] {
			d.say("ecc: asked to switch off")
			d.OffAt = time.Now().Add(s.vary(s.cfg.Shutdown))
			s.offAt(id, d.OffAt)
		}
		return d, nil
	})
}

// offAt lets the guest switch itself off at a time. It is called with the
// lock held.
func (s *Sim) offAt(id cloud.InstanceID, at time.Time) {
	if t := s.timers[id]; t != nil {
		t.Stop()
	}
	s.timers[id] = time.AfterFunc(time.Until(at), func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		// Power-cut and started again meanwhile, it is not the boot that was
		// asked to end.
		if d := s.domains[id]; !s.closed && d != nil && d.OffAt.Equal(at) {
			s.off(id, hypervisor.OffGuest)
		}
	})
}

// Reboot implements hypervisor.Hypervisor.
func (s *Sim) Reboot(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpReboot, id, func(d *domain) (*domain, error) {
		if d == nil {
			return nil, absent(id)
		}
		if d.Power == hypervisor.PowerOff {
			return d, notRunning(id)
		}
		if d.Power == hypervisor.PowerOn {
			d.set(hypervisor.PowerOn, hypervisor.OffUnknown)
			d.boot()
		}
		return d, nil
	})
}

// Stop implements hypervisor.Hypervisor.
func (s *Sim) Stop(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpStop, id, func(d *domain) (*domain, error) {
		if d != nil && d.Power != hypervisor.PowerOff {
			d.set(hypervisor.PowerOff, hypervisor.OffDestroyed)
		}
		return d, nil
	})
}

// Destroy implements hypervisor.Hypervisor.
func (s *Sim) Destroy(ctx context.Context, id cloud.InstanceID) error {
	return s.verb(ctx, OpDestroy, id, func(*domain) (*domain, error) { return nil, nil })
}

// Console implements hypervisor.Consoler.
func (s *Sim) Console(ctx context.Context, id cloud.InstanceID) (text []byte, err error) {
	err = s.verb(ctx, OpConsole, id, func(d *domain) (*domain, error) {
		if d == nil {
			return nil, absent(id)
		}
		text = []byte(d.Console)
		return d, nil
	})
	return text, err
}

// verb runs one verb on a domain: fn gets a copy (nil if there is none) and
// returns what the domain shall be (nil for gone). The change is on disk
// before it is seen.
func (s *Sim) verb(ctx context.Context, op Op, id cloud.InstanceID, fn func(*domain) (*domain, error)) error {
	unlock, err := s.verbs.Lock(ctx, id)
	if err == nil {
		defer unlock()
		err = s.faults.meet(ctx, op)
	}
	if err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		err = s.change(id, fn)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", op, id, err)
	}
	return nil
}

// change is called with the lock held.
func (s *Sim) change(id cloud.InstanceID, fn func(*domain) (*domain, error)) error {
	if s.closed {
		return errClosed()
	}
	old := s.domains[id]
	var next *domain
	if old != nil {
		c := *old
		next = &c
	}
	next, err := fn(next)
	switch {
	case err != nil:
		return err
	case s.closed:
		return errClosed()
	case old == nil && next == nil, old != nil && next != nil && *old == *next:
		return nil
	case next == nil:
		if err = remove(s.cfg.Dir, id); err == nil {
			delete(s.domains, id)
			delete(s.timers, id)
			delete(s.deaf, id)
		}
	default:
		if err = next.save(s.cfg.Dir); err == nil {
			s.domains[id] = next
		}
	}
	s.hint(id)
	return err
}

func absent(id cloud.InstanceID) error {
	return cloud.Errorf(cloud.NotFound, cloud.ResInstance, string(id), "The instance has no domain on its host.")
}

func notRunning(id cloud.InstanceID) error {
	return cloud.Errorf(cloud.WrongState, cloud.ResInstance, string(id), "The instance's domain does not run.")
}
