package main

import (
	"runtime"
	"runtime/debug"

	"ecc/roles"
)

// ballastSize is address space and not memory: nobody ever touches it, so no
// page of it exists.
const ballastSize = 48 << 20

// paceCollector says how much garbage there may be before it is collected.
// Idle memory counts on a small host, so that is half of what is in use. What
// is in use is little, though: a busy endpoint would collect at every second
// MiB, hundreds of times a second, and half of its time go there. A ballast
// that counts as in use makes it every 25 MiB or so, however much is in use;
// the call that is returned lets go of it.
func paceCollector(cfg roles.Config) (release func()) {
	debug.SetGCPercent(50)
	if !cfg.Has(roles.RoleCLC) && !cfg.Has(roles.RoleWalrus) {
		return func() {}
	}
	ballast := make([]byte, ballastSize)
	return func() { runtime.KeepAlive(ballast) }
}
