package e2e

import (
	"strings"

	"ecc/hypervisor/hypervisortest"
)

// banner is on the console of a guest of bootSector once it is up.
var banner = strings.TrimSpace(hypervisortest.GuestBanner)

// bootSector imports a disk that is up at once, without a userland.
func (b *bench) bootSector(g hypervisortest.Guest, name string) string {
	b.Helper()
	return b.importFile(b.writeFile(name+".raw", hypervisortest.GuestDisk(g)), name)
}
