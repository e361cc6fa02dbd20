package clc_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"ecc/roles/clc"
	"ecc/store"
)

// foreignCase is one action with an id of another account's, and its refusal.
type foreignCase struct {
	action string
	a      args
	code   string
}

// Every action that takes an id answers for another account's as if there was
// nothing, and changes nothing.
func TestForeignIDs(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}))
	id := *f.alice.run(1, inZone(zoneA)).Instances[0].InstanceId
	f.zone.see(id, "up")
	i := f.instance(id)
	own := map[string]string{"instance": id, "eni": string(i.ENI), "subnet": string(i.Subnet), "vpc": string(i.VPC), "group": string(i.Groups[0])}
	f.view(func(tx *store.Tx) {
		g, _ := tx.Groups().Get(i.Groups[0])
		own["rule"] = string(g.Ingress[0].ID)
		for k := range tx.KeyPairs().All() {
			own["key"] = string(k.ID)
		}
	})
	tag := args{"Tag.1.Key": "k", "Tag.1.Value": "v"}
	rule := args{"IpPermissions.1.IpProtocol": "tcp", "IpPermissions.1.FromPort": "1", "IpPermissions.1.ToPort": "1", "IpPermissions.1.IpRanges.1.CidrIp": "0.0.0.0/0"}
	f.ownNetwork(own)
	f.ownInterfaces(own)
	f.ownTemplates(own)
	f.ownProfile(own)
	cases := []foreignCase{
		{"AuthorizeSecurityGroupEgress", rule.with(args{"GroupId": own["group"]}), "InvalidGroup.NotFound"},
		{"AuthorizeSecurityGroupIngress", rule.with(args{"GroupId": own["group"]}), "InvalidGroup.NotFound"},
		{"RevokeSecurityGroupEgress", rule.with(args{"GroupId": own["group"]}), "InvalidGroup.NotFound"},
		{"RevokeSecurityGroupIngress", args{"GroupId": own["group"], "SecurityGroupRuleId.1": own["rule"]}, "InvalidGroup.NotFound"},
		{"CreateSecurityGroup", args{"GroupName": "g", "GroupDescription": "d", "VpcId": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"DeleteSecurityGroup", args{"GroupId": own["group"]}, "InvalidGroup.NotFound"},
		{"DeleteKeyPair", args{"KeyPairId": own["key"]}, "InvalidKeyPair.NotFound"},
		{"DeregisterImage", args{"ImageId": imageID}, "InvalidAMIID.NotFound"},
		{"DescribeImages", args{"ImageId.1": imageID}, "InvalidAMIID.NotFound"},
		{"DescribeInstanceAttribute", args{"InstanceId": id, "Attribute": "userData"}, "InvalidInstanceID.NotFound"},
		{"DescribeInstanceStatus", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"DescribeInstances", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"DescribeKeyPairs", args{"KeyPairId.1": own["key"]}, "InvalidKeyPair.NotFound"},
		{"DescribeKeyPairs", args{"KeyName.1": "k"}, "InvalidKeyPair.NotFound"},
		{"DescribeNetworkInterfaces", args{"NetworkInterfaceId.1": own["eni"]}, "InvalidNetworkInterfaceID.NotFound"},
		{"DescribeSecurityGroupRules", args{"SecurityGroupRuleId.1": own["rule"]}, "InvalidSecurityGroupRuleId.NotFound"},
		{"DescribeSecurityGroups", args{"GroupId.1": own["group"]}, "InvalidGroup.NotFound"},
		{"DescribeSubnets", args{"SubnetId.1": own["subnet"]}, "InvalidSubnetID.NotFound"},
		{"DescribeVpcAttribute", args{"VpcId": own["vpc"], "Attribute": "enableDnsSupport"}, "InvalidVpcID.NotFound"},
		{"DescribeVpcClassicLink", args{"VpcId.1": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"DescribeVpcClassicLinkDnsSupport", args{"VpcIds.1": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"DescribeVpcs", args{"VpcId.1": own["vpc"]}, "InvalidVpcID.NotFound"},
		{"GetConsoleOutput", args{"InstanceId": id}, "InvalidInstanceID.NotFound"},
		{"ModifyInstanceAttribute", args{"InstanceId": id, "DisableApiStop.Value": "true"}, "InvalidInstanceID.NotFound"},
		{"RebootInstances", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"StartInstances", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"StopInstances", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"TerminateInstances", args{"InstanceId.1": id}, "InvalidInstanceID.NotFound"},
		{"RunInstances", launch.with(args{"KeyName": "k"}), "InvalidAMIID.NotFound"},
		{"RunInstances", launch.with(args{"ImageId": publicID, "KeyName": "k"}), "InvalidKeyPair.NotFound"},
	}
	cases = slices.Concat(cases, foreignGroups(own), foreignInterfaces(own), foreignInstances(own), foreignImages(), foreignNetwork(own), foreignProfiles(own)) // each family has its own
	codes := map[string]string{"instance": "InvalidInstanceID.NotFound", "eni": "InvalidNetworkInterfaceID.NotFound", "subnet": "InvalidSubnetID.NotFound",
		"vpc": "InvalidVpcID.NotFound", "group": "InvalidGroup.NotFound", "rule": "InvalidSecurityGroupRuleId.NotFound", "key": "InvalidKeyPair.NotFound",
		"dhcp": "InvalidDhcpOptionID.NotFound", "gateway": "InvalidInternetGatewayID.NotFound", "table": "InvalidRouteTableID.NotFound", "acl": "InvalidNetworkAclID.NotFound"}
	for what, code := range codes {
		for _, action := range []string{"CreateTags", "DeleteTags"} {
			cases = append(cases, foreignCase{action, tag.with(args{"ResourceId.1": own[what]}), code})
		}
	}
	mine := slices.DeleteFunc(slices.Collect(maps.Values(own)), func(v string) bool { return v == "" })
	before := f.store.Revision()
	covered := map[string]bool{}
	for _, c := range cases {
		covered[c.action] = true
		got := f.bob.query(c.action, c.a)
		if got.code != c.code {
			t.Errorf("%s %v: %q (%s), want %q", c.action, c.a, got.code, got.msg, c.code)
		}
		none, want := c.a.with(nil), got.msg // an id that nobody has is answered the same
		for k, v := range none {
			if slices.Contains(mine, v) {
				none[k] = nobodys(v)
				want = strings.ReplaceAll(want, v, none[k])
			}
		}
		same(t, c.action+"'s answer", want, f.bob.query(c.action, none).msg)
	}
	same(t, "revision", before, f.store.Revision())
	for _, a := range clc.Actions() {
		switch a.Name { // take no ids of an account's
		case "CreateKeyPair", "ImportKeyPair", "RegisterImage", "DescribeAccountAttributes", "DescribeAvailabilityZones", "DescribeInstanceTypeOfferings",
			"DescribeInstanceTypes", "DescribeRegions", "DescribeTags", "AllocateAddress",
			"DisableImageBlockPublicAccess", "EnableImageBlockPublicAccess", "GetImageBlockPublicAccessState",
			"CreateLaunchTemplate", "CreatePlacementGroup", "GetInstanceMetadataDefaults", "ModifyInstanceMetadataDefaults",
			"CreateDefaultSubnet", "CreateDefaultVpc", "CreateDhcpOptions", "CreateInternetGateway", "CreateVpc", "DescribeAggregateIdFormat",
			"DescribeIdFormat", "DescribeIdentityIdFormat", "DescribePrincipalIdFormat", "ModifyIdFormat", "ModifyIdentityIdFormat",
			"ModifyInstanceCreditSpecification": // see TestForeignCredits
			continue
		}
		if !covered[a.Name] {
			t.Errorf("%s was not tried with another account's id", a.Name)
		}
	}
}

// nobodys is an id, or an address, of the same form that nobody has.
func nobodys(id string) string {
	if strings.Contains(id, ".") {
		return "198.51.100.250"
	}
	return id[:strings.LastIndex(id, "-")+1] + "0000000000000dead"
}

// Lists hold the caller's own.
func TestForeignListsAreEmpty(t *testing.T) {
	f := newCloud(t)
	ok(t, f.alice.query2("CreateKeyPair", args{"KeyName": "k", "KeyType": "ed25519"}))
	id := *f.alice.run(1).Instances[0].InstanceId
	ok(t, f.alice.query2("CreateTags", args{"ResourceId.1": id, "ResourceId.2": imageID, "Tag.1.Key": "secret-key", "Tag.1.Value": "secret-value"}))
	i := f.instance(id)
	for _, action := range []string{"DescribeInstances", "DescribeInstanceStatus", "DescribeImages", "DescribeKeyPairs", "DescribeNetworkInterfaces",
		"DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeSubnets", "DescribeTags", "DescribeVpcs",
		"DescribeRouteTables", "DescribeNetworkAcls", "DescribeInternetGateways", "DescribeDhcpOptions"} {
		body := string(f.bob.query(action, nil).body)
		for _, s := range []string{id, string(i.ENI), string(i.VPC), string(i.Subnet), string(i.Groups[0]), imageID, string(f.alice.account.ID), "secret-", ">k<"} {
			if strings.Contains(body, s) {
				t.Errorf("%s shows %s", action, s)
			}
		}
	}
}

// The tags of a public image are its owner's to see, and nobody else tags it.
func TestTagsOfPublicImages(t *testing.T) {
	f := newCloud(t)
	tags := args{"ResourceId.1": publicID, "Tag.1.Key": "secret", "Tag.1.Value": "x"}
	ok(t, f.bob.query2("CreateTags", tags))
	f.alice.refused("CreateTags", tags, "AuthFailure")
	f.alice.refused("DeregisterImage", args{"ImageId": publicID}, "AuthFailure")
	for _, a := range []args{nil, {"Filter.1.Name": "tag-key", "Filter.1.Value.1": "secret"}} {
		got := f.alice.query("DescribeImages", a)
		if strings.Contains(string(got.body), "secret") || (a != nil && strings.Contains(string(got.body), publicID)) {
			t.Errorf("%s", got.body)
		}
	}
	if got := f.bob.query("DescribeImages", args{"Filter.1.Name": "tag:secret", "Filter.1.Value.1": "x"}); !strings.Contains(string(got.body), publicID) {
		t.Errorf("%s", got.body)
	}
}

func TestGetCallerIdentity(t *testing.T) {
	f := newCloud(t)
	out, err := f.alice.sts.GetCallerIdentity(t.Context(), &sts.GetCallerIdentityInput{})
	ok(t, err)
	same(t, "account", string(f.alice.account.ID), aws.ToString(out.Account))
	same(t, "ARN", "arn:aws:iam::"+string(f.alice.account.ID)+":root", aws.ToString(out.Arn))
}
