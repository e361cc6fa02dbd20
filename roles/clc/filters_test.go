package clc_test

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"

	"ecc/cloud"
	"ecc/roles/clc"
)

// documented are the filters AWS documents of each action: the lists in the
// botocore model 2016-11-15 and in the AWS SDK for Go v1.344.
func documented(t *testing.T) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for line := range strings.Lines(string(must[[]byte](t)(os.ReadFile("testdata/filters.txt")))) {
		action, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		out[action] = append(out[action], name)
	}
	return out
}

// furnished is a cloud with something of everything that has filters, and what
// actions need besides filters.
func furnished(t *testing.T) (*fixture, map[string]args) {
	t.Helper()
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, cloud.PhaseUp)
	ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}))
	f.alice.run(1, func(in *sdk.RunInstancesInput) { in.InstanceType, in.KeyName = "t3.micro", aws.String("k") })
	own := map[string]string{"instance": id, "image": imageID, "vpc": string(f.instance(id).VPC), "subnet": string(f.instance(id).Subnet),
		"eni": string(f.instance(id).ENI), "group": string(f.instance(id).Groups[0])}
	f.ownInterfaces(own)
	f.ownTemplates(own)
	f.ownNetwork(own)
	k := 0
	tags := args{"Tag.1.Key": "x", "Tag.1.Value": "v"}
	for _, name := range []string{"instance", "image", "vpc", "subnet", "eni", "group", "template", "placement", "acl", "dhcp", "table", "gateway", "address"} {
		k++
		tags["ResourceId."+strconv.Itoa(k)] = own[name]
	}
	ok(t, f.alice.query2("CreateTags", tags))
	f.ownProfile(own)
	return f, map[string]args{"DescribeLaunchTemplateVersions": {"LaunchTemplateId": own["template"]}, "GetSecurityGroupsForVpc": {"VpcId": own["vpc"]}}
}

// Every filter AWS documents is taken, and lets nothing pass that does not
// have the value. A value of * lets pass what has any: the filters of which
// nothing in the furnished cloud has a value are listed in filters_none.txt.
func TestDocumentedFilters(t *testing.T) {
	f, required := furnished(t)
	listed := documented(t)
	none := ""
	for _, action := range slices.Sorted(maps.Keys(listed)) {
		if all := f.alice.query(action, required[action]); !strings.Contains(string(all.body), "<item>") {
			t.Errorf("%s lists nothing that filters could hold back: %s", action, all.body)
		}
		for _, name := range listed[action] {
			by := required[action].with(args{"Filter.1.Name": name, "Filter.1.Value.1": "no such value"})
			got := f.alice.query(action, by)
			if got.code != "" || strings.Contains(string(got.body), "<item>") {
				t.Errorf("%s %s: %s %s", action, name, got.code, got.body)
			}
			if any := f.alice.query(action, by.with(args{"Filter.1.Value.1": "*"})); !strings.Contains(string(any.body), "<item>") {
				none += action + " " + name + "\n"
			}
		}
	}
	golden(t, "filters_none.txt", []byte(none))
}

// Every action that takes filters has its documented ones listed.
func TestEveryFilterIsDocumented(t *testing.T) {
	listed := documented(t)
	for _, a := range clc.Actions() {
		in, _ := a.Shapes()
		_, filters := in.FieldByName("Filters")
		if filters != (len(listed[a.Name]) > 0) {
			t.Errorf("%s takes filters: %t, %d are documented", a.Name, filters, len(listed[a.Name]))
		}
	}
}

func TestFilterRefusals(t *testing.T) {
	f := newCloud(t)
	for _, action := range []string{"DescribeInstances", "DescribeImages", "DescribeVpcs", "DescribeTags", "DescribeRegions", "DescribeInstanceTypes"} {
		f.alice.refused(action, args{"Filter.1.Name": "colour", "Filter.1.Value.1": "x"}, "InvalidParameterValue")
		f.alice.refused(action, args{"Filter.1.Name": "tag", "Filter.1.Value.1": "x"}, "InvalidParameterValue")
	}
	many := args{"Filter.1.Name": "instance-id"}
	for k := range 201 {
		many["Filter.1.Value."+string(rune('0'+(k+1)/100))+string(rune('0'+(k+1)/10%10))+string(rune('0'+(k+1)%10))] = "x"
	}
	fixed := args{}
	for k, v := range many {
		fixed[strings.NewReplacer("Value.00", "Value.", "Value.0", "Value.").Replace(k)] = v
	}
	f.alice.refused("DescribeInstances", fixed, "FilterLimitExceeded")
}

