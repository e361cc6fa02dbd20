package libvirt

import (
	"context"
	"fmt"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/domainxml"
)

// List implements hypervisor.Hypervisor.
func (d *Driver) List(ctx context.Context) ([]hypervisor.Domain, error) {
	all, err := do(ctx, d, func(l *golibvirt.Libvirt) ([]golibvirt.Domain, error) {
		doms, _, err := l.ConnectListAllDomains(1, golibvirt.ConnectListDomainsActive|golibvirt.ConnectListDomainsInactive)
		return doms, err
	})
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	ours := make([]hypervisor.Domain, 0, len(all))
	for _, dom := range all {
		seen, ok, err := d.see(ctx, dom)
		if err != nil {
			return nil, fmt.Errorf("list domains: %s: %w", dom.Name, err)
		}
		if ok {
			ours = append(ours, seen)
		}
	}
	return ours, nil
}

// see reads one domain. It is not ok if the domain is not this cluster's or
// went away meanwhile.
func (d *Driver) see(ctx context.Context, dom golibvirt.Domain) (hypervisor.Domain, bool, error) {
	if ours, err := d.isOurs(ctx, dom); err != nil || !ours {
		return hypervisor.Domain{}, false, err
	}
	p, cause, err := d.state(ctx, dom)
	if isCode(err, golibvirt.ErrNoDomain) {
		return hypervisor.Domain{}, false, nil
	}
	return hypervisor.Domain{ID: cloud.InstanceID(dom.Name), Power: p, Cause: cause}, err == nil, err
}

// isOurs reports whether a domain carries this cluster's mark and the id that
// is its name. Others share the libvirtd: their domains are left alone.
func (d *Driver) isOurs(ctx context.Context, dom golibvirt.Domain) (bool, error) {
	if !cloud.ValidID(cloud.PrefixInstance, dom.Name) {
		return false, nil
	}
	element, err := do(ctx, d, func(l *golibvirt.Libvirt) (string, error) {
		return l.DomainGetMetadata(dom, int32(golibvirt.DomainMetadataElement),
			golibvirt.OptString{domainxml.Namespace}, golibvirt.DomainAffectCurrent)
	})
	if isCode(err, golibvirt.ErrNoDomain, golibvirt.ErrNoDomainMetadata) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mark, err := domainxml.ReadMark(element)
	return err == nil && mark.Cluster == d.cfg.Cluster && string(mark.ID) == dom.Name, nil
}

func (d *Driver) state(ctx context.Context, dom golibvirt.Domain) (hypervisor.Power, hypervisor.OffCause, error) {
	type seen struct {
		power hypervisor.Power
		cause hypervisor.OffCause
	}
	s, err := do(ctx, d, func(l *golibvirt.Libvirt) (seen, error) {
		state, reason, err := l.DomainGetState(dom, 0)
		p, cause := power(state, reason)
		return seen{p, cause}, err
	})
	return s.power, s.cause, err
}

// find returns the domain of an instance; ok tells whether it is this
// cluster's. Without a domain of that name it returns a zero one.
func (d *Driver) find(ctx context.Context, id cloud.InstanceID) (dom golibvirt.Domain, ok bool, err error) {
	dom, err = do(ctx, d, func(l *golibvirt.Libvirt) (golibvirt.Domain, error) {
		return l.DomainLookupByName(string(id))
	})
	if isCode(err, golibvirt.ErrNoDomain) {
		return golibvirt.Domain{}, false, nil
	}
	if err != nil {
		return golibvirt.Domain{}, false, err
	}
	ok, err = d.isOurs(ctx, dom)
	return dom, ok, err
}

// mustFind is find for verbs that need a domain.
func (d *Driver) mustFind(ctx context.Context, id cloud.InstanceID) (golibvirt.Domain, error) {
	dom, ok, err := d.find(ctx, id)
	if err == nil && !ok {
		err = cloud.Errorf(cloud.NotFound, cloud.ResInstance, string(id), "The instance has no domain on its host.")
	}
	return dom, err
}
