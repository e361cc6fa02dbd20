package linux

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"ecc/cloud"
	"ecc/net/fabric"
)

// sweep removes namespaces, veths and taps that the config does not name,
// whoever made them under this installation's name. What the config names and
// gets wrong stays: a tap that is removed under a running guest can never be
// given back to it.
func (f *Fabric) sweep(c fabric.Config) error {
	vpcs, taps := make(map[cloud.VPCID]bool), make(map[string]bool)
	for _, p := range c.Ports {
		vpcs[p.VPC], taps[p.Tap] = true, true
	}
	var errs []error
	for _, id := range slices.Sorted(maps.Keys(f.vpcs)) {
		errs = append(errs, f.dropTaps(f.vpcs[id], taps))
	}
	errs = append(errs, f.sweepVeths(vpcs))
	for _, id := range slices.Sorted(maps.Keys(f.vpcs)) {
		if !vpcs[id] {
			errs = append(errs, f.removeVPC(id))
		}
	}
	errs = append(errs, f.sweepTaps(taps))
	if len(vpcs) == 0 {
		errs = append(errs, f.host.dropTable(fabric.HostTable(f.cfg.Name)))
	}
	return errors.Join(errs...)
}

// dropTaps removes the taps of a namespace that are not wanted there.
func (f *Fabric) dropTaps(n *namespace, wanted map[string]bool) error {
	links, err := n.route.LinkList()
	if err != nil {
		return fmt.Errorf("list links of namespace %q: %w", n.name, err)
	}
	var errs []error
	for _, l := range links {
		name := l.Attrs().Name
		if isTap(l) && !wanted[name] {
			f.stopServing(name)
			delete(n.ready, name)
			errs = append(errs, wrap(absent(n.route.LinkDel(l)), "remove tap %s", name))
		}
	}
	return errors.Join(errs...)
}

func (f *Fabric) sweepVeths(wanted map[cloud.VPCID]bool) error {
	links, err := f.host.route.LinkList()
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	var errs []error
	for _, l := range links {
		if id, ours := f.vpcOfVeth(l); ours && !wanted[id] {
			errs = append(errs, wrap(absent(f.host.route.LinkDel(l)), "remove veth %s", l.Attrs().Name))
		}
	}
	return errors.Join(errs...)
}

// removeVPC removes a namespace, which has no taps any more.
func (f *Fabric) removeVPC(id cloud.VPCID) error {
	n := f.vpcs[id]
	delete(f.vpcs, id)
	n.close()
	return removeNamespace(f.cfg.NamespaceDir, n.name)
}

// sweepTaps removes our taps from the host's namespace, except those that
// wait for their domain.
func (f *Fabric) sweepTaps(wanted map[string]bool) error {
	links, err := f.host.route.LinkList()
	if err != nil {
		return fmt.Errorf("list links: %w", err)
	}
	var errs []error
	for _, l := range links {
		name := l.Attrs().Name
		if !isTap(l) || l.Attrs().Alias != f.tapAlias() || wanted[name] {
			continue
		}
		if since, ok := f.pending[name]; ok {
			if used, err := f.host.open(l); used || err != nil || f.cfg.Now().Sub(since) < pendingFor {
				continue
			}
		}
		delete(f.pending, name)
		errs = append(errs, wrap(absent(f.host.route.LinkDel(l)), "remove tap %s", name))
	}
	return errors.Join(errs...)
}
