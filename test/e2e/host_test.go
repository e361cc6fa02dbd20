package e2e

import (
	"context"
	"os"
	"sync"
	"testing"

	"ecc/hypervisor/libvirt"
	"ecc/test/lab"
)

// newHost starts a compute host: its own network, mounts and libvirtd, and
// QEMU confined as Debian confines it.
func newHost(tb testing.TB, name string) *lab.Node {
	tb.Helper()
	host := lab.StartNode(tb, name, lab.Options{Packaged: true})
	if brokenKVM() {
		host.Run("mount", "--bind", "/dev/null", "/dev/kvm")
	}
	return host
}

// brokenKVM tells whether this machine has a KVM that does not work. Each
// start of ecc would find that out anew, for seconds; so hosts get none.
var brokenKVM = sync.OnceValue(func() bool {
	if _, err := os.Stat("/dev/kvm"); err != nil {
		return false // quickly found
	}
	accelerator, _ := libvirt.ProbeAccelerator(context.Background(), libvirt.DefaultQEMU)
	return accelerator != "kvm"
})
