package clc_test

import (
	"testing"

	"ecc/cloud"
	"ecc/store"
)

// The VPCs of an ecc that kept no route tables get them at the next start, once,
// and their guests go on as they were.
func TestOldVPCsAreFurnished(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	before, had := f.nic(id), f.network(f.alice.account.ID)
	f.change(func(tx *store.Tx) error {
		for v := range tx.VPCs().All() {
			v.DHCPOptions, v.DNSHostnames = "", false
			ok(t, tx.VPCs().Put(v))
		}
		for r := range tx.RouteTables().All() {
			ok(t, tx.RouteTables().Delete(r.ID))
		}
		for r := range tx.NetworkACLs().All() {
			ok(t, tx.NetworkACLs().Delete(r.ID))
		}
		for r := range tx.InternetGateways().All() {
			ok(t, tx.InternetGateways().Delete(r.ID))
		}
		for r := range tx.DHCPOptions().All() {
			ok(t, tx.DHCPOptions().Delete(r.ID))
		}
		return nil
	})
	ok(t, f.svc.Bootstrap(t.Context()))
	same(t, "records", had, f.network(f.alice.account.ID))
	same(t, "intent", show(before), show(f.nic(id)))
	vpc := f.instance(id).VPC
	f.view(func(tx *store.Tx) {
		v, _ := tx.VPCs().Get(vpc)
		same(t, "DNS hostnames", true, v.DNSHostnames)
		for n := range tx.NetworkACLs().By(store.ByVPC, string(vpc)) {
			same(t, "subnets in the ACL", had["subnets"], len(n.Subnets))
		}
		for g := range tx.Groups().By(store.ByVPC, string(vpc)) {
			same(t, "the group kept", []cloud.GroupID{g.ID}, f.instance(id).Groups)
		}
	})
	at := f.store.Revision()
	ok(t, f.svc.Bootstrap(t.Context()))
	same(t, "changes of another start", at, f.store.Revision())
	f.audit()
}