// Filters find what has the value: several values are alternatives, several
// filters all must pass, wildcards are wildcards.
func TestFilters(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	other := *f.alice.run(1, inZone(zoneB)).Instances[0].InstanceId
	f.zone.see(id, "up")
	i := f.instance(id)
	eni, ami := string(i.ENI), imageID
	for _, c := range []struct {
		action, filter, value, want, not string
	}{
		{"DescribeInstances", "instance-state-name", "running", id, other},
		{"DescribeInstances", "instance-state-code", "16", id, other},
		{"DescribeInstances", "availability-zone", zoneA, id, other},
		{"DescribeInstances", "availability-zone-id", "use1-az1", id, other},
		{"DescribeInstances", "availability-zone", "*b", other, id},
		{"DescribeInstances", "instance.group-name", "def*", id, ""},
		{"DescribeInstances", "private-ip-address", i.PrivateIP.String(), id, other},
		{"DescribeInstances", "ip-address", i.PublicIP.String(), id, other},
		{"DescribeInstances", "network-interface.mac-address", i.MAC, id, other},
		{"DescribeInstances", "network-interface.network-interface-id", eni, id, other},
		{"DescribeInstances", "network-interface.attachment.instance-id", id, id, other},
		{"DescribeInstances", "reservation-id", string(i.Reservation), id, other},
		{"DescribeInstances", "launch-time", "2026-03-04T05:06:07.000Z", id, ""},
		{"DescribeInstances", "image-id", "ami-?????????????????", id, ""},
		{"DescribeInstances", "network-interface.association.ip-owner-id", "amazon", id, ""},
		{"DescribeInstanceStatus", "system-status.status", "ok", id, other},
		{"DescribeInstanceStatus", "instance-status.reachability", "passed", id, other},
		{"DescribeNetworkInterfaces", "attachment.instance-id", id, eni, "<networkInterfaceId>" + string(f.instance(other).ENI)},
		{"DescribeNetworkInterfaces", "group-name", "default", eni, ""},
		{"DescribeNetworkInterfaces", "association.public-ip", i.PublicIP.String(), eni, ""},
		{"DescribeNetworkInterfaces", "status", "in-use", eni, ""},
		{"DescribeImages", "is-public", "false", ami, publicID},
		{"DescribeImages", "name", "image *", ami, ""},
		{"DescribeImages", "state", "available", ami, ""},
		{"DescribeSubnets", "availabilityZone", zoneA, string(i.Subnet), string(f.instance(other).Subnet)},
		{"DescribeSubnets", "available-ip-address-count", "4090", string(i.Subnet), ""},
		{"DescribeSubnets", "default-for-az", "true", string(i.Subnet), ""},
		{"DescribeSubnets", "cidr-block", "172.31.0.0/20", string(i.Subnet), ""},
		{"DescribeVpcs", "isDefault", "true", string(i.VPC), ""},
		{"DescribeVpcs", "cidr", "172.31.0.0/16", string(i.VPC), ""},
		{"DescribeSecurityGroups", "egress.ip-permission.cidr", "0.0.0.0/0", string(i.Groups[0]), ""},
		{"DescribeSecurityGroups", "ip-permission.group-name", "default", string(i.Groups[0]), ""},
		{"DescribeInstanceTypes", "memory-info.size-in-mib", "8192", "m5.large", "m1.small"},
		{"DescribeInstanceTypes", "current-generation", "false", "m1.small", "m5.large"},
		{"DescribeInstanceTypeOfferings", "instance-type", "m5.*", "m5.large", "m1.small"},
		{"DescribeAvailabilityZones", "zone-id", "use1-az2", zoneB, zoneA},
		{"DescribeAvailabilityZones", "state", "available", zoneA, ""},
		{"DescribeRegions", "endpoint", "cloud.test:*", region, ""},
	} {
		body := string(f.alice.query(c.action, args{"Filter.1.Name": c.filter, "Filter.1.Value.1": "zzz", "Filter.1.Value.2": c.value}).body)
		if !strings.Contains(body, c.want) || (c.not != "" && strings.Contains(body, c.not)) {
			t.Errorf("%s %s=%s: %s", c.action, c.filter, c.value, body)
		}
		both := args{"Filter.1.Name": c.filter, "Filter.1.Value.1": c.value, "Filter.2.Name": c.filter, "Filter.2.Value.1": "zzz"}
		if body := string(f.alice.query(c.action, both).body); strings.Contains(body, c.want) {
			t.Errorf("%s %s=%s and zzz: %s", c.action, c.filter, c.value, body)
		}
	}
}
