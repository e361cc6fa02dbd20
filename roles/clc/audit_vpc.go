package clc

import (
	"iter"
	"slices"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// auditVPCs checks that every VPC has what every VPC has, once.
func auditVPCs(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	for v := range tx.VPCs().All() {
		rep.Checked["VPCs"]++
		mains := howMany(tx.RouteTables().By(store.ByVPC, string(v.ID)), func(t cloud.RouteTable) bool { return t.Main != "" })
		acls := howMany(tx.NetworkACLs().By(store.ByVPC, string(v.ID)), func(n cloud.NetworkACL) bool { return n.Default })
		groups := howMany(tx.Groups().By(store.ByVPC, string(v.ID)), func(g cloud.Group) bool { return g.Name == defaultGroup })
		gateways := howMany(tx.InternetGateways().By(store.ByVPC, string(v.ID)), func(cloud.InternetGateway) bool { return true })
		if mains != 1 || acls != 1 || groups != 1 || gateways > 1 {
			find("VPC %s has %d main route tables, %d default network ACLs, %d default groups and %d internet gateways", v.ID, mains, acls, groups, gateways)
		}
		if d, ok := tx.DHCPOptions().Get(v.DHCPOptions); v.DHCPOptions != "" && (!ok || d.Account != v.Account) {
			find("VPC %s has DHCP options %s, which do not exist", v.ID, v.DHCPOptions)
		}
		auditSubnets(tx, v, rep, find)
	}
}

// howMany counts those that are something.
func howMany[T any](all iter.Seq[T], is func(T) bool) (n int) {
	for x := range all {
		if is(x) {
			n++
		}
	}
	return n
}

// auditSubnets checks that a VPC's subnets are parts of it that do not overlap,
// each in one network ACL and in one route table at most.
func auditSubnets(tx *store.Tx, v cloud.VPC, rep *rpc.AuditReport, find finder) {
	acls, tables := map[cloud.SubnetID]int{}, map[cloud.SubnetID]int{}
	for n := range tx.NetworkACLs().By(store.ByVPC, string(v.ID)) {
		for _, m := range n.Subnets {
			acls[m.Subnet]++
		}
	}
	for t := range tx.RouteTables().By(store.ByVPC, string(v.ID)) {
		for _, m := range t.Subnets {
			tables[m.Subnet]++
		}
	}
	subnets := slices.Collect(tx.Subnets().By(store.ByVPC, string(v.ID)))
	for k, n := range subnets {
		rep.Checked["subnets"]++
		if acls[n.ID] != 1 || tables[n.ID] > 1 {
			find("subnet %s is in %d network ACLs and %d route tables", n.ID, acls[n.ID], tables[n.ID])
		}
		if !v.CIDR.Contains(n.CIDR.Addr()) || n.CIDR.Bits() < v.CIDR.Bits() {
			find("subnet %s (%s) is not in %s (%s)", n.ID, n.CIDR, v.ID, v.CIDR)
		}
		for _, o := range subnets[k+1:] {
			if o.CIDR.Overlaps(n.CIDR) {
				find("subnets %s and %s overlap", n.ID, o.ID)
			}
		}
		delete(acls, n.ID)
		delete(tables, n.ID)
	}
	if len(acls)+len(tables) > 0 {
		find("VPC %s has associations of subnets that do not exist: %v %v", v.ID, acls, tables)
	}
}

// auditTags checks that what has tags exists and is its account's.
func auditTags(tx *store.Tx, rep *rpc.AuditReport, find finder) {
	of := map[cloud.AccountID]*owners{}
	for set := range tx.TagSets().All() {
		rep.Checked["tagged resources"]++
		if of[set.Account] == nil {
			of[set.Account] = newOwners(tx, set.Account)
		}
		if _, err := of[set.Account].tagSet(set.Resource); err != nil {
			find("tags of %s, which account %s does not have", set.Resource, set.Account)
		}
	}
}
