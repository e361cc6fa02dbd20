package e2e

import (
	"context"
	"sync"
	"testing"

	"ecc/hypervisor/libvirt"
	"ecc/test/lab"
)

// newHost starts a compute host: its own network, mounts and libvirtd, and
// QEMU confined as Debian confines it.
func newHost(tb testing.TB, name string) *lab.Node {
	tb.Helper()
	return lab.StartNode(tb, name, lab.Options{Packaged: true})
}

// accelerator is what runs guests on this machine. Each start of ecc would
// find out anew, which takes seconds where a KVM is that does not work; so it
// is told. TestDemo leaves it to find out.
var accelerator = sync.OnceValue(func() string {
	accelerator, _ := libvirt.ProbeAccelerator(context.Background(), libvirt.DefaultQEMU)
	return accelerator
})
