package nc

import (
	"context"

	"ecc/hypervisor"
	"ecc/rpc"
)

// NoDisks is the Disks of a simulated node: its domains have none.
type NoDisks struct{}

var _ Disks = NoDisks{}

// Ensure returns no disk.
func (NoDisks) Ensure(context.Context, rpc.InstanceIntent, string, GrantFunc) (hypervisor.Disk, error) {
	return hypervisor.Disk{}, nil
}

// Remove has nothing to remove.
func (NoDisks) Remove(context.Context, rpc.InstanceIntent) error { return nil }
