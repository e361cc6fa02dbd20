package clc_test

import (
	"ecc/cloud"
	"ecc/store"
)

// newVPC makes a VPC with one subnet in the first zone.
func (tn *tenant) newVPC(cidr, part string) (vpc, subnet string) {
	tn.f.t.Helper()
	vpc = tn.makes("CreateVpc", args{"CidrBlock": cidr}, "vpcId")
	return vpc, tn.makes("CreateSubnet", args{"VpcId": vpc, "CidrBlock": part, "AvailabilityZone": zoneA}, "subnetId")
}

// makes asks for what must succeed and returns the text of the answer's first
// element of a name.
func (tn *tenant) makes(action string, a args, element string) string {
	tn.f.t.Helper()
	return newTape(tn.f).does(tn, action, a, element)
}

// mainTable is the id of a VPC's main route table.
func (f *fixture) mainTable(vpc string) (id string) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for t := range tx.RouteTables().By(store.ByVPC, vpc) {
			if t.Main != "" {
				id = string(t.ID)
			}
		}
	})
	return id
}

// defaultACL is a VPC's default network ACL with the association of one of its
// subnets.
func (f *fixture) defaultACL(vpc string) (id, member string) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for n := range tx.NetworkACLs().By(store.ByVPC, vpc) {
			id = string(n.ID)
			for _, m := range n.Subnets {
				member = string(m.ID)
			}
		}
	})
	return id, member
}

// dropDefaultVPC removes an account's default VPC by the API.
func (f *fixture) dropDefaultVPC(tn *tenant) {
	f.t.Helper()
	var vpc, igw string
	var subnets []string
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(tn.account.ID)) {
			vpc, subnets = string(n.VPC), append(subnets, string(n.ID))
		}
		for g := range tx.InternetGateways().By(store.ByVPC, vpc) {
			igw = string(g.ID)
		}
	})
	for _, n := range subnets {
		ok(f.t, tn.query2("DeleteSubnet", args{"SubnetId": n}))
	}
	ok(f.t, tn.query2("DetachInternetGateway", args{"InternetGatewayId": igw, "VpcId": vpc}))
	ok(f.t, tn.query2("DeleteInternetGateway", args{"InternetGatewayId": igw}))
	ok(f.t, tn.query2("DeleteVpc", args{"VpcId": vpc}))
}

// zoneWithout is a zone in which an account has no default subnet.
func (f *fixture) zoneWithout(tn *tenant) string {
	f.t.Helper()
	has := map[string]bool{}
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(tn.account.ID)) {
			has[n.Zone] = has[n.Zone] || n.Default
		}
	})
	for _, z := range []string{zoneA, zoneB} {
		if !has[z] {
			return z
		}
	}
	return ""
}

// network is all that an account has of the VPC family: ids by kind.
func (f *fixture) network(a cloud.AccountID) map[string]int {
	f.t.Helper()
	n := map[string]int{}
	f.view(func(tx *store.Tx) {
		for range tx.VPCs().By(store.ByAccount, string(a)) {
			n["vpcs"]++
		}
		for range tx.Subnets().By(store.ByAccount, string(a)) {
			n["subnets"]++
		}
		for range tx.RouteTables().By(store.ByAccount, string(a)) {
			n["tables"]++
		}
		for range tx.NetworkACLs().By(store.ByAccount, string(a)) {
			n["acls"]++
		}
		for range tx.InternetGateways().By(store.ByAccount, string(a)) {
			n["gateways"]++
		}
		for range tx.DHCPOptions().By(store.ByAccount, string(a)) {
			n["options"]++
		}
		for range tx.Groups().By(store.ByAccount, string(a)) {
			n["groups"]++
		}
		for range tx.TagSets().By(store.ByAccount, string(a)) {
			n["tags"]++
		}
	})
	return n
}
