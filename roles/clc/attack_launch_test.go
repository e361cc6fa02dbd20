package clc_test

import (
	"testing"

	"ecc/cloud"
	"ecc/store"
)

// TestLaunchNeedsEverySubnetItMayChoose: who may not use one of the default
// subnets cannot be put there by leaving the choice to the cloud.
func TestLaunchNeedsEverySubnetItMayChoose(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("DescribeVpcs", nil)) // the first request makes the default network
	subnets := map[string]cloud.SubnetID{}
	f.view(func(tx *store.Tx) {
		for n := range tx.Subnets().By(store.ByAccount, string(f.alice.account.ID)) {
			subnets[n.Zone] = n.ID
		}
	})
	if len(subnets) != 2 {
		t.Fatalf("default subnets %v, want two", subnets)
	}
	const all = `{"Effect":"Allow","Action":"*","Resource":"*"},`
	run := launch.with(args{"DryRun": "true"})
	for zone, id := range subnets {
		other := map[string]string{zoneA: zoneB, zoneB: zoneA}[zone]
		for kind, deny := range map[string]string{
			"subnet":    `"Resource":"arn:aws:ec2:*:*:subnet/` + string(id) + `"`,
			"zone":      `"Resource":"arn:aws:ec2:*:*:instance/*","Condition":{"StringEquals":{"ec2:AvailabilityZone":"` + zone + `"}}`,
			"interface": `"Resource":"arn:aws:ec2:*:*:network-interface/*","Condition":{"StringLike":{"ec2:Subnet":"*/` + string(id) + `"}}`,
		} {
			u := f.alice.user(kind+zone, all+`{"Effect":"Deny","Action":"ec2:RunInstances",`+deny+`}`)
			for name, c := range map[string]struct {
				a    args
				want string
			}{
				"anywhere":         {run, "UnauthorizedOperation"},
				"there":            {run.with(args{"Placement.AvailabilityZone": zone}), "UnauthorizedOperation"},
				"in that subnet":   {run.with(args{"SubnetId": string(id)}), "UnauthorizedOperation"},
				"elsewhere":        {run.with(args{"Placement.AvailabilityZone": other}), "DryRunOperation"},
				"in another one":   {run.with(args{"SubnetId": string(subnets[other])}), "DryRunOperation"},
				"by its interface": {run.with(args{"NetworkInterface.1.DeviceIndex": "0", "NetworkInterface.1.SubnetId": string(id)}), "UnauthorizedOperation"},
			} {
				if got := u.query("RunInstances", c.a); got.code != c.want {
					t.Errorf("%s, %s: %s %s, want %s", kind+" "+zone, name, got.code, got.msg, c.want)
				}
			}
		}
	}
}

// TestKeyPairsNameIsNoKind: a key pair called like another kind of resource is
// still one that the launch template did not choose.
func TestKeyPairsNameIsNoKind(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("CreateLaunchTemplate", args{"LaunchTemplateName": "small", "LaunchTemplateData.InstanceType": "m1.small", "LaunchTemplateData.ImageId": imageID}))
	u := f.alice.user("ann", `{"Effect":"Allow","Action":"*","Resource":"*"},
		{"Effect":"Deny","Action":"ec2:RunInstances","Resource":"*","Condition":{"Bool":{"ec2:IsLaunchTemplateResource":"false"}}}`)
	run := args{"MinCount": "1", "MaxCount": "1", "DryRun": "true", "LaunchTemplate.LaunchTemplateName": "small"}
	for key, want := range map[string]string{"": "DryRunOperation", "k": "UnauthorizedOperation", "k:volume/x": "UnauthorizedOperation", "k:subnet": "UnauthorizedOperation"} {
		a := run
		if key != "" {
			ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": key}))
			a = run.with(args{"KeyName": key})
		}
		if got := u.query("RunInstances", a); got.code != want {
			t.Errorf("with the key %q: %s %s, want %s", key, got.code, got.msg, want)
		}
	}
}
