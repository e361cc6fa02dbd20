package linux

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"ecc/net/fabric"
)

// Status reads the host back and compares it with the config last set.
func (f *Fabric) Status(ctx context.Context) (fabric.Status, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(ctx); err != nil {
		return fabric.Status{}, err
	}
	return f.status()
}

func (f *Fabric) status() (fabric.Status, error) {
	st := fabric.Status{VPCs: slices.Sorted(maps.Keys(f.vpcs))}
	if f.last == nil {
		return st, nil
	}
	for _, want := range f.last.VPCs {
		if err := f.vpcStatus(&st, want); err != nil {
			return st, err
		}
	}
	if len(f.last.VPCs) == 0 {
		return st, nil
	}
	if !f.host.intact() {
		st.Drift = append(st.Drift, "host: rules are not as they were set")
	}
	s, err := f.host.look(f.isVeth)
	if err != nil {
		return st, err
	}
	st.Drift = append(st.Drift, drift("host", s, state{addresses: f.last.Host.Addresses, routes: f.last.Host.Routes})...)
	return st, nil
}

func (f *Fabric) vpcStatus(st *fabric.Status, want fabric.Namespace) error {
	n, ok := f.vpcs[want.VPC]
	if !ok {
		st.Drift = append(st.Drift, fmt.Sprintf("%s: no namespace", want.VPC))
		for _, t := range want.Taps {
			st.Ports = append(st.Ports, fabric.PortStatus{ENI: t.ENI, Tap: t.Name})
		}
		return nil
	}
	s, err := n.look(everyLink)
	if err != nil {
		return err
	}
	sound := n.intact() && tablesEqual(n.rules.tables, want.Tables)
	if !sound {
		st.Drift = append(st.Drift, fmt.Sprintf("%s: rules are not as they were set", want.VPC))
	}
	for _, t := range want.Taps {
		routed := slices.ContainsFunc(s.routes, func(r fabric.Route) bool { return r.Link == t.Name })
		p := fabric.PortStatus{ENI: t.ENI, Tap: t.Name, Connected: sound && s.up(t.Name) && routed}
		st.Ports = append(st.Ports, p)
		if !s.up(t.Name) {
			st.Drift = append(st.Drift, fmt.Sprintf("%s: %s is not connected", want.VPC, t.Name))
		}
	}
	st.Drift = append(st.Drift, drift(string(want.VPC), s, state{want.Addresses, want.Routes, want.Neighbours}.on(s))...)
	return nil
}

// drift says what differs.
func drift(where string, s seen, want state) []string {
	var out []string
	tell := func(word string, what any) { out = append(out, fmt.Sprintf("%s: %s %v", where, word, what)) }
	addresses, oldAddresses := fabric.Diff(s.addresses, want.addresses)
	routes, oldRoutes := fabric.Diff(s.routes, want.routes)
	neighbours, oldNeighbours := fabric.Diff(s.neighbours, want.neighbours)
	for _, a := range addresses {
		tell("missing address", a)
	}
	for _, a := range oldAddresses {
		tell("unwanted address", a)
	}
	for _, r := range routes {
		tell("missing route", r)
	}
	for _, r := range oldRoutes {
		if where != "host" || r.Link != "" {
			tell("unwanted route", r)
		}
	}
	for _, n := range neighbours {
		tell("missing neighbour", n)
	}
	for _, n := range oldNeighbours {
		tell("unwanted neighbour", n)
	}
	return out
}
