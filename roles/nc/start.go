package nc

import (
	"context"
	"errors"
	"fmt"

	"ecc/cloud"
	"ecc/hypervisor"
	"ecc/internal/failpoint"
	"ecc/rpc"
)

// bringUp brings the guest up: image, overlay, tap, domain paused, network in
// place, CPUs running. Each part may have been done by an earlier try. A newer
// goal ends it where that leaves nothing half-made: while the disk is made,
// which may take long, while it waits for its turn, and before the CPUs run.
func (r *runner) bringUp(ctx context.Context, in rpc.InstanceIntent) error {
	if err := failpoint.Hit("nc.start"); err != nil {
		return err
	}
	on := r.power() != hypervisor.PowerOff // paused by an earlier try, or by somebody else
	var disk hypervisor.Disk
	var err error
	if !on {
		if disk, err = r.makeDisk(ctx, in); err != nil {
			return err
		}
	}
	if err := r.waitTurn(ctx, in); err != nil {
		return err
	}
	defer r.n.starts.Release(1)
	if err := r.makeTap(ctx, in); err != nil {
		return err
	}
	if !on {
		if err := r.powerOn(ctx, in, disk); err != nil {
			return err
		}
	}
	return r.letRun(ctx, in, !on)
}

// makeDisk has the root disk made, however long its image takes to come.
func (r *runner) makeDisk(ctx context.Context, in rpc.InstanceIntent) (hypervisor.Disk, error) {
	ctx, done := r.untilOvertaken(ctx, in)
	defer done()
	disk, err := r.n.deps.Disks.Ensure(ctx, in, r.n.folder(r.id), func(ctx context.Context) (rpc.ImageGrant, error) {
		return r.n.deps.Upper.GrantImage(ctx, r.n.cfg.Hello.Node, in.Image)
	})
	if cause := context.Cause(ctx); errors.Is(cause, errOvertaken) {
		return disk, cause
	}
	if err != nil {
		return disk, fmt.Errorf("make the disk: %w", err)
	}
	return disk, failpoint.Hit("nc.disk")
}

// waitTurn waits until the instance is one of the few that start.
func (r *runner) waitTurn(ctx context.Context, in rpc.InstanceIntent) error {
	ctx, done := r.untilOvertaken(ctx, in)
	defer done()
	if err := r.n.starts.Acquire(ctx, 1); err != nil {
		return context.Cause(ctx)
	}
	return nil
}

// untilOvertaken returns a context that ends when a newer goal comes.
func (r *runner) untilOvertaken(ctx context.Context, in rpc.InstanceIntent) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.overtake = cancel
	if r.overtaken(in) {
		cancel(errOvertaken)
	}
	return ctx, func() {
		r.mu.Lock()
		r.overtake = nil
		r.mu.Unlock()
		cancel(nil)
	}
}

// makeTap has the tap made, or left alone when a domain has it. The record
// says first that there will be an interface.
func (r *runner) makeTap(ctx context.Context, in rpc.InstanceIntent) error {
	if err := r.update(func(rec *record) { rec.Port = true }); err != nil {
		return err
	}
	if err := r.n.deps.Fabric.EnsureTap(ctx, r.n.port(in)); err != nil {
		return fmt.Errorf("make the tap: %w", err)
	}
	return failpoint.Hit("nc.tap")
}

// powerOn makes the domain and starts it paused.
func (r *runner) powerOn(ctx context.Context, in rpc.InstanceIntent, disk hypervisor.Disk) error {
	port := r.n.port(in)
	spec := hypervisor.Spec{ID: r.id, Cluster: r.n.cfg.Cluster, VCPU: in.VCPU, Memory: in.Memory, Disk: disk,
		NIC:     hypervisor.NIC{Tap: port.Tap, MAC: port.MAC, MTU: port.MTU},
		Console: r.n.folder(r.id) + "/console.log", Serial: hypervisor.UUID(r.id)}
	if err := r.n.deps.Hypervisor.Define(ctx, spec); err != nil {
		return fmt.Errorf("define the domain: %w", err)
	}
	if err := failpoint.Hit("nc.define"); err != nil {
		return err
	}
	if err := r.n.deps.Hypervisor.Start(ctx, r.id); err != nil {
		return fmt.Errorf("start the domain: %w", err)
	}
	r.did(hypervisor.Domain{ID: r.id, Power: hypervisor.PowerPaused})
	return failpoint.Hit("nc.paused")
}

// letRun puts the network of a domain in place and lets its CPUs run. The
// record says first that the guest may have run: one that then goes down is
// never taken for one that has not begun.
func (r *runner) letRun(ctx context.Context, in rpc.InstanceIntent, boots bool) error {
	if err := r.n.net.connect(ctx, r.plug()); err != nil {
		return err
	}
	if err := failpoint.Hit("nc.connected"); err != nil {
		return err
	}
	if err := r.ran(in, boots); err != nil {
		return err
	}
	if err := r.n.deps.Hypervisor.Resume(ctx, r.id); err != nil {
		return fmt.Errorf("let the guest run: %w", err)
	}
	r.did(hypervisor.Domain{ID: r.id, Power: hypervisor.PowerOn})
	return failpoint.Hit("nc.resumed")
}

// ran records that the guest of this generation may have run. Reboots asked
// for before are part of its boot.
func (r *runner) ran(in rpc.InstanceIntent, boots bool) error {
	r.mu.Lock()
	overtaken := r.overtaken(in)
	r.mu.Unlock()
	if overtaken {
		return errOvertaken
	}
	return r.update(func(rec *record) {
		if boots || rec.Ran != in.Generation {
			rec.Reboots = in.Reboots
		}
		rec.Ran, rec.Off, rec.Guest, rec.Reason = in.Generation, false, false, cloud.Reason{}
	})
}

// plug has the interface wanted as the newest intent has it: in one step, or
// groups that come meanwhile would be lost.
func (r *runner) plug() cloud.ENIID {
	r.mu.Lock()
	defer r.mu.Unlock()
	in := r.rec.Intent
	r.n.net.want(r.n.port(in), vpc(in))
	return in.NIC.ENI
}

func (r *runner) power() hypervisor.Power {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.dom.Power
}
