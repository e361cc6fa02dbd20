package clc_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

func TestZoneIDs(t *testing.T) {
	for r, want := range map[string]string{"us-east-1": "use1", "us-west-2": "usw2", "ap-southeast-2": "apse2", "ap-northeast-1": "apne1",
		"eu-central-1": "euc1", "us-gov-west-1": "usgw1", "cloud": "cloud", "lab-12": "lab12", "a--b": "ab"} {
		same(t, r, want, clc.ShortRegion(r))
	}
	for name, zones := range map[string][]string{"lettered": {"us-east-1c", "us-east-1a"}, "named": {"rack-a"}} {
		f := newCloud(t, func(c *clc.Config) { c.Zones = append([]string{zoneA, zoneB}, zones...) })
		out := must[*sdk.DescribeAvailabilityZonesOutput](t)(f.alice.ec2.DescribeAvailabilityZones(t.Context(), &sdk.DescribeAvailabilityZonesInput{}))
		seen := map[string]bool{}
		for _, z := range out.AvailabilityZones {
			if name == "lettered" && *z.ZoneName == "us-east-1c" {
				same(t, "zone c", "use1-az3", *z.ZoneId)
			}
			seen[*z.ZoneId] = true
		}
		if name == "named" {
			same(t, "distinct ids", 3, len(seen))
		}
	}
}

// A zone is as good as its nodes.
func TestZoneStates(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Zones = append(c.Zones, "us-east-1c") })
	for _, n := range f.zone.nodes {
		n.Down = true
	}
	f.zone.report()
	out := must[*sdk.DescribeAvailabilityZonesOutput](t)(f.alice.ec2.DescribeAvailabilityZones(t.Context(), &sdk.DescribeAvailabilityZonesInput{}))
	got := map[string]string{}
	for _, z := range out.AvailabilityZones {
		got[*z.ZoneName] = string(z.State)
	}
	same(t, "states", map[string]string{zoneA: "impaired", zoneB: "available", "us-east-1c": "unavailable"}, got)
	by := must[*sdk.DescribeAvailabilityZonesOutput](t)(f.alice.ec2.DescribeAvailabilityZones(t.Context(), &sdk.DescribeAvailabilityZonesInput{ZoneIds: []string{"use1-az2"}}))
	same(t, "by id", zoneB, *by.AvailabilityZones[0].ZoneName)
	f.alice.refused("DescribeAvailabilityZones", args{"ZoneName.1": "us-east-1z"}, "InvalidParameterValue")
	f.alice.refused("DescribeAvailabilityZones", args{"ZoneId.1": "use1-az9"}, "InvalidParameterValue")
	f.alice.refused("DescribeRegions", args{"RegionName.1": "eu-west-1"}, "InvalidParameterValue")
}

func TestAccountAttributes(t *testing.T) {
	f := newCloud(t)
	out := must[*sdk.DescribeAccountAttributesOutput](t)(f.alice.ec2.DescribeAccountAttributes(t.Context(), &sdk.DescribeAccountAttributesInput{
		AttributeNames: []types.AccountAttributeName{"default-vpc", "max-instances"}}))
	got := map[string]string{}
	for _, a := range out.AccountAttributes {
		got[*a.AttributeName] = *a.AttributeValues[0].AttributeValue
	}
	var vpc string
	f.view(func(tx *store.Tx) {
		for v := range tx.VPCs().By(store.ByAccount, string(f.alice.account.ID)) {
			vpc = string(v.ID)
		}
	})
	same(t, "attributes", map[string]string{"default-vpc": vpc, "max-instances": "200"}, got)
	f.alice.refused("DescribeAccountAttributes", args{"AttributeName.1": "colour"}, "InvalidParameterValue")
}

// The three attributes Terraform reads of every VPC.
func TestVpcAttributes(t *testing.T) {
	f := newCloud(t)
	vpc := *must[*sdk.DescribeVpcsOutput](t)(f.alice.ec2.DescribeVpcs(t.Context(), &sdk.DescribeVpcsInput{})).Vpcs[0].VpcId
	for name, want := range map[string]string{"enableDnsSupport": "true", "enableDnsHostnames": "true", "enableNetworkAddressUsageMetrics": "false"} {
		got := f.alice.query("DescribeVpcAttribute", args{"VpcId": vpc, "Attribute": name})
		if !strings.Contains(string(got.body), "<"+name+"><value>"+want+"</value></"+name+">") {
			t.Errorf("%s: %s", name, got.body)
		}
	}
	f.alice.refused("DescribeVpcAttribute", args{"VpcId": vpc, "Attribute": "colour"}, "InvalidParameterValue")
	f.alice.refused("DescribeVpcAttribute", args{"VpcId": "vpc-", "Attribute": "enableDnsSupport"}, "InvalidVpcID.Malformed")
}

