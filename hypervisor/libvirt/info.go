package libvirt

import (
	"context"
	"fmt"

	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/cloud"
	"ecc/hypervisor"
)

// Info implements hypervisor.Hypervisor.
func (d *Driver) Info(ctx context.Context) (hypervisor.Info, error) {
	info := hypervisor.Info{Kind: "libvirt", Accelerator: d.cfg.Accelerator, Why: d.cfg.Why}
	version, err := do(ctx, d, func(l *golibvirt.Libvirt) (uint64, error) { return l.ConnectGetVersion() })
	if err != nil {
		return info, fmt.Errorf("ask libvirt for its emulator's version: %w", err)
	}
	info.Version = "QEMU " + dotted(version)
	info.Capacity, err = do(ctx, d, func(l *golibvirt.Libvirt) (cloud.Capacity, error) {
		_, kib, cpus, _, _, _, _, _, err := l.NodeGetInfo()
		return cloud.Capacity{VCPU: int(cpus), Memory: cloud.Bytes(kib) * cloud.KiB}, err
	})
	if err != nil {
		return info, fmt.Errorf("ask libvirt for the host's capacity: %w", err)
	}
	return info, d.warm(ctx)
}

// warm has libvirt find out what the emulator can do, which takes it seconds
// the first time: better now than when the first guest is waited for.
func (d *Driver) warm(ctx context.Context) error {
	virt := golibvirt.OptString{"qemu"}
	if d.cfg.Accelerator == "kvm" {
		virt = golibvirt.OptString{"kvm"}
	}
	_, err := doWithin(ctx, d, d.cfg.StartLimit, func(l *golibvirt.Libvirt) (string, error) {
		return l.ConnectGetDomainCapabilities(golibvirt.OptString{d.cfg.QEMU}, golibvirt.OptString{"x86_64"}, nil, virt, 0)
	})
	if err != nil {
		return fmt.Errorf("ask libvirt what %s can do: %w", d.cfg.QEMU, err)
	}
	return nil
}

// dotted writes libvirt's 7002003 as 7.2.3.
func dotted(v uint64) string {
	return fmt.Sprintf("%d.%d.%d", v/1_000_000, v/1_000%1_000, v%1_000)
}
