package ledger_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"ecc/api/ec2"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// limited is a way to have one more of what a limit is about.
type limited struct {
	code string // when there is one too many
	more func(tx *store.Tx, id string) error
}

func limits() map[cloud.Limit]limited {
	iamMore := func(put func(tx *store.Tx, id string) error) limited { return limited{"LimitExceeded", put} }
	instance := func(i cloud.Instance) func(tx *store.Tx, id string) error {
		return func(tx *store.Tx, id string) error {
			i.ID, i.Account = cloud.InstanceID(id), account
			return tx.Instances().Put(i)
		}
	}
	return map[cloud.Limit]limited{
		cloud.LimitInstances: {"InstanceLimitExceeded", instance(cloud.Instance{})},
		cloud.LimitVCPUs:     {"VcpuLimitExceeded", instance(cloud.Instance{VCPU: 1})},
		cloud.LimitMemory:    {"ResourceLimitExceeded", instance(cloud.Instance{Memory: cloud.MiB})},
		cloud.LimitDisk:      {"ResourceLimitExceeded", instance(cloud.Instance{Disk: cloud.GiB})},
		cloud.LimitImages: {"AMIQuotaExceeded", func(tx *store.Tx, id string) error {
			return tx.Images().Put(cloud.Image{ID: cloud.ImageID(id), Account: account})
		}},
		cloud.LimitKeyPairs: {"KeyPairLimitExceeded", func(tx *store.Tx, id string) error { return putKey(id)(tx) }},
		cloud.LimitGroups: {"SecurityGroupLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.Groups().Put(cloud.Group{ID: cloud.GroupID(id), Account: account})
		}},
		cloud.LimitNetworkInterfaces: {"NetworkInterfaceLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.ENIs().Put(cloud.ENI{ID: cloud.ENIID(id), Account: account})
		}},
		cloud.LimitAddresses: {"AddressLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.Addresses().Put(cloud.Address{ID: cloud.AllocationID(id), Account: account})
		}},
		cloud.LimitVPCs: {"VpcLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.VPCs().Put(cloud.VPC{ID: cloud.VPCID(id), Account: account})
		}},
		cloud.LimitDHCPOptions: {"DhcpOptionsLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.DHCPOptions().Put(cloud.DHCPOptions{ID: cloud.DHCPOptionsID(id), Account: account})
		}},
		cloud.LimitInternetGateways: {"InternetGatewayLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.InternetGateways().Put(cloud.InternetGateway{ID: cloud.InternetGatewayID(id), Account: account})
		}},
		cloud.LimitLaunchTemplates: {"ResourceLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.LaunchTemplates().Put(cloud.LaunchTemplate{ID: cloud.LaunchTemplateID(id), Account: account})
		}},
		cloud.LimitPlacementGroups: {"ResourceLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.PlacementGroups().Put(cloud.PlacementGroup{ID: cloud.PlacementGroupID(id), Account: account})
		}},
		cloud.LimitUsers: iamMore(func(tx *store.Tx, id string) error { return tx.Users().Put(cloud.User{ID: id, Account: account}) }),
		cloud.LimitUserGroups: iamMore(func(tx *store.Tx, id string) error {
			return tx.UserGroups().Put(cloud.UserGroup{ID: id, Account: account})
		}),
		cloud.LimitRoles: iamMore(func(tx *store.Tx, id string) error { return tx.Roles().Put(cloud.Role{ID: id, Account: account}) }),
		cloud.LimitPolicies: iamMore(func(tx *store.Tx, id string) error {
			return tx.Policies().Put(cloud.ManagedPolicy{ID: id, Account: account})
		}),
		cloud.LimitInstanceProfiles: iamMore(func(tx *store.Tx, id string) error {
			return tx.InstanceProfiles().Put(cloud.InstanceProfile{ID: id, Account: account})
		}),
		cloud.LimitOIDCProviders: iamMore(func(tx *store.Tx, id string) error {
			return tx.OIDCProviders().Put(cloud.OIDCProvider{ID: id, Account: account})
		}),
		cloud.LimitSubnetsPerVPC: {"SubnetLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.Subnets().Put(cloud.Subnet{ID: cloud.SubnetID(id), VPC: "v", Account: account})
		}},
		cloud.LimitRouteTablesPerVPC: {"RouteTableLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.RouteTables().Put(cloud.RouteTable{ID: cloud.RouteTableID(id), VPC: "v", Account: account})
		}},
		cloud.LimitACLsPerVPC: {"NetworkAclLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.NetworkACLs().Put(cloud.NetworkACL{ID: cloud.NetworkACLID(id), VPC: "v", Account: account})
		}},
		cloud.LimitTemplateVersions: {"ResourceLimitExceeded", func(tx *store.Tx, id string) error {
			return tx.LaunchTemplateVersions().Put(cloud.LaunchTemplateVersion{ID: id, Template: "lt", Account: account})
		}},
		cloud.LimitRulesPerGroup: {"RulesPerSecurityGroupLimitExceeded", func(tx *store.Tx, id string) error {
			g, _ := tx.Groups().Get("sg-1")
			g.ID, g.Account = "sg-1", account
			g.Ingress = append(slices.Clone(g.Ingress), cloud.GroupRule{ID: cloud.GroupRuleID(id)})
			return tx.Groups().Put(g)
		}},
		cloud.LimitRoutesPerTable: {"RouteLimitExceeded", func(tx *store.Tx, id string) error {
			r, _ := tx.RouteTables().Get("rtb-1")
			r.ID, r.Account = "rtb-1", account
			r.Routes = append(slices.Clone(r.Routes), cloud.Route{ENI: cloud.ENIID(id)})
			return tx.RouteTables().Put(r)
		}},
		cloud.LimitACLEntries: {"NetworkAclEntryLimitExceeded", func(tx *store.Tx, id string) error {
			a, _ := tx.NetworkACLs().Get("acl-1")
			a.ID, a.Account = "acl-1", account
			a.Entries = append(slices.Clone(a.Entries), cloud.ACLEntry{Protocol: id, Egress: true})
			return tx.NetworkACLs().Put(a)
		}},
	}
}

