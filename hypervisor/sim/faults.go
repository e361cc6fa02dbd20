package sim

import (
	"context"
	"sync"

	"ecc/cloud"
	"ecc/hypervisor"
)

// Op names a method of the hypervisor, for faults.
type Op string

// The methods that can be made to fail.
const (
	OpList     Op = "list"
	OpDefine   Op = "define"
	OpStart    Op = "start"
	OpResume   Op = "resume"
	OpShutdown Op = "shut down"
	OpReboot   Op = "reboot"
	OpStop     Op = "stop"
	OpDestroy  Op = "destroy"
	OpConsole  Op = "console of"
)

// faults are what tests have ordered.
type faults struct {
	mu      sync.Mutex
	fail    map[Op][]error
	blocked map[Op]chan struct{}
}

// FailNext makes the next call of op fail with err, before it does anything.
// Several errors for one op are used in order.
func (s *Sim) FailNext(op Op, err error) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if s.faults.fail == nil {
		s.faults.fail = map[Op][]error{}
	}
	s.faults.fail[op] = append(s.faults.fail[op], err)
}

// Block makes every call of op wait, before it does anything, until release
// is called or its context ends.
func (s *Sim) Block(op Op) (release func()) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if s.faults.blocked == nil {
		s.faults.blocked = map[Op]chan struct{}{}
	}
	gate := make(chan struct{})
	s.faults.blocked[op] = gate
	return sync.OnceFunc(func() {
		s.faults.mu.Lock()
		defer s.faults.mu.Unlock()
		if s.faults.blocked[op] == gate {
			delete(s.faults.blocked, op)
		}
		close(gate)
	})
}

// meet is where a call meets its fault.
func (f *faults) meet(ctx context.Context, op Op) error {
	f.mu.Lock()
	gate := f.blocked[op]
	var err error
	if errs := f.fail[op]; len(errs) > 0 {
		err, f.fail[op] = errs[0], errs[1:]
	}
	f.mu.Unlock()
	if gate != nil {
		select {
		case <-gate:
		case <-ctx.Done():
		}
	}
	if err == nil {
		err = ctx.Err()
	}
	return err
}

// GuestShutdown lets a running guest switch itself off, as if somebody inside
// it had typed poweroff. It reports whether there was one.
func (s *Sim) GuestShutdown(id cloud.InstanceID) bool { return s.end(id, hypervisor.OffGuest) }

// Kill lets a guest's emulator die. It reports whether there was one.
func (s *Sim) Kill(id cloud.InstanceID) bool { return s.end(id, hypervisor.OffCrashed) }

// Deafen makes the guest of an instance, defined or not yet, ignore Shutdown.
func (s *Sim) Deafen(id cloud.InstanceID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deaf[id] = true
}

func (s *Sim) end(id cloud.InstanceID, cause hypervisor.OffCause) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.domains[id]; d == nil || d.Power == hypervisor.PowerOff {
		return false
	}
	s.off(id, cause)
	return true
}

// off is a domain's end from within. It is called with the lock held.
func (s *Sim) off(id cloud.InstanceID, cause hypervisor.OffCause) {
	err := s.change(id, func(d *domain) (*domain, error) {
		if cause == hypervisor.OffGuest {
			d.say("ecc: switched off")
		}
		d.set(hypervisor.PowerOff, cause)
		return d, nil
	})
	if err != nil {
		s.log.Error("simulated guest cannot be switched off", "instance", id, "err", err)
	}
}
