// Package sim is a hypervisor without guests: it keeps the books of domains as
// a real one would, with boot times, hints, consoles and faults on demand, and
// says in everything it shows that it is simulated. People use it to test
// their own code against the API without a machine to run guests on; ecc's
// tests use it to fail at will.
//
// Its domains are small files, one each, so that they survive an ecc that is
// stopped, killed or upgraded, as real guests do:
//
//	<Dir>/<instance id>.json    {"spec": …, "power": …, "cause": …, …}
//
// roles/wire.go chooses it; tests may import it.
package sim

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/internal/keylock"
)

// Config of a simulated host.
type Config struct {
	Dir      string         // of its domains; made if absent
	Cluster  string         // mark of this cluster's domains
	Capacity cloud.Capacity // what Info says: vCPU and memory

	Boot     time.Duration // optional: how long Start takes
	Shutdown time.Duration // optional: how long a guest takes to switch itself off when asked
	Jitter   float64       // optional: each time varies by up to this part of it, 0 to 1
	Seed     uint64        // optional: of the variation, which is the same for the same seed
}

// Sim is a hypervisor.Hypervisor and a hypervisor.Consoler. The zero value is
// not usable; New makes one.
type Sim struct {
	cfg    Config
	log    *slog.Logger
	verbs  keylock.Locks[cloud.InstanceID] // one verb at a time on one domain
	faults faults

	mu      sync.Mutex
	domains map[cloud.InstanceID]*domain
	timers  map[cloud.InstanceID]*time.Timer // of guests that are about to switch themselves off
	deaf    map[cloud.InstanceID]bool
	random  *rand.Rand
	hints   chan cloud.InstanceID
	closed  bool
}

var (
	_ hypervisor.Hypervisor = (*Sim)(nil)
	_ hypervisor.Consoler   = (*Sim)(nil)
)

// New opens the simulated host whose domains are in cfg.Dir: what ran there
// goes on running.
func New(cfg Config, logger *slog.Logger) (*Sim, error) {
	if cfg.Dir == "" || cfg.Cluster == "" || cfg.Jitter < 0 || cfg.Jitter > 1 {
		return nil, errors.New("simulated hypervisor: a folder and a cluster are needed, and a jitter between 0 and 1")
	}
	domains, err := load(cfg.Dir)
	if err != nil {
		return nil, fmt.Errorf("simulated hypervisor: %w", err)
	}
	s := &Sim{
		cfg: cfg, log: logger,
		domains: domains,
		timers:  map[cloud.InstanceID]*time.Timer{},
		deaf:    map[cloud.InstanceID]bool{},
		random:  rand.New(rand.NewPCG(cfg.Seed, 0)),
		hints:   make(chan cloud.InstanceID, 256),
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, d := range domains {
		if !d.OffAt.IsZero() {
			s.offAt(id, d.OffAt)
		}
	}
	return s, nil
}

// Info implements hypervisor.Hypervisor.
func (s *Sim) Info(context.Context) (hypervisor.Info, error) {
	return hypervisor.Info{
		Kind: "sim", Accelerator: "sim", Why: "simulated: no guest runs on this host",
		Version: "simulator", Capacity: s.cfg.Capacity,
	}, nil
}

// Hints implements hypervisor.Hypervisor.
func (s *Sim) Hints() <-chan cloud.InstanceID { return s.hints }

// hint is called with the lock held.
func (s *Sim) hint(id cloud.InstanceID) {
	if s.closed {
		return
	}
	select {
	case s.hints <- id:
	default: // lost: the reader lists anyway
	}
}

// Close implements hypervisor.Hypervisor. Guests that are about to switch
// themselves off do so all the same: the next New sees to it.
func (s *Sim) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	for _, t := range s.timers {
		t.Stop()
	}
	close(s.hints)
	return nil
}

// vary returns d, more or less. It is called with the lock held.
func (s *Sim) vary(d time.Duration) time.Duration {
	return d + time.Duration(s.cfg.Jitter*(2*s.random.Float64()-1)*float64(d))
}

func errClosed() error {
	return cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "The simulated host is closed.")
}
