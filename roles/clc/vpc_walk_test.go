package clc_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// vpcWalk asks at random for changes of a tenant's network, most of which are
// possible.
type vpcWalk struct {
	*tenant
	rnd *rand.Rand
}

// any is one of the account's ids of a kind; one of nothing when there is none.
func (w *vpcWalk) any(ids []string, none string) string {
	if len(ids) == 0 {
		return none + "00000000000000000"
	}
	return ids[w.rnd.IntN(len(ids))]
}

// have lists the account's ids by kind.
func (w *vpcWalk) have() map[string][]string {
	w.f.t.Helper()
	h, a := map[string][]string{}, string(w.account.ID)
	w.f.view(func(tx *store.Tx) {
		for v := range tx.VPCs().By(store.ByAccount, a) {
			h["vpc"] = append(h["vpc"], string(v.ID))
		}
		for n := range tx.Subnets().By(store.ByAccount, a) {
			h["subnet"] = append(h["subnet"], string(n.ID))
		}
		for g := range tx.InternetGateways().By(store.ByAccount, a) {
			h["gateway"] = append(h["gateway"], string(g.ID))
		}
		for t := range tx.RouteTables().By(store.ByAccount, a) {
			h["table"] = append(h["table"], string(t.ID))
			if h["association"] = append(h["association"], t.Main); t.Main == "" {
				h["association"] = h["association"][:len(h["association"])-1]
			}
			for _, m := range t.Subnets {
				h["association"] = append(h["association"], string(m.ID))
			}
		}
		for n := range tx.NetworkACLs().By(store.ByAccount, a) {
			h["acl"] = append(h["acl"], string(n.ID))
			for _, m := range n.Subnets {
				h["member"] = append(h["member"], string(m.ID))
			}
		}
		for d := range tx.DHCPOptions().By(store.ByAccount, a) {
			h["dhcp"] = append(h["dhcp"], string(d.ID))
		}
	})
	return h
}

// step makes one request and returns its answer.
func (w *vpcWalk) step() (action string, got answer) {
	h := w.have()
	vpc, net, igw := w.any(h["vpc"], "vpc-"), w.any(h["subnet"], "subnet-"), w.any(h["gateway"], "igw-")
	table, assoc := w.any(h["table"], "rtb-"), w.any(h["association"], "rtbassoc-")
	to := []string{"0.0.0.0/0", "192.0.2.0/24", "192.0.2.128/25", "198.51.100.0/24"}[w.rnd.IntN(4)]
	actions := map[string]args{
		"CreateVpc":                    {"CidrBlock": fmt.Sprintf("10.%d.0.0/16", w.rnd.IntN(3))},
		"DeleteVpc":                    {"VpcId": vpc},
		"CreateSubnet":                 {"VpcId": vpc, "CidrBlock": fmt.Sprintf("10.%d.%d.0/24", w.rnd.IntN(3), w.rnd.IntN(4)), "AvailabilityZone": zoneA},
		"DeleteSubnet":                 {"SubnetId": net},
		"ModifySubnetAttribute":        {"SubnetId": net, "MapPublicIpOnLaunch.Value": strconv.FormatBool(w.rnd.IntN(2) == 0)},
		"CreateInternetGateway":        nil,
		"AttachInternetGateway":        {"VpcId": vpc, "InternetGatewayId": igw},
		"DetachInternetGateway":        {"VpcId": vpc, "InternetGatewayId": igw},
		"DeleteInternetGateway":        {"InternetGatewayId": igw},
		"CreateRouteTable":             {"VpcId": vpc},
		"DeleteRouteTable":             {"RouteTableId": table},
		"CreateRoute":                  {"RouteTableId": table, "DestinationCidrBlock": to, "GatewayId": igw},
		"ReplaceRoute":                 {"RouteTableId": table, "DestinationCidrBlock": to, "GatewayId": igw},
		"DeleteRoute":                  {"RouteTableId": table, "DestinationCidrBlock": to},
		"AssociateRouteTable":          {"RouteTableId": table, "SubnetId": net},
		"DisassociateRouteTable":       {"AssociationId": assoc},
		"ReplaceRouteTableAssociation": {"RouteTableId": table, "AssociationId": assoc},
		"ReplaceNetworkAclAssociation": {"NetworkAclId": w.any(h["acl"], "acl-"), "AssociationId": w.any(h["member"], "aclassoc-")},
		"CreateDhcpOptions":            {"DhcpConfiguration.1.Key": "domain-name", "DhcpConfiguration.1.Value.1": "a.example"},
		"AssociateDhcpOptions":         {"VpcId": vpc, "DhcpOptionsId": w.any(h["dhcp"], "dopt-")},
		"DeleteDhcpOptions":            {"DhcpOptionsId": w.any(h["dhcp"], "dopt-")},
		"ModifyVpcAttribute":           {"VpcId": vpc, "EnableDnsSupport.Value": strconv.FormatBool(w.rnd.IntN(3) > 0)},
		"CreateDefaultVpc":             nil,
		"CreateDefaultSubnet":          {"AvailabilityZone": zoneA},
		"CreateTags":                   {"ResourceId.1": w.any(slices.Concat(h["vpc"], h["subnet"], h["table"], h["acl"], h["dhcp"], h["gateway"]), "vpc-"), "Tag.1.Key": "k"},
		"RunInstances":                 launch.with(args{"SubnetId": net}),
	}
	names := slices.Sorted(maps.Keys(actions))
	action = names[w.rnd.IntN(len(names))]
	return action, w.query(action, actions[action])
}

// Whatever is asked in whatever order, the records hold together, and what a
// zone hears bit by bit is what it would hear anew.
func TestVPCWalk(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			f := newCloud(t)
			f.change(func(tx *store.Tx) error {
				a, _ := tx.Accounts().Get(f.alice.account.ID)
				a.Limits = map[string]int64{string(cloud.LimitInternetGateways): 20, string(cloud.LimitVPCs): 6}
				return tx.Accounts().Put(a)
			})
			w := &vpcWalk{f.alice, rand.New(rand.NewPCG(seed, 1))}
			done := map[string]int{}
			for range 400 {
				action, got := w.step()
				if got.status == 500 && !strings.HasPrefix(got.code, "Insufficient") {
					t.Fatalf("%s: %s", action, got.body)
				}
				if got.code == "" {
					done[action]++
				}
				f.audit()
			}
			heard := must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0))
			whole := must[rpc.ZoneIntent](t)(clc.CompileZone(t.Context(), f.svc, zoneA))
			same(t, "intents", show(whole.Instances), show(heard.Instances))
			if len(done) < 15 {
				t.Errorf("only %d kinds of changes were possible: %v", len(done), done)
			}
			t.Log(done)
		})
	}
}
