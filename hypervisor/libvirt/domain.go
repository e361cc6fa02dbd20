package libvirt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/user"
	"strconv"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/hypervisor/domainxml"
)

// Define implements hypervisor.Hypervisor. A domain that runs keeps what it
// runs with and gets the new definition at its next start.
func (d *Driver) Define(ctx context.Context, s hypervisor.Spec) error {
	err := d.define(ctx, s)
	if err != nil {
		return fmt.Errorf("define %s: %w", s.ID, err)
	}
	return nil
}

func (d *Driver) define(ctx context.Context, s hypervisor.Spec) error {
	s.Cluster = d.cfg.Cluster
	text, err := domainxml.Render(s, d.host())
	if err != nil {
		return err
	}
	if err := d.checkName(ctx, s.ID); err != nil {
		return err
	}
	if err := d.giveDisk(s.Disk.Path); err != nil {
		return err
	}
	// The first domain of a libvirtd makes it probe the emulator, for seconds.
	return d.refused(s.ID, "define", runWithin(ctx, d, d.cfg.StartLimit, func(l *golibvirt.Libvirt) error {
		_, err := l.DomainDefineXMLFlags(text, 0)
		return err
	}))
}

// checkName refuses to replace a domain that is not this cluster's.
func (d *Driver) checkName(ctx context.Context, id cloud.InstanceID) error {
	dom, ours, err := d.find(ctx, id)
	if err != nil || ours || dom.Name == "" {
		return err
	}
	return cloud.Errorf(cloud.AlreadyExists, cloud.ResInstance, string(id),
		"The host has a domain of this name that is not this cloud's.")
}

