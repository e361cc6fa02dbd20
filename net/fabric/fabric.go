// Package fabric is the seam between a node and its host's network: one
// declarative value for the whole host, applied again and again.
// Implementations: net/linux (netlink, nftables, a network namespace per VPC)
// and net/sim (nothing but bookkeeping).
//
// roles/nc makes the value; roles/wire.go chooses the implementation.
package fabric

import (
	"context"
	"net/netip"

	"ecc/cloud"
)

// Fabric is a host's network for guests.
type Fabric interface {
	// EnsureTap makes the tap device of a port exist, not yet connected to
	// anything: the domain is started paused on it, then Set moves it into
	// its VPC. Put the port into Set's config when the domain is paused, not
	// before. For every start of a domain call it again; the tap of one that
	// runs is left alone.
	EnsureTap(ctx context.Context, p Port) error

	// Set makes the host's network what c says: adds before it deletes,
	// collects errors instead of stopping at the first, sweeps what an earlier
	// process left, and returns what is now true. Ports whose rules could not
	// be put in place are not connected. Setting the same again is cheap.
	// A port whose tap does not exist, or has not been opened by its domain
	// yet, is not connected and no error: it is when Set is called again. A
	// tap that no port names is removed, but for those that EnsureTap has made
	// and that wait for their domain.
	Set(ctx context.Context, c Config) (Status, error)

	// Status reads the true state back.
	Status(ctx context.Context) (Status, error)

	// Close stops the servers (DHCP, metadata). Taps and rules stay: guests
	// keep their network.
	Close() error
}

// Resetter is an optional extra: Reset removes everything the fabric made on
// the host, named ecc or not needed any more.
type Resetter interface {
	Reset(ctx context.Context) error
}

// Config is the desired network of one host.
type Config struct {
	VPCs   []VPC
	Ports  []Port
	Groups []Group
}

// VPC is one tenant network with guests on this host: a namespace of its own.
type VPC struct {
	ID   cloud.VPCID
	CIDR netip.Prefix
}

// Port is one guest interface.
type Port struct {
	Instance  cloud.InstanceID
	ENI       cloud.ENIID
	VPC       cloud.VPCID
	Tap       string // device name, ≤ 15 bytes, see TapName
	MAC       string
	PrivateIP netip.Addr
	Subnet    netip.Prefix // its first address is the guest's gateway
	PublicIP  netip.Addr   // zero: none
	Groups    []cloud.GroupID
	Hostname  string // given by DHCP
	MTU       int
	HopLimit  int // IP TTL of metadata answers

	// Enclosed keeps the port inside its VPC, but for the addresses of
	// Outside, both ways. One with no way out has no public address.
	Enclosed bool
	Outside  []netip.Prefix
	DHCP     *cloud.GuestDHCP // nil: the fabric's own settings and Hostname's domain
}

// Group is a security group's compiled rules. Without any egress rule
// everything may go out, unless the group is sealed. A group that a port is in and the config does not
// have allows nothing.
type Group struct {
	ID      cloud.GroupID
	Ingress []cloud.GroupRule
	Egress  []cloud.GroupRule
	Sealed  bool // nothing goes out but what Egress names, be it nothing
}

// Status is what is true on the host.
type Status struct {
	VPCs  []cloud.VPCID
	Ports []PortStatus
	Drift []string // what differs from the config last set, for people
}

// PortStatus is one port as it is.
type PortStatus struct {
	ENI       cloud.ENIID
	Tap       string
	Connected bool // in its VPC with rules in place and the link up
}

// TapName is the device name of an interface: "t" and the last 14 digits of
// the ENI's id.
func TapName(eni cloud.ENIID) string {
	s := string(eni)
	if len(s) > 14 {
		s = s[len(s)-14:]
	}
	return "t" + s
}
