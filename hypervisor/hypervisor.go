// Package hypervisor is the seam between a node and what runs its virtual
// machines. Implementations: hypervisor/libvirt (QEMU through libvirt's RPC
// protocol) and hypervisor/sim (a simulator, a product feature of its own).
// The suite in hypervisor/hypervisortest runs on both.
//
// roles/nc uses it; roles/wire.go chooses the implementation.
package hypervisor

import (
	"context"
	"time"

	"ecc/cloud"
)

// Hypervisor runs domains on one host. A domain is known by its instance's
// id. Absent is success for Stop and Destroy. All methods may be called
// concurrently for different instances and are safe to repeat.
type Hypervisor interface {
	// Info tells what the host has and what really accelerates its guests.
	Info(ctx context.Context) (Info, error)

	// List returns every domain that carries this cluster's mark, running or
	// not: the truth that events only hint at.
	List(ctx context.Context) ([]Domain, error)

	// Define makes the domain exist as specified, not running. If it exists
	// with another spec and is not running it is replaced; one that runs goes
	// on as it is and has the new spec from its next start. The mark is the
	// hypervisor's own cluster, whatever the spec says.
	Define(ctx context.Context, s Spec) error

	// Start starts a defined domain paused: CPUs stopped until Resume, so that
	// its network can be put in place first. Running or paused already is
	// success.
	Start(ctx context.Context, id cloud.InstanceID) error

	// Resume lets a paused domain run.
	Resume(ctx context.Context, id cloud.InstanceID) error

	// Shutdown asks the guest to switch itself off (ACPI) and returns at once.
	Shutdown(ctx context.Context, id cloud.InstanceID) error

	// Reboot asks the guest to reboot, or resets it when it cannot be asked.
	Reboot(ctx context.Context, id cloud.InstanceID) error

	// Stop cuts the power. The domain stays defined.
	Stop(ctx context.Context, id cloud.InstanceID) error

	// Destroy cuts the power and forgets the domain.
	Destroy(ctx context.Context, id cloud.InstanceID) error

	// Hints returns a channel that receives the id of a domain whose state may
	// have changed ("" means any). Hints may be lost; List is the truth. The
	// channel is closed by Close.
	Hints() <-chan cloud.InstanceID

	// Close lets go of the host. Guests go on running.
	Close() error
}

// Consoler is an optional extra: Console returns the last 64 KiB of what the
// guest wrote to its serial console, kept after the domain stopped and until
// Destroy. Nothing written yet is an empty answer.
type Consoler interface {
	Console(ctx context.Context, id cloud.InstanceID) ([]byte, error)
}

// Info is what a host offers to guests.
type Info struct {
	Kind        string         // "libvirt" or "sim"
	Accelerator string         // "kvm", "tcg" or "sim"
	Why         string         // what the probe found, for people
	Version     string         // of the emulator
	Capacity    cloud.Capacity // vCPU and memory; disk is the node's business
}

// Power is what a domain does.
type Power int

// The powers.
const (
	PowerOff Power = iota
	PowerOn
	PowerPaused
)

// OffCause is why a domain that should run does not.
type OffCause int

// The causes.
const (
	OffUnknown   OffCause = iota // never started, the host was restarted, libvirt forgot
	OffGuest                     // the guest switched itself off
	OffCrashed                   // the emulator died
	OffDestroyed                 // the power was cut
)

// Domain is a domain as seen.
type Domain struct {
	ID    cloud.InstanceID
	Power Power
	Cause OffCause  // when Power is off
	Since time.Time // zero if not known
}

// Spec is everything a domain is made of. Image formats are never probed:
// the disk is a qcow2 overlay on a raw base, both named here.
type Spec struct {
	ID      cloud.InstanceID
	Cluster string // mark of this cluster's domains
	VCPU    int
	Memory  cloud.Bytes
	Disk    Disk
	NIC     NIC
	Console string // path of the serial console's file
	Serial  string // SMBIOS serial; also the domain's UUID, starts with "ec2"; "" means UUID(ID)
}

// Disk is the root disk.
type Disk struct {
	Path   string // of the qcow2 overlay
	Base   string // of the raw backing file
	Serial string
	Cache  string // QEMU cache mode; "" means "none"
	AIO    string // QEMU aio mode; "" means "native"
}

// NIC is a network interface on a tap that exists before the domain starts.
type NIC struct {
	Tap string
	MAC string
	MTU int
}
