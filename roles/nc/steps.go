package nc

import (
	"context"
	"fmt"

	"ecc/hypervisor"
	"ecc/internal/failpoint"
	"ecc/rpc"
)

// do does one step.
func (r *runner) do(ctx context.Context, s step, in rpc.InstanceIntent) error {
	switch s {
	case stepSave:
		return r.save()
	case stepStart:
		return r.bringUp(ctx, in)
	case stepReboot:
		return r.reboot(ctx, in)
	case stepShutdown:
		return r.shutdown(ctx)
	case stepCut:
		return r.cut(ctx)
	case stepRelease:
		return r.release(ctx, in)
	case stepErase:
		return r.erase(ctx, in)
	case stepNone, stepWait:
	}
	return nil
}

// reboot asks the guest to reboot, once for all reboots asked for so far. A
// crash before the record makes it two: one that is lost would be worse.
func (r *runner) reboot(ctx context.Context, in rpc.InstanceIntent) error {
	if err := r.n.deps.Hypervisor.Reboot(ctx, r.id); err != nil {
		return fmt.Errorf("reboot: %w", err)
	}
	r.amend(func(rec *record) { rec.Reboots = in.Reboots })
	return failpoint.Hit("nc.rebooted")
}

// shutdown asks the guest to go down. Its time runs from the first attempt: a
// guest that cannot even be asked loses its power in the end.
func (r *runner) shutdown(ctx context.Context) error {
	now := r.n.deps.Now()
	r.mu.Lock()
	if r.asked.IsZero() {
		r.asked = now
	}
	r.again = now
	r.mu.Unlock()
	if err := r.n.deps.Hypervisor.Shutdown(ctx, r.id); err != nil {
		return fmt.Errorf("ask the guest to go down: %w", err)
	}
	return nil
}

// cut cuts the power.
func (r *runner) cut(ctx context.Context) error {
	if err := r.n.deps.Hypervisor.Stop(ctx, r.id); err != nil {
		return fmt.Errorf("cut the power: %w", err)
	}
	r.did(hypervisor.Domain{ID: r.id, Power: hypervisor.PowerOff, Cause: hypervisor.OffDestroyed})
	return failpoint.Hit("nc.cut")
}

// release takes the interface away from the host.
func (r *runner) release(ctx context.Context, in rpc.InstanceIntent) error {
	if err := r.n.net.unplug(ctx, r.n.port(in), vpc(in)); err != nil {
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
	r.did(hypervisor.Domain{})
	if err := failpoint.Hit("nc.destroyed"); err != nil {
		return err
	}
	if err := r.unplug(ctx, in); err != nil {
		return fmt.Errorf("take the interface away: %w", err)
	}
	if err := failpoint.Hit("nc.unplugged"); err != nil {
		return err
	}
	if err := r.n.deps.Disks.Remove(ctx, in); err != nil {
		return fmt.Errorf("let go of the image: %w", err)
	}
	if err := failpoint.Hit("nc.unpinned"); err != nil {
		return err
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

// unplug takes the interface away if there may be one. Of a domain without a
// record nobody knows: whatever it had, no config names it.
func (r *runner) unplug(ctx context.Context, in rpc.InstanceIntent) error {
	r.mu.Lock()
	port := r.rec.Port
	r.mu.Unlock()
	if port {
		return r.n.net.unplug(ctx, r.n.port(in), vpc(in))
	}
	if in.NIC.ENI == "" {
		_, err := r.n.net.sync(ctx)
		return err
	}
	return nil
}
