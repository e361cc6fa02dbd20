package clc_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// walk is a tenant that does whatever comes to its mind with groups,
// interfaces, elastic IPs and instances.
type walk struct {
	*fixture
	rnd   *rand.Rand
	names int
}

// Whatever a tenant does in whatever order, refused or not, no address is given
// twice and nothing names what is not there. In the end everything can be
// taken away again.
func TestNetworkProperty(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			f := newCloud(t, func(c *clc.Config) { c.PublicPool = netip.MustParsePrefix("198.51.100.0/28") }) // 11 addresses: it is used up at times
			w := &walk{fixture: f, rnd: rand.New(rand.NewPCG(seed, 7))}
			steps := []func(){w.launch, w.end, w.follow, w.makeGroup, w.dropGroup, w.makeENI, w.dropENI, w.regroup, w.keep, w.secondary,
				w.allocate, w.associate, w.associate, w.disassociate, w.release, w.rule, w.public}
			for range 250 {
				steps[w.rnd.IntN(len(steps))]()
				if f.audit(); t.Failed() {
					t.FailNow()
				}
			}
			w.clear()
			f.audit()
			f.view(func(tx *store.Tx) {
				same(t, "interfaces left", 0, tx.ENIs().Len())
				same(t, "elastic IPs left", 0, tx.Addresses().Len())
				for g := range tx.Groups().All() {
					same(t, "group left", "default", g.Name)
				}
			})
		})
	}
}

// anyOf is one of the records there are, "" when there are none.
func anyOf[T any](w *walk, all func(tx *store.Tx) []T, id func(T) string) string {
	var found []T
	w.view(func(tx *store.Tx) { found = all(tx) })
	if len(found) == 0 {
		return ""
	}
	return id(found[w.rnd.IntN(len(found))])
}

func (w *walk) someInstance() string {
	return anyOf(w, func(tx *store.Tx) (out []cloud.Instance) {
		for i := range tx.Instances().All() {
			out = append(out, i)
		}
		return out
	}, func(i cloud.Instance) string { return string(i.ID) })
}

func (w *walk) someENI() string {
	return anyOf(w, func(tx *store.Tx) (out []cloud.ENI) {
		for e := range tx.ENIs().All() {
			out = append(out, e)
		}
		return out
	}, func(e cloud.ENI) string { return string(e.ID) })
}

func (w *walk) someGroup() string {
	return anyOf(w, func(tx *store.Tx) (out []cloud.Group) {
		for g := range tx.Groups().By(store.ByAccount, string(w.alice.account.ID)) {
			out = append(out, g)
		}
		return out
	}, func(g cloud.Group) string { return string(g.ID) })
}

func (w *walk) someAddress() cloud.Address {
	var out cloud.Address
	id := anyOf(w, func(tx *store.Tx) (out []cloud.Address) {
		for a := range tx.Addresses().All() {
			out = append(out, a)
		}
		return out
	}, func(a cloud.Address) string { return string(a.ID) })
	w.view(func(tx *store.Tx) { out, _ = tx.Addresses().Get(cloud.AllocationID(id)) })
	return out
}

// do asks and does not mind a refusal.
func (w *walk) do(action string, a args) { w.alice.query(action, a) }

func (w *walk) launch() {
	switch w.rnd.IntN(3) {
	case 0:
		w.do("RunInstances", launch.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.NetworkInterfaceId": w.someENI()}))
	case 1:
		w.do("RunInstances", launch.with(args{"SecurityGroupId.1": w.someGroup(), "MaxCount": "2"}))
	default:
		w.do("RunInstances", launch.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.DeleteOnTermination": "false",
			"NetworkInterface.1.SecondaryPrivateIpAddressCount": "1"}))
	}
}

func (w *walk) end() { w.do("TerminateInstances", args{"InstanceId.1": w.someInstance()}) }

func (w *walk) follow() {
	w.zone.follow()
	w.zoneB.follow()
}

func (w *walk) makeGroup() {
	w.names++
	w.do("CreateSecurityGroup", args{"GroupName": fmt.Sprint("g", w.names), "GroupDescription": "d"})
}

func (w *walk) dropGroup() { w.do("DeleteSecurityGroup", args{"GroupId": w.someGroup()}) }

