// Package sim is a host network that is nothing but bookkeeping: for the
// simulated cloud, which has no guests, and for tests of what drives a
// fabric. It says what a real host would say, and fails when told to.
//
// roles/wire.go and tests make it.
package sim

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"ecc/cloud"
	"ecc/net/fabric"
)

// Fabric is a simulated host network.
type Fabric struct {
	mu     sync.Mutex
	taps   map[string]bool
	config fabric.Config
	sets   int
	fail   map[string][]error
	closed bool
}

var (
	_ fabric.Fabric   = (*Fabric)(nil)
	_ fabric.Resetter = (*Fabric)(nil)
)

// New makes a host without a network.
func New() *Fabric {
	return &Fabric{taps: make(map[string]bool), fail: make(map[string][]error)}
}

// FailNext makes the next call of a method ("EnsureTap", "Set", "Status")
// return err and do nothing. Several wait in line.
func (f *Fabric) FailNext(method string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail[method] = append(f.fail[method], err)
}

// begin returns why a call cannot go on. f.mu is held.
func (f *Fabric) begin(ctx context.Context, method string) error {
	if f.closed {
		return errors.New("network: closed")
	}
	if next := f.fail[method]; len(next) > 0 {
		f.fail[method] = next[1:]
		return next[0]
	}
	return ctx.Err()
}

// EnsureTap notes that the port's tap exists.
func (f *Fabric) EnsureTap(ctx context.Context, p fabric.Port) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(ctx, "EnsureTap"); err != nil {
		return err
	}
	if p.Tap == "" || len(p.Tap) > 15 {
		return fmt.Errorf("%q is no device name", p.Tap)
	}
	f.taps[p.Tap] = true
	return nil
}

// Set notes the config. A port is connected when its tap exists.
func (f *Fabric) Set(ctx context.Context, c fabric.Config) (fabric.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(ctx, "Set"); err != nil {
		return fabric.Status{}, err
	}
	f.sets++
	wanted := make(map[string]bool)
	for _, p := range c.Ports {
		wanted[p.Tap] = true
	}
	for _, p := range f.config.Ports {
		if !wanted[p.Tap] {
			delete(f.taps, p.Tap)
		}
	}
	f.config = clone(c)
	return f.status(), c.Validate()
}

// Status tells what was set.
func (f *Fabric) Status(ctx context.Context) (fabric.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.begin(ctx, "Status"); err != nil {
		return fabric.Status{}, err
	}
	return f.status(), nil
}

func (f *Fabric) status() fabric.Status {
	var st fabric.Status
	vpcs := make(map[cloud.VPCID]bool)
	for _, p := range f.config.Ports {
		vpcs[p.VPC] = true
		st.Ports = append(st.Ports, fabric.PortStatus{ENI: p.ENI, Tap: p.Tap, Connected: f.taps[p.Tap]})
		if !f.taps[p.Tap] {
			st.Drift = append(st.Drift, fmt.Sprintf("%s: %s is not connected", p.VPC, p.Tap))
		}
	}
	st.VPCs = slices.Sorted(maps.Keys(vpcs))
	return st
}

// Reset forgets everything.
func (f *Fabric) Reset(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.taps)
	f.config = fabric.Config{}
	return nil
}

// Close ends it; every later call fails.
func (f *Fabric) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return nil
}

// Config returns the config last set and how often Set has succeeded.
func (f *Fabric) Config() (fabric.Config, int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return clone(f.config), f.sets
}

// Taps lists the taps that exist, sorted.
func (f *Fabric) Taps() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Sorted(maps.Keys(f.taps))
}

func clone(c fabric.Config) fabric.Config {
	return fabric.Config{VPCs: slices.Clone(c.VPCs), Ports: slices.Clone(c.Ports), Groups: slices.Clone(c.Groups)}
}
