package libvirt

import (
	golibvirt "github.com/digitalocean/go-libvirt"

	"ecc/hypervisor"
)

// power translates libvirt's state of a domain and its reason.
func power(state, reason int32) (hypervisor.Power, hypervisor.OffCause) {
	switch golibvirt.DomainState(state) {
	case golibvirt.DomainRunning, golibvirt.DomainBlocked, golibvirt.DomainShutdown, golibvirt.DomainPmsuspended:
		return hypervisor.PowerOn, hypervisor.OffUnknown
	case golibvirt.DomainPaused:
		return hypervisor.PowerPaused, hypervisor.OffUnknown
	case golibvirt.DomainCrashed:
		return hypervisor.PowerOff, hypervisor.OffCrashed
	case golibvirt.DomainShutoff:
		return hypervisor.PowerOff, offCause(golibvirt.DomainShutoffReason(reason))
	case golibvirt.DomainNostate:
	}
	return hypervisor.PowerOff, hypervisor.OffUnknown
}

func offCause(r golibvirt.DomainShutoffReason) hypervisor.OffCause {
	switch r {
	case golibvirt.DomainShutoffShutdown:
		return hypervisor.OffGuest
	case golibvirt.DomainShutoffCrashed, golibvirt.DomainShutoffFailed:
		return hypervisor.OffCrashed
	case golibvirt.DomainShutoffDestroyed:
		return hypervisor.OffDestroyed
	case golibvirt.DomainShutoffUnknown, golibvirt.DomainShutoffMigrated, golibvirt.DomainShutoffSaved,
		golibvirt.DomainShutoffFromSnapshot, golibvirt.DomainShutoffDaemon:
	}
	return hypervisor.OffUnknown
}