// The number of free addresses of a subnet is that of the addresses that can
// be given.
func TestAvailableAddresses(t *testing.T) {
	f := newCloud(t)
	free := func() int32 {
		t.Helper()
		out := must[*sdk.DescribeSubnetsOutput](t)(f.alice.ec2.DescribeSubnets(t.Context(), &sdk.DescribeSubnetsInput{
			Filters: []types.Filter{{Name: aws.String("availability-zone"), Values: []string{zoneA}}}}))
		return *out.Subnets[0].AvailableIpAddressCount
	}
	same(t, "at first", int32(4091), free())
	is := ids(f.alice.run(3, inZone(zoneA)).Instances)
	same(t, "with three", int32(4088), free())
	must[string](t)(f.alice.terminate(is[0]))
	same(t, "until it is gone", int32(4088), free())
	f.zone.follow()
	same(t, "then", int32(4089), free())
}

// What Terraform reads of a type.
func TestInstanceTypes(t *testing.T) {
	f := newCloud(t)
	out := must[*sdk.DescribeInstanceTypesOutput](t)(f.alice.ec2.DescribeInstanceTypes(t.Context(), &sdk.DescribeInstanceTypesInput{
		InstanceTypes: []types.InstanceType{"t3.micro"}}))
	same(t, "types", 1, len(out.InstanceTypes))
	x := out.InstanceTypes[0]
	same(t, "burstable", true, *x.BurstablePerformanceSupported)
	same(t, "memory", int64(1024), *x.MemoryInfo.SizeInMiB)
	same(t, "vCPU", int32(1), *x.VCpuInfo.DefaultVCpus)
	same(t, "strategies", 3, len(x.PlacementGroupInfo.SupportedStrategies))
	f.alice.refused("DescribeInstanceTypes", args{"InstanceType.1": "t3.micro", "InstanceType.2": "z9.nano"}, "InvalidInstanceType")
	at := must[*sdk.DescribeInstanceTypeOfferingsOutput](t)(f.alice.ec2.DescribeInstanceTypeOfferings(t.Context(), &sdk.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone, Filters: []types.Filter{{Name: aws.String("instance-type"), Values: []string{"m5.large"}}}}))
	same(t, "zones", 2, len(at.InstanceTypeOfferings))
	none := must[*sdk.DescribeInstanceTypeOfferingsOutput](t)(f.alice.ec2.DescribeInstanceTypeOfferings(t.Context(), &sdk.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeOutpost}))
	same(t, "outposts", 0, len(none.InstanceTypeOfferings))
}

// Instances are gathered by reservation.
func TestReservations(t *testing.T) {
	f := newCloud(t)
	first, second := f.alice.run(2), f.alice.run(1)
	out := must[*sdk.DescribeInstancesOutput](t)(f.alice.ec2.DescribeInstances(t.Context(), &sdk.DescribeInstancesInput{}))
	got := map[string]int{}
	for _, r := range out.Reservations {
		got[*r.ReservationId] = len(r.Instances)
	}
	same(t, "reservations", map[string]int{*first.ReservationId: 2, *second.ReservationId: 1}, got)
}