func (w *walk) rule() {
	action := []string{"AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "AuthorizeSecurityGroupEgress"}[w.rnd.IntN(3)]
	w.do(action, args{"GroupId": w.someGroup(), "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": w.someGroup()})
}

func (w *walk) makeENI() {
	w.do("CreateNetworkInterface", args{"SubnetId": string(w.subnetOf(w.alice).ID), "SecurityGroupId.1": w.someGroup(), "SecondaryPrivateIpAddressCount": fmt.Sprint(w.rnd.IntN(3))})
}

func (w *walk) dropENI() { w.do("DeleteNetworkInterface", args{"NetworkInterfaceId": w.someENI()}) }

func (w *walk) regroup() {
	w.do("ModifyNetworkInterfaceAttribute", args{"NetworkInterfaceId": w.someENI(), "SecurityGroupId.1": w.someGroup()})
}

func (w *walk) public() {
	w.do("ModifyNetworkInterfaceAttribute", args{"NetworkInterfaceId": w.someENI(), "AssociatePublicIpAddress": fmt.Sprint(w.rnd.IntN(2) == 0)})
}

func (w *walk) keep() {
	id := w.someENI()
	e, _ := w.eni(id)
	w.do("ModifyNetworkInterfaceAttribute", args{"NetworkInterfaceId": id, "Attachment.AttachmentId": string(e.Attachment),
		"Attachment.DeleteOnTermination": fmt.Sprint(w.rnd.IntN(2) == 0)})
}

func (w *walk) secondary() {
	ip := fmt.Sprint("172.31.0.", 4+w.rnd.IntN(12)) // few, so that they meet
	action := []string{"AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"}[w.rnd.IntN(2)]
	a := args{"NetworkInterfaceId": w.someENI(), "PrivateIpAddress.1": ip}
	if action == "AssignPrivateIpAddresses" && w.rnd.IntN(2) == 0 {
		a["AllowReassignment"] = "true"
	}
	w.do(action, a)
}

func (w *walk) allocate() {
	if w.rnd.IntN(3) == 0 {
		w.do("AllocateAddress", args{"Address": fmt.Sprint("198.51.100.", w.rnd.IntN(16))})
		return
	}
	w.do("AllocateAddress", nil)
}

func (w *walk) associate() {
	a := args{"AllocationId": string(w.someAddress().ID), "AllowReassociation": fmt.Sprint(w.rnd.IntN(3) > 0)}
	if w.rnd.IntN(2) == 0 {
		w.do("AssociateAddress", a.with(args{"InstanceId": w.someInstance()}))
		return
	}
	w.do("AssociateAddress", a.with(args{"NetworkInterfaceId": w.someENI()}))
}

func (w *walk) disassociate() {
	w.do("DisassociateAddress", args{"AssociationId": string(w.someAddress().Association)})
}

func (w *walk) release() { w.do("ReleaseAddress", args{"AllocationId": string(w.someAddress().ID)}) }

// clear takes everything away; nothing of it may be refused.
func (w *walk) clear() {
	var instances, enis, addresses, groups []string
	w.view(func(tx *store.Tx) {
		for i := range tx.Instances().All() {
			instances = append(instances, string(i.ID))
		}
	})
	for _, id := range instances {
		ok(w.t, w.alice.query2("TerminateInstances", args{"InstanceId.1": id}))
	}
	w.follow()
	w.view(func(tx *store.Tx) {
		for e := range tx.ENIs().All() {
			enis = append(enis, string(e.ID))
		}
	})
	for _, id := range enis {
		ok(w.t, w.alice.query2("DeleteNetworkInterface", args{"NetworkInterfaceId": id}))
	}
	w.view(func(tx *store.Tx) {
		for a := range tx.Addresses().All() {
			addresses = append(addresses, string(a.ID))
		}
		for g := range tx.Groups().By(store.ByAccount, string(w.alice.account.ID)) {
			if g.Name != "default" {
				groups = append(groups, string(g.ID))
			}
		}
	})
	for _, id := range addresses {
		ok(w.t, w.alice.query2("ReleaseAddress", args{"AllocationId": id}))
	}
	w.revokeAll()
	for _, id := range groups {
		ok(w.t, w.alice.query2("DeleteSecurityGroup", args{"GroupId": id}))
	}
}

// revokeAll takes every rule for a group away.
func (w *walk) revokeAll() {
	var in, out []args
	w.view(func(tx *store.Tx) {
		for g := range tx.Groups().By(store.ByAccount, string(w.alice.account.ID)) {
			for _, r := range g.Ingress {
				in = append(in, args{"GroupId": string(g.ID), "SecurityGroupRuleId.1": string(r.ID)})
			}
			for _, r := range g.Egress {
				out = append(out, args{"GroupId": string(g.ID), "SecurityGroupRuleId.1": string(r.ID)})
			}
		}
	})
	for _, a := range in {
		ok(w.t, w.alice.query2("RevokeSecurityGroupIngress", a))
	}
	for _, a := range out {
		ok(w.t, w.alice.query2("RevokeSecurityGroupEgress", a))
	}
}
