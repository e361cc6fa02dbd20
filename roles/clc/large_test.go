package clc_test

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// A launch of as many instances as one transaction holds is taken, whatever
// they carry; one that needs more is refused with the reason.
func TestLargeLaunches(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) {
		c.MaxPerCall, c.MaxPerAcct, c.PublicPool = 1000, 100_000, netip.MustParsePrefix("10.128.0.0/16")
	})
	f.zone.nodes["n1"].Capacity = cloud.Capacity{VCPU: 1e6, Memory: 1e6 * cloud.GiB, Disk: 1e6 * cloud.GiB}
	f.zone.report()
	groups, tags, data := args{}, args{}, args{"UserData": base64.StdEncoding.EncodeToString([]byte(strings.Repeat("\xff", clc.MaxUserData)))}
	for k := range clc.MaxGroupsPerENI {
		groups[fmt.Sprintf("SecurityGroupId.%d", k+1)] = f.alice.newGroup(fmt.Sprintf("g%d", k))
	}
	for n, typ := range []string{"instance", "network-interface"} {
		p := fmt.Sprintf("TagSpecification.%d.", n+1)
		tags[p+"ResourceType"] = typ
		for k := range clc.MaxTags {
			tags[fmt.Sprintf("%sTag.%d.Key", p, k+1)] = fmt.Sprintf("%03d%s", k, strings.Repeat("k", 125))
			tags[fmt.Sprintf("%sTag.%d.Value", p, k+1)] = strings.Repeat("v", 256)
		}
	}
	plain := launch.with(args{"Placement.AvailabilityZone": zoneA, "InstanceType": "m1.small", "MaxCount": "1000"})
	for name, c := range map[string]struct {
		a     args
		least int
	}{
		"plain": {nil, 350}, "groups": {groups, 350}, "user data": {data, 40}, "tags": {tags.with(groups), 4}, "all": {tags.with(groups).with(data), 3},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := 0, 0
			f.view(func(tx *store.Tx) { before = tx.Instances().Len() })
			if got := f.alice.query("RunInstances", plain.with(c.a)); got.code != "" {
				t.Fatalf("%s: %s", got.code, got.msg)
			}
			f.view(func(tx *store.Tx) { after = tx.Instances().Len() })
			if after-before < c.least {
				t.Errorf("%d instances, want %d at least", after-before, c.least)
			}
			f.alice.refused("RunInstances", plain.with(c.a).with(args{"MinCount": "1000"}), "InstanceLimitExceeded")
		})
	}
	f.audit()
}
