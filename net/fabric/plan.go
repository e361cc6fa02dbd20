package fabric

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"

	"ecc/cloud"
)

// Fixed names and addresses inside a VPC's namespace.
const (
	Uplink   = "uplink" // the veth's end in the namespace
	Loopback = "lo"
	vpcTable = "ecc"
)

// Metadata is where guests find their metadata.
var Metadata = netip.AddrFrom4([4]byte{169, 254, 169, 254})

// services are addresses that guests know as their cloud's own.
var services = netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254, 169, 0}), 24)

// linkLocal never leaves a namespace: behind it are the services of whatever
// this host itself runs on.
var linkLocal = netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254}), 16)

// Plan is the whole desired state of a host's network as plain values.
type Plan struct {
	Host Host
	VPCs []Namespace
}

// Host is the part of a plan that is in the host's own namespace. Addresses
// and routes are those of our veths only.
type Host struct {
	Addresses []Address
	Routes    []Route
	Tables    []Table
}

// Namespace is the desired state of one VPC's network namespace.
type Namespace struct {
	VPC        cloud.VPCID
	Name       string // of the namespace
	Veth       string // of the veth's end in the host's namespace
	Addresses  []Address
	Routes     []Route
	Neighbours []Neighbour
	Taps       []Tap
	Tables     []Table
}

// Address is an address of a link.
type Address struct {
	Link   string
	Prefix netip.Prefix
}

// Route is a route of the main table. Without a Link it makes the
// destination unreachable.
type Route struct {
	To   netip.Prefix
	Link string
	Via  netip.Addr
	From netip.Addr // source address of what this namespace itself sends
}

// Neighbour is a permanent neighbour entry: nobody is asked for the MAC of a
// guest, so nobody can answer wrongly.
type Neighbour struct {
	Link string
	IP   netip.Addr
	MAC  string
}

// Tap is a port's device.
type Tap struct {
	ENI  cloud.ENIID
	Name string
	MTU  int
}

// Layout is what a plan needs to know besides the config.
type Layout struct {
	Name    string                       // of this installation on the host
	Transit map[cloud.VPCID]netip.Prefix // a /31 for each VPC's veth, see Assign
	Outside bool                         // masquerade what leaves the host
}

// NamespaceName names the namespace of a VPC.
func NamespaceName(name string, vpc cloud.VPCID) string {
	return NamespacePrefix(name) + string(vpc)
}

// NamespacePrefix is how the names of an installation's namespaces begin; a
// VPC's id follows.
func NamespacePrefix(name string) string { return "ecc-" + name + "-" }

// VethName names the host's end of a VPC's veth: 15 bytes, the kernel's limit.
func VethName(name string, vpc cloud.VPCID) string {
	return "e" + digest(name)[:6] + digest(string(vpc))[:8]
}

// HostTable names the table in the host's namespace.
func HostTable(name string) string { return "ecc-" + name }

func digest(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// Assign gives each wanted VPC a /31 of the pool: the one it has, else the
// first free one. Networks in taken are left alone.
func Assign(pool netip.Prefix, have map[cloud.VPCID]netip.Prefix, want []cloud.VPCID, taken []netip.Prefix) (map[cloud.VPCID]netip.Prefix, error) {
	used := make(map[netip.Prefix]bool)
	for _, p := range have {
		used[p] = true
	}
	got := make(map[cloud.VPCID]netip.Prefix)
	for _, v := range want {
		p, ok := have[v]
		if !ok {
			if p, ok = freePair(pool, used, taken); !ok {
				return got, fmt.Errorf("no /31 is left in %v for %s", pool, v)
			}
		}
		used[p] = true
		got[v] = p
	}
	return got, nil
}

func freePair(pool netip.Prefix, used map[netip.Prefix]bool, taken []netip.Prefix) (netip.Prefix, bool) {
	for a := pool.Masked().Addr(); pool.Contains(a); a = a.Next().Next() {
		p := netip.PrefixFrom(a, 31)
		if !used[p] && !p.Overlaps(services) && !overlapsAny(p, taken) {
			return p, true
		}
	}
	return netip.Prefix{}, false
}

func overlapsAny(p netip.Prefix, others []netip.Prefix) bool {
	for _, o := range others {
		if p.Overlaps(o) {
			return true
		}
	}
	return false
}