// codes turns an error into the code a tenant sees.
func codes(l limited, err error) string {
	table := ec2.Service().Errors
	if l.code == "LimitExceeded" {
		table = iam.Service().Errors
	}
	return table.Fault(cloud.AsError(err)).Code
}

// Every limit lets an account have as much as it says, not one more, says so
// with AWS's code, and gives way to a limit of the account's own.
func TestLimits(t *testing.T) {
	all := limits()
	for _, name := range cloud.LimitNames() {
		t.Run(string(name), func(t *testing.T) {
			l, there := all[name]
			if !there {
				t.Fatal("nothing holds it")
			}
			b := open(t, ledger.Config{Limits: map[cloud.Limit]int64{name: 2}})
			n := 0
			more := func() error {
				n++
				return b.Update(t.Context(), call("Make", nil), func(tx *store.Tx) error { return l.more(tx, fmt.Sprintf("id-%d", n)) })
			}
			ok(t, more())
			ok(t, more())
			if err := more(); err == nil || codes(l, err) != l.code || !strings.Contains(err.Error(), "2") {
				t.Errorf("one too many: %v, code %s", err, codes(l, err))
			}
			if len(b.events()) != 2 {
				t.Error("what was refused left a record")
			}
			ok(t, b.s.Update(t.Context(), func(tx *store.Tx) error {
				return tx.Accounts().Put(cloud.Account{ID: account, Limits: map[string]int64{string(name): 3}})
			}))
			ok(t, more())
			if err := more(); !errors.Is(err, cloud.LimitExceeded) {
				t.Errorf("beyond the account's own limit: %v", err)
			}
			ok(t, b.s.Update(t.Context(), func(tx *store.Tx) error {
				return tx.Accounts().Put(cloud.Account{ID: account, Limits: map[string]int64{string(name): cloud.Unlimited}})
			}))
			ok(t, more())
		})
	}
}

// An account over a limit that was lowered may change and remove what it has.
func TestLoweredLimit(t *testing.T) {
	b := open(t, ledger.Config{Limits: map[cloud.Limit]int64{cloud.LimitInstances: 1}})
	ok(t, b.s.Update(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.Instances().Put(cloud.Instance{ID: "i-1", Account: account}), tx.Instances().Put(cloud.Instance{ID: "i-2", Account: account}))
	}))
	ok(t, b.Update(t.Context(), call("ModifyInstanceAttribute", nil), func(tx *store.Tx) error {
		return tx.Instances().Put(cloud.Instance{ID: "i-1", Account: account, KeyName: "k"})
	}))
	ok(t, b.Update(t.Context(), call("TerminateInstances", nil), func(tx *store.Tx) error { return tx.Instances().Delete("i-1") }))
	ok(t, b.s.View(t.Context(), func(tx *store.Tx) error {
		if room := b.Room(tx, account, cloud.LimitInstances); room != 0 {
			t.Errorf("room for %d", room)
		}
		return nil
	}))
}

// Policies that ask for what the account will have are asked in the
// transaction, when it will have more.
func TestConditionsOnWhatThereWillBe(t *testing.T) {
	b := open(t, ledger.Config{})
	ask := func(change func(tx *store.Tx) error) (asked []int64, err error) {
		c := call("RunInstances", nil)
		c.Again = func(values map[string]int64) error {
			asked = append(asked, values["instances"], values["vcpus"])
			if values["instances"] > 2 {
				return &cloud.Error{Kind: cloud.Denied}
			}
			return nil
		}
		err = b.Update(t.Context(), c, change)
		return asked, err
	}
	add := func(id string) func(tx *store.Tx) error {
		return func(tx *store.Tx) error {
			return tx.Instances().Put(cloud.Instance{ID: cloud.InstanceID(id), Account: account, VCPU: 4})
		}
	}
	for i, want := range [][]int64{{1, 4}, {2, 8}} {
		asked, err := ask(add(fmt.Sprint(i)))
		ok(t, err)
		if !slices.Equal(asked, want) {
			t.Errorf("asked with %v, want %v", asked, want)
		}
	}
	if _, err := ask(add("2")); !errors.Is(err, cloud.Denied) {
		t.Errorf("a third: %v", err)
	}
	asked, err := ask(func(tx *store.Tx) error { return tx.Instances().Delete("0") })
	if ok(t, err); asked != nil {
		t.Error("asked when there was less")
	}
	if n := len(b.events()); n != 3 {
		t.Errorf("%d events", n)
	}
}
