package linux

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"

	"ecc/cloud"
	"ecc/net/fabric"
)

// Set makes the host's network what c says. The order is that of safety:
// rules before links, links before routes, everything new before anything old
// goes. A step that fails leaves out what depends on it, and only that.
func (f *Fabric) Set(ctx context.Context, c fabric.Config) (fabric.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(ctx); err != nil {
		return fabric.Status{}, err
	}
	plan, err := f.plan(c)
	errs := []error{err}
	if len(plan.Host.Tables) == 0 {
		return fabric.Status{}, err
	}
	f.last = &plan
	policy := fabric.NewPolicy(c)
	failed := make(map[cloud.VPCID]bool)
	for _, want := range plan.VPCs {
		if err := f.ensureNamespace(want); err != nil {
			failed[want.VPC] = true
			errs = append(errs, fmt.Errorf("%s: %w", want.VPC, err))
		}
	}
	hostErr := f.openHost(plan)
	errs = append(errs, hostErr)
	for _, want := range plan.VPCs {
		if failed[want.VPC] || hostErr != nil {
			continue
		}
		if err := f.setVPC(want, policy); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", want.VPC, err))
		}
	}
	errs = append(errs, f.setHost(plan.Host), f.sweep(c), f.serve(ctx, c))
	status, err := f.status()
	return status, errors.Join(append(errs, err)...)
}

// plan compiles c for this host, with the transit networks it has.
func (f *Fabric) plan(c fabric.Config) (fabric.Plan, error) {
	have, taken, err := f.transits()
	if err != nil {
		return fabric.Plan{}, err
	}
	transit, err := fabric.Assign(f.cfg.Transit, have, fabric.Wanted(c), taken)
	if err != nil {
		return fabric.Plan{}, err
	}
	return fabric.Compile(c, fabric.Layout{Name: f.cfg.Name, Transit: transit, Outside: f.cfg.Outside})
}

// ensureNamespace makes a VPC's namespace and its veth, with the uplink down.
func (f *Fabric) ensureNamespace(want fabric.Namespace) error {
	n, ok := f.vpcs[want.VPC]
	if !ok {
		var err error
		if n, err = createNamespace(f.cfg.NamespaceDir, want.Name); err != nil {
			return err
		}
		f.vpcs[want.VPC] = n
	}
	if !n.prepared {
		if err := n.prepare(); err != nil {
			return err
		}
	}
	return f.ensureVeth(n, want.VPC, want.Veth)
}

// prepare makes the settings of a namespace that is new to this process.
func (n *namespace) prepare() error {
	lo, err := n.route.LinkByName(fabric.Loopback)
	if err != nil {
		return err
	}
	if err := errors.Join(n.write(namespaceSettings()), n.route.LinkSetUp(lo)); err != nil {
		return err
	}
	n.prepared = true
	return nil
}

// openHost puts the host's rules in place, then lets it forward.
func (f *Fabric) openHost(plan fabric.Plan) error {
	if len(plan.VPCs) == 0 {
		return nil // setHost takes the rules away at the end
	}
	if _, err := f.host.apply(plan.Host.Tables); err != nil {
		return err
	}
	return f.forward()
}

// setVPC makes one namespace what want says.
func (f *Fabric) setVPC(want fabric.Namespace, policy fabric.Policy) error {
	n := f.vpcs[want.VPC]
	changed, err := n.apply(want.Tables)
	if err != nil {
		return err // what is connected stays as it was
	}
	s, err := n.look(everyLink)
	if err != nil {
		return err
	}
	var errs []error
	for _, tap := range want.Taps {
		delete(f.pending, tap.Name) // a config has had it: from now on configs decide
		errs = append(errs, wrap(f.connect(n, &s, tap), "connect %s", tap.Name))
	}
	errs = append(errs, n.setUp(&s, fabric.Uplink))
	wanted := state{want.Addresses, want.Routes, want.Neighbours}.on(s)
	errs = append(errs, n.converge(s, wanted, everyLink))
	if changed {
		errs = append(errs, n.cutFlows(want.VPC, policy))
	}
	return errors.Join(errs...)
}

func (n *namespace) setUp(s *seen, link string) error {
	l, ok := s.links[link]
	if !ok || l.Attrs().Flags&net.FlagUp != 0 {
		return nil
	}
	if err := n.route.LinkSetUp(l); err != nil {
		return fmt.Errorf("set %s up: %w", link, err)
	}
	l, err := n.route.LinkByName(link)
	s.links[link] = l
	return err
}

// setHost sets the veths up, gives them addresses and routes public addresses
// to them.
func (f *Fabric) setHost(want fabric.Host) error {
	s, err := f.host.look(f.isVeth)
	if err != nil {
		return err
	}
	var errs []error
	for _, a := range want.Addresses {
		errs = append(errs, f.host.setUp(&s, a.Link))
	}
	wanted := state{addresses: want.Addresses, routes: want.Routes}.on(s)
	s.routes = slices.DeleteFunc(s.routes, func(r fabric.Route) bool { return r.Link == "" })
	return errors.Join(append(errs, f.host.converge(s, wanted, f.isVeth))...)
}