// A refusal names what was wrong and undoes nothing: one bad id of several
// means no answer.
func TestDescribeRefusals(t *testing.T) {
	f := newCloud(t)
	id := *f.alice.run(1).Instances[0].InstanceId
	for _, c := range []struct{ action, param, bad, none, malformed, missing string }{
		{"DescribeInstances", "InstanceId", "i-zz", "i-00000000000000000", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"},
		{"DescribeInstanceStatus", "InstanceId", "i-1", "i-00000000", "InvalidInstanceID.Malformed", "InvalidInstanceID.NotFound"},
		{"DescribeImages", "ImageId", "ami", "ami-00000000", "InvalidAMIID.Malformed", "InvalidAMIID.NotFound"},
		{"DescribeVpcs", "VpcId", "vpc-x", "vpc-00000000", "InvalidVpcID.Malformed", "InvalidVpcID.NotFound"},
		{"DescribeSubnets", "SubnetId", "x", "subnet-00000000", "InvalidSubnetID.Malformed", "InvalidSubnetID.NotFound"},
		{"DescribeSecurityGroups", "GroupId", "sg-X", "sg-00000000", "InvalidGroupId.Malformed", "InvalidGroup.NotFound"},
		{"DescribeSecurityGroups", "GroupName", "", "none", "", "InvalidGroup.NotFound"},
		{"DescribeSecurityGroupRules", "SecurityGroupRuleId", "sgr-1", "sgr-00000000", "InvalidSecurityGroupRuleId.Malformed", "InvalidSecurityGroupRuleId.NotFound"},
		{"DescribeNetworkInterfaces", "NetworkInterfaceId", "eni-attach-1", "eni-00000000", "InvalidNetworkInterfaceId.Malformed", "InvalidNetworkInterfaceID.NotFound"},
		{"DescribeKeyPairs", "KeyName", "", "none", "", "InvalidKeyPair.NotFound"},
		{"DescribeKeyPairs", "KeyPairId", "", "key-00000000", "", "InvalidKeyPair.NotFound"},
	} {
		if c.malformed != "" {
			f.alice.refused(c.action, args{c.param + ".1": c.bad}, c.malformed)
		}
		f.alice.refused(c.action, args{c.param + ".1": c.none}, c.missing)
	}
	f.alice.refused("DescribeInstances", args{"InstanceId.1": id, "InstanceId.2": "i-00000000000000000"}, "InvalidInstanceID.NotFound")
	twice := must[*sdk.DescribeInstancesOutput](t)(f.alice.ec2.DescribeInstances(t.Context(), &sdk.DescribeInstancesInput{InstanceIds: []string{id, id}}))
	same(t, "named twice", 1, len(twice.Reservations[0].Instances))
}

// Whose images are told, and to whom.
func TestImageOwners(t *testing.T) {
	f := newCloud(t)
	stock := f.image("ami-00000000000000009", f.admin(), true)
	list := func(change func(*sdk.DescribeImagesInput)) map[string]bool {
		t.Helper()
		in := &sdk.DescribeImagesInput{}
		change(in)
		got := map[string]bool{}
		for _, i := range must[*sdk.DescribeImagesOutput](t)(f.alice.ec2.DescribeImages(t.Context(), in)).Images {
			got[*i.ImageId] = true
		}
		return got
	}
	set := func(ids ...string) map[string]bool {
		m := map[string]bool{}
		for _, id := range ids {
			m[id] = true
		}
		return m
	}
	same(t, "all", set(imageID, publicID, stock), list(func(*sdk.DescribeImagesInput) {}))
	same(t, "self", set(imageID), list(func(in *sdk.DescribeImagesInput) { in.Owners = []string{"self"} }))
	same(t, "amazon", set(stock), list(func(in *sdk.DescribeImagesInput) { in.Owners = []string{"amazon"} }))
	same(t, "nobody", set(), list(func(in *sdk.DescribeImagesInput) { in.Owners = []string{""} }))
	same(t, "bob", set(publicID), list(func(in *sdk.DescribeImagesInput) { in.Owners = []string{string(f.bob.account.ID)} }))
	same(t, "all may run", set(publicID, stock), list(func(in *sdk.DescribeImagesInput) { in.ExecutableUsers = []string{"all"} }))
	same(t, "alias", set(stock), list(func(in *sdk.DescribeImagesInput) {
		in.Filters = []types.Filter{{Name: aws.String("owner-alias"), Values: []string{"amazon"}}}
	}))
	same(t, "by id, of another owner", set(), list(func(in *sdk.DescribeImagesInput) { in.ImageIds, in.Owners = []string{publicID}, []string{"self"} }))
	f.change(func(tx *store.Tx) error {
		i, _ := tx.Images().Get(publicID)
		i.State = cloud.ImageDeregistered
		return tx.Images().Put(i)
	})
	f.alice.refused("DescribeImages", args{"ImageId.1": publicID}, "InvalidAMIID.NotFound")
	f.bob.refused("DescribeImages", args{"ImageId.1": publicID}, "InvalidAMIID.NotFound")
}