// giveDisk lets the user that QEMU runs as write to the disk: libvirt does not
// relabel ours, so that it never touches the shared base.
func (d *Driver) giveDisk(path string) error {
	if d.cfg.QEMUUser == "" {
		return nil
	}
	u, err := user.Lookup(d.cfg.QEMUUser)
	if err != nil {
		return fmt.Errorf("find QEMU's user: %w", err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return fmt.Errorf("find QEMU's user: %w", err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return fmt.Errorf("find QEMU's user: %w", err)
	}
	return os.Lchown(path, uid, gid)
}

// Start implements hypervisor.Hypervisor.
func (d *Driver) Start(ctx context.Context, id cloud.InstanceID) error {
	return d.onExisting(ctx, "start", id, func(dom golibvirt.Domain, p hypervisor.Power) error {
		if p != hypervisor.PowerOff {
			return nil
		}
		err := runWithin(ctx, d, d.cfg.StartLimit, func(l *golibvirt.Libvirt) error {
			_, err := l.DomainCreateWithFlags(dom, uint32(golibvirt.DomainStartPaused))
			return err
		})
		return d.unless(ctx, err, dom, func(p hypervisor.Power) bool { return p != hypervisor.PowerOff })
	})
}

// Resume implements hypervisor.Hypervisor.
func (d *Driver) Resume(ctx context.Context, id cloud.InstanceID) error {
	return d.onExisting(ctx, "resume", id, func(dom golibvirt.Domain, p hypervisor.Power) error {
		switch p {
		case hypervisor.PowerOn:
			return nil
		case hypervisor.PowerOff:
			return notRunning(id)
		case hypervisor.PowerPaused:
		}
		err := run(ctx, d, func(l *golibvirt.Libvirt) error { return l.DomainResume(dom) })
		return d.unless(ctx, err, dom, func(p hypervisor.Power) bool { return p == hypervisor.PowerOn })
	})
}

// Shutdown implements hypervisor.Hypervisor. A domain that is off is success.
func (d *Driver) Shutdown(ctx context.Context, id cloud.InstanceID) error {
	return d.onExisting(ctx, "shut down", id, func(dom golibvirt.Domain, p hypervisor.Power) error {
		if p == hypervisor.PowerOff {
			return nil
		}
		err := run(ctx, d, func(l *golibvirt.Libvirt) error {
			return l.DomainShutdownFlags(dom, golibvirt.DomainShutdownAcpiPowerBtn)
		})
		return d.unless(ctx, err, dom, isOff)
	})
}

// Reboot implements hypervisor.Hypervisor: it asks by ACPI. A guest that does
// not listen goes on running; the caller may Stop and Start it.
func (d *Driver) Reboot(ctx context.Context, id cloud.InstanceID) error {
	return d.onExisting(ctx, "reboot", id, func(dom golibvirt.Domain, p hypervisor.Power) error {
		if p == hypervisor.PowerOff {
			return notRunning(id)
		}
		err := run(ctx, d, func(l *golibvirt.Libvirt) error {
			return l.DomainReboot(dom, golibvirt.DomainRebootAcpiPowerBtn)
		})
		if err == nil || cloud.AsError(err).Kind == cloud.Unavailable {
			return err
		}
		return run(ctx, d, func(l *golibvirt.Libvirt) error { return l.DomainReset(dom, 0) })
	})
}

// Stop implements hypervisor.Hypervisor.
func (d *Driver) Stop(ctx context.Context, id cloud.InstanceID) error {
	dom, ok, err := d.find(ctx, id)
	if err == nil && ok {
		err = d.refused(id, "stop", d.cut(ctx, dom))
	}
	if err != nil {
		return fmt.Errorf("stop %s: %w", id, err)
	}
	return nil
}

// cut cuts the power. Off already, or gone meanwhile, is success.
func (d *Driver) cut(ctx context.Context, dom golibvirt.Domain) error {
	p, _, err := d.state(ctx, dom)
	if err == nil && p != hypervisor.PowerOff {
		err = runWithin(ctx, d, d.cfg.StartLimit, func(l *golibvirt.Libvirt) error {
			return l.DomainDestroyFlags(dom, golibvirt.DomainDestroyDefault)
		})
		err = d.unless(ctx, err, dom, isOff)
	}
	if isCode(err, golibvirt.ErrNoDomain) {
		return nil
	}
	return err
}

// Destroy implements hypervisor.Hypervisor. The console's files go too.
func (d *Driver) Destroy(ctx context.Context, id cloud.InstanceID) error {
	dom, ok, err := d.find(ctx, id)
	if err == nil && ok {
		err = d.refused(id, "destroy", d.forget(ctx, dom))
	}
	if err != nil {
		return fmt.Errorf("destroy %s: %w", id, err)
	}
	return nil
}

func (d *Driver) forget(ctx context.Context, dom golibvirt.Domain) error {
	console, err := d.consolePath(ctx, dom)
	if err != nil && !isCode(err, golibvirt.ErrNoDomain) {
		return err
	}
	if err := d.cut(ctx, dom); err != nil {
		return err
	}
	err = run(ctx, d, func(l *golibvirt.Libvirt) error {
		return l.DomainUndefineFlags(dom, golibvirt.DomainUndefineNvram|golibvirt.DomainUndefineManagedSave)
	})
	if err != nil && !isCode(err, golibvirt.ErrNoDomain) {
		return err
	}
	return removeConsole(console)
}

// onExisting runs a verb on an instance's domain, knowing its power.
func (d *Driver) onExisting(ctx context.Context, verb string, id cloud.InstanceID, fn func(golibvirt.Domain, hypervisor.Power) error) error {
	dom, err := d.mustFind(ctx, id)
	if err != nil {
		return fmt.Errorf("%s %s: %w", verb, id, err)
	}
	p, _, err := d.state(ctx, dom)
	if err == nil {
		err = fn(dom, p)
	}
	if err := d.refused(id, verb, err); err != nil {
		return fmt.Errorf("%s %s: %w", verb, id, err)
	}
	return nil
}

// unless forgives err if the domain is as wanted all the same: somebody else
// was faster, or the guest.
func (d *Driver) unless(ctx context.Context, err error, dom golibvirt.Domain, wanted func(hypervisor.Power) bool) error {
	if !isCode(err, golibvirt.ErrOperationInvalid) {
		return err
	}
	if p, _, serr := d.state(ctx, dom); serr == nil && wanted(p) {
		return nil
	}
	return err
}

func isOff(p hypervisor.Power) bool { return p == hypervisor.PowerOff }

// refused words what libvirt refuses so that a tenant may read it.
func (d *Driver) refused(id cloud.InstanceID, verb string, err error) error {
	var e golibvirt.Error
	if !errors.As(err, &e) {
		return err
	}
	return &cloud.Error{
		Kind: cloud.Internal, Resource: cloud.ResInstance, ID: string(id),
		Msg: fmt.Sprintf("The host's libvirt refused to %s the instance.", verb), Err: err,
	}
}

func notRunning(id cloud.InstanceID) error {
	return cloud.Errorf(cloud.WrongState, cloud.ResInstance, string(id), "The instance's domain does not run.")
}
