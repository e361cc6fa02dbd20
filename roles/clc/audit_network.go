package clc

import (
	"net/netip"
	"slices"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// finder takes what an audit finds.
type finder func(format string, args ...any)

// auditInterfaces checks that interfaces are their instances' and that each of
// their addresses is one interface's only.
func auditInterfaces(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	private, public, macs := map[string]cloud.ENIID{}, map[netip.Addr]cloud.ENIID{}, map[string]cloud.ENIID{}
	for e := range tx.ENIs().All() {
		rep.Checked["interfaces"]++
		if i, ok := tx.Instances().Get(e.Instance); e.Instance != "" && (!ok || i.ENI != e.ID) {
			find("interface %s is of instance %q, which does not have it", e.ID, e.Instance)
		}
		for _, ip := range append([]netip.Addr{e.PrivateIP}, e.Secondary...) {
			key := string(e.Subnet) + "/" + ip.String()
			if other, twice := private[key]; twice {
				find("address %s of subnet %s is given to %s and %s", ip, e.Subnet, other, e.ID)
			}
			private[key] = e.ID
		}
		if other, twice := public[e.PublicIP]; twice && e.PublicIP.IsValid() {
			find("public address %s is given to %s and %s", e.PublicIP, other, e.ID)
		}
		public[e.PublicIP] = e.ID
		if other, twice := macs[e.MAC]; twice {
			find("MAC address %s is given to %s and %s", e.MAC, other, e.ID)
		}
		macs[e.MAC] = e.ID
		if ad, ok := tx.Addresses().Get(e.Address); e.Address != "" && (!ok || ad.ENI != e.ID || ad.PublicIP != e.PublicIP) {
			find("interface %s has elastic IP %s, which is not its own", e.ID, e.Address)
		}
	}
}

// auditAddresses checks that elastic IPs are where they say they are, and that
// nobody else has them.
func auditAddresses(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	for ad := range tx.Addresses().All() {
		rep.Checked["addresses"]++
		for e := range tx.ENIs().By(store.ByPublicIP, ad.PublicIP.String()) {
			if e.Address != ad.ID {
				find("public address %s is allocated as %s and given to %s", ad.PublicIP, ad.ID, e.ID)
			}
		}
		for other := range tx.Addresses().By(store.ByPublicIP, ad.PublicIP.String()) {
			if other.ID != ad.ID {
				find("public address %s is allocated as %s and %s", ad.PublicIP, ad.ID, other.ID)
			}
		}
		e, ok := tx.ENIs().Get(ad.ENI)
		if associated := ad.Association != ""; associated != (ad.ENI != "") || associated && (!ok || e.Address != ad.ID || e.Instance != ad.Instance || e.PrivateIP != ad.PrivateIP) {
			find("elastic IP %s is associated with interface %q, which does not have it", ad.ID, ad.ENI)
		}
	}
}

// auditGroups checks that interfaces and rules name groups that are there.
func auditGroups(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	for g := range tx.Groups().All() {
		rep.Checked["groups"]++
		for _, r := range slices.Concat(g.Ingress, g.Egress) {
			if peer, ok := tx.Groups().Get(r.Group); r.Group != "" && (!ok || peer.VPC != g.VPC) {
				find("rule %s of group %s names group %s, which is not in its VPC", r.ID, g.ID, r.Group)
			}
		}
	}
	for e := range tx.ENIs().All() {
		for _, id := range e.Groups {
			if g, ok := tx.Groups().Get(id); !ok || g.VPC != e.VPC {
				find("interface %s is in group %s, which is not in its VPC", e.ID, id)
			}
		}
	}
}
