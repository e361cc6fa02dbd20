// Package doctor examines a host before it is asked to run a role: what it
// lacks, what it has wrong, and the command that mends it. It changes nothing.
//
// Only the command "ecc doctor" imports it.
package doctor

import (
	"context"

	"ecc/roles"
)

// Result is how a check ended.
type Result int

// The results. Fair works, but not as well as it could.
const (
	Good Result = iota
	Fair
	Bad
)

func (r Result) String() string { return [...]string{"ok", "note", "MISSING"}[r] }

// Finding is what one check found.
type Finding struct {
	Check  string
	Result Result
	Found  string
	Mend   string // a command or sentence; "" when nothing is to be done
}

// check is one examination; role "" is for every host.
type check struct {
	role string
	real bool // not when simulating
	run  func(ctx context.Context, cfg roles.Config) Finding
}

// Examine runs the checks that matter for the configured roles.
func Examine(ctx context.Context, cfg roles.Config) []Finding {
	var out []Finding
	for _, c := range checks() {
		if (c.role != "" && !cfg.Has(c.role)) || (c.real && cfg.Hypervisor == roles.HypervisorSim) {
			continue
		}
		out = append(out, c.run(ctx, cfg))
	}
	return out
}

// checks lists the examinations in the order people should mend them.
func checks() []check {
	return []check{
		{"", false, dataFolder},
		{"", false, diskRoom},
		{roles.RoleCLC, false, endpointPort},
		{roles.RoleNC, true, rootUser},
		{roles.RoleNC, true, program("qemu-system-x86_64", "apt-get install -y qemu-system-x86")},
		{roles.RoleNC, true, program("qemu-img", "apt-get install -y qemu-utils")},
		{roles.RoleNC, true, libvirtSocket},
		{roles.RoleNC, true, qemuUser},
		{roles.RoleNC, true, accelerator},
		{roles.RoleNC, true, kvmDevice},
		{roles.RoleNC, true, tunDevice},
		{roles.RoleNC, true, filterRules},
		{roles.RoleNC, true, namespaces},
	}
}
