package nc

import (
	"context"
	"fmt"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/internal/failpoint"
	"ecc/net/fabric"
	"ecc/rpc"
)

// do does one step.
func (r *runner) do(ctx context.Context, s step, in rpc.InstanceIntent) error {
	hv := r.n.deps.Hypervisor
	switch s {
	case stepStart:
		if err := r.n.starts.Acquire(ctx, 1); err != nil {
			return err
		}
		defer r.n.starts.Release(1)
		return r.start(ctx, in)
	case stepReboot:
		if err := hv.Reboot(ctx, r.id); err != nil {
			return fmt.Errorf("reboot: %w", err)
		}
		return r.update(func(rec *record) { rec.Reboots = in.Reboots })
	case stepShutdown:
		r.mu.Lock()
		r.asked = r.n.deps.Now()
		r.mu.Unlock()
		return hv.Shutdown(ctx, r.id)
	case stepCut:
		if err := hv.Stop(ctx, r.id); err != nil {
			return fmt.Errorf("cut the power: %w", err)
		}
		r.did(hypervisor.PowerOff)
		return nil
	case stepRelease:
		return r.release(ctx)
	case stepErase:
		return r.erase(ctx, in)
	}
	return nil
}

// start brings the guest up: image, overlay, tap, domain paused, network in
// place, CPUs running. Each part may have been done by an earlier try.
func (r *runner) start(ctx context.Context, in rpc.InstanceIntent) error {
	if err := failpoint.Hit("nc.start"); err != nil {
		return err
	}
	disk, err := r.n.deps.Disks.Ensure(ctx, in, r.n.folder(r.id), func(ctx context.Context) (rpc.ImageGrant, error) {
		return r.n.deps.Upper.GrantImage(ctx, r.n.cfg.Hello.Node, in.Image)
	})
	if err != nil {
		return fmt.Errorf("make the disk: %w", err)
	}
	if err := failpoint.Hit("nc.disk"); err != nil {
		return err
	}
	port := r.n.port(in)
	if err := r.update(func(rec *record) { rec.Port = true }); err != nil {
		return err
	}
	if err := r.n.deps.Fabric.EnsureTap(ctx, port); err != nil {
		return fmt.Errorf("make the tap: %w", err)
	}
	if err := failpoint.Hit("nc.tap"); err != nil {
		return err
	}
	if err := r.boot(ctx, in, disk, port); err != nil {
		return err
	}
	r.did(hypervisor.PowerOn)
	return r.update(func(rec *record) {
		if rec.Ran != in.Generation {
			rec.Reboots = in.Reboots // those asked for before it ran are part of the boot
		}
		rec.Ran, rec.Off, rec.Guest, rec.Reason = in.Generation, false, false, cloud.Reason{}
	})
}

// boot defines and starts the domain paused, connects it, lets it run.
func (r *runner) boot(ctx context.Context, in rpc.InstanceIntent, disk hypervisor.Disk, port fabric.Port) error {
	hv := r.n.deps.Hypervisor
	spec := hypervisor.Spec{ID: r.id, Cluster: r.n.cfg.Cluster, VCPU: in.VCPU, Memory: in.Memory, Disk: disk,
		NIC:     hypervisor.NIC{Tap: port.Tap, MAC: port.MAC, MTU: port.MTU},
		Console: r.n.folder(r.id) + "/console.log", Serial: hypervisor.UUID(r.id)}
	if r.domainPower() != hypervisor.PowerOn && r.domainPower() != hypervisor.PowerPaused {
		if err := hv.Define(ctx, spec); err != nil {
			return fmt.Errorf("define the domain: %w", err)
		}
		if err := failpoint.Hit("nc.define"); err != nil {
			return err
		}
		if err := hv.Start(ctx, r.id); err != nil {
			return fmt.Errorf("start the domain: %w", err)
		}
		r.did(hypervisor.PowerPaused)
	}
	if err := failpoint.Hit("nc.paused"); err != nil {
		return err
	}
	r.n.net.want(port, fabric.VPC{ID: in.NIC.VPC, CIDR: in.NIC.VPCCIDR})
	if err := r.n.net.connect(ctx, r.id); err != nil {
		return err
	}
	if err := failpoint.Hit("nc.connected"); err != nil {
		return err
	}
	if err := hv.Resume(ctx, r.id); err != nil {
		return fmt.Errorf("let the guest run: %w", err)
	}
	return failpoint.Hit("nc.resumed")
}

func (r *runner) domainPower() hypervisor.Power {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dom.Power
}

// release takes the interface away from the host.
func (r *runner) release(ctx context.Context) error {
	r.n.net.drop(r.id)
	if _, err := r.n.net.sync(ctx); err != nil {
		return fmt.Errorf("take the interface away: %w", err)
	}
	if err := failpoint.Hit("nc.released"); err != nil {
		return err
	}
	return r.update(func(rec *record) { rec.Port = false })
}

// erase removes everything of the instance: domain, interface, base pin,
// folder with overlay and record.
func (r *runner) erase(ctx context.Context, in rpc.InstanceIntent) error {
	if err := failpoint.Hit("nc.erase"); err != nil {
		return err
	}
	if err := r.n.deps.Hypervisor.Destroy(ctx, r.id); err != nil {
		return fmt.Errorf("destroy the domain: %w", err)
	}
	r.did(hypervisor.PowerOff)
	if err := failpoint.Hit("nc.destroyed"); err != nil {
		return err
	}
	r.n.net.drop(r.id)
	if _, err := r.n.net.sync(ctx); err != nil {
		return fmt.Errorf("take the interface away: %w", err)
	}
	if err := failpoint.Hit("nc.unplugged"); err != nil {
		return err
	}
	if err := r.n.deps.Disks.Remove(ctx, in); err != nil {
		return fmt.Errorf("let go of the image: %w", err)
	}
	if err := r.n.removeFolder(r.id); err != nil {
		return err
	}
	r.n.deps.Metadata.remove(r.id)
	r.mu.Lock()
	r.erased = true
	r.mu.Unlock()
	return failpoint.Hit("nc.erased")
}
