package clc_test

import (
	"testing"

	"ecc/cloud"
	"ecc/roles/clc"
)

// What clients read, to the letter.
func TestAnswersGolden(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Types = c.Types[:1] })
	ok(t, f.alice.query2("ImportKeyPair", args{"KeyName": "k", "PublicKeyMaterial": "c3NoLWVkMjU1MTkgQUFBQUMzTnphQzFsWkRJMU5URTVBQUFBSU5aRnF1Z3A1ZTMrMmtsOE1XZFpNR3hBbnFIaEFVc3VvYlI2eUJrUWlFZjUgbWU="}))
	run := f.alice.query("RunInstances", launch.with(args{"Placement.AvailabilityZone": zoneA, "InstanceType": "m1.small", "KeyName": "k", "UserData": "eA==",
		"ClientToken": "token", "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "Name", "TagSpecification.1.Tag.1.Value": "<web> & \"co\""}))
	golden(t, "run_instances.xml", []byte(f.anonymous(string(run.body))))
	id := string(f.instanceIDs()[0])
	f.zone.see(id, cloud.PhaseUp)
	for name, c := range map[string]struct {
		action string
		a      args
	}{
		"describe_instances.xml":          {"DescribeInstances", nil},
		"describe_instance_status.xml":    {"DescribeInstanceStatus", nil},
		"describe_instance_types.xml":     {"DescribeInstanceTypes", nil},
		"describe_images.xml":             {"DescribeImages", args{"Owner.1": "self"}},
		"describe_network_interfaces.xml": {"DescribeNetworkInterfaces", nil},
		"describe_subnets.xml":            {"DescribeSubnets", args{"Filter.1.Name": "availability-zone", "Filter.1.Value.1": zoneA}},
		"describe_vpcs.xml":               {"DescribeVpcs", nil},
		"describe_zones.xml":              {"DescribeAvailabilityZones", nil},
		"describe_regions.xml":            {"DescribeRegions", nil},
		"describe_account.xml":            {"DescribeAccountAttributes", nil},
		"describe_key_pairs.xml":          {"DescribeKeyPairs", args{"IncludePublicKey": "true"}},
		"describe_tags.xml":               {"DescribeTags", nil},
		"offerings.xml":                   {"DescribeInstanceTypeOfferings", args{"LocationType": "availability-zone-id"}},
		"reboot_instances.xml":            {"RebootInstances", args{"InstanceId.1": id}},
		"refused.xml":                     {"DescribeInstances", args{"InstanceId.1": "i-00000000000000000"}},
	} {
		t.Run(name, func(t *testing.T) {
			golden(t, name, []byte(f.anonymous(string(f.alice.query(c.action, c.a).body))))
		})
	}
	stop := f.alice.query("StopInstances", args{"InstanceId.1": id})
	golden(t, "stop_instances.xml", []byte(f.anonymous(string(stop.body))))
}
