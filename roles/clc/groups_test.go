package clc_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/store"
)

// newGroup makes a group and returns its id.
func (tn *tenant) newGroup(name string) string {
	tn.f.t.Helper()
	return *must[*sdk.CreateSecurityGroupOutput](tn.f.t)(tn.ec2.CreateSecurityGroup(tn.f.t.Context(), &sdk.CreateSecurityGroupInput{
		GroupName: &name, Description: aws.String("a group")})).GroupId
}

// perm is one permission, IPv4.
func perm(protocol string, from, to int32, cidrs ...string) types.IpPermission {
	p := types.IpPermission{IpProtocol: &protocol, FromPort: &from, ToPort: &to}
	for _, c := range cidrs {
		p.IpRanges = append(p.IpRanges, types.IpRange{CidrIp: aws.String(c)})
	}
	return p
}

// What Terraform does to a new group: the rule that lets everything out is
// there, can be taken away, and the one for IPv6 is not there.
func TestNewGroupAsTerraformMakesIt(t *testing.T) {
	f := newCloud(t)
	g := f.alice.newGroup("web")
	revoke := func(p types.IpPermission) error {
		_, err := f.alice.ec2.RevokeSecurityGroupEgress(t.Context(), &sdk.RevokeSecurityGroupEgressInput{GroupId: &g, IpPermissions: []types.IpPermission{p}})
		return err
	}
	ok(t, revoke(perm("-1", 0, 0, "0.0.0.0/0")))
	wantCode(t, revoke(perm("-1", 0, 0, "0.0.0.0/0")), "InvalidPermission.NotFound")
	wantCode(t, revoke(types.IpPermission{IpProtocol: aws.String("-1"), FromPort: aws.Int32(0), ToPort: aws.Int32(0),
		Ipv6Ranges: []types.Ipv6Range{{CidrIpv6: aws.String("::/0")}}}), "InvalidPermission.NotFound")
	_, err := f.alice.ec2.AuthorizeSecurityGroupEgress(t.Context(), &sdk.AuthorizeSecurityGroupEgressInput{GroupId: &g,
		IpPermissions: []types.IpPermission{perm("tcp", 443, 443, "10.1.2.3/8")}})
	ok(t, err)
	out := must[*sdk.DescribeSecurityGroupsOutput](t)(f.alice.ec2.DescribeSecurityGroups(t.Context(), &sdk.DescribeSecurityGroupsInput{GroupIds: []string{g}}))
	same(t, "host bits are cut off", "10.0.0.0/8", *out.SecurityGroups[0].IpPermissionsEgress[0].IpRanges[0].CidrIp)
	nics := must[*sdk.DescribeNetworkInterfacesOutput](t)(f.alice.ec2.DescribeNetworkInterfaces(t.Context(), &sdk.DescribeNetworkInterfacesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{g}}}}))
	same(t, "lingering interfaces", 0, len(nics.NetworkInterfaces))
	ok(t, f.alice.query2("DeleteSecurityGroup", args{"GroupId": g}))
	f.alice.refused("DescribeSecurityGroups", args{"GroupId.1": g}, "InvalidGroup.NotFound")
}

// Rules are gathered by protocol and ports, and have ids and tags of their own.
func TestRules(t *testing.T) {
	f := newCloud(t)
	g := f.alice.newGroup("web")
	made := must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(f.alice.ec2.AuthorizeSecurityGroupIngress(t.Context(), &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &g, IpPermissions: []types.IpPermission{perm("tcp", 22, 22, "10.0.0.0/8", "192.0.2.0/24"), perm("icmp", -1, -1, "0.0.0.0/0"), perm("47", 0, 0, "0.0.0.0/0")},
		TagSpecifications: []types.TagSpecification{{ResourceType: types.ResourceTypeSecurityGroupRule, Tags: []types.Tag{{Key: aws.String("why"), Value: aws.String("ssh")}}}}}))
	same(t, "rules", 4, len(made.SecurityGroupRules))
	one := *made.SecurityGroupRules[0].SecurityGroupRuleId
	body := string(f.alice.query("DescribeSecurityGroups", args{"GroupId.1": g}).body)
	body = strings.ReplaceAll(body, g, "GROUP")
	golden(t, "security_group.xml", []byte(f.anonymous(body)))

	rules := must[*sdk.DescribeSecurityGroupRulesOutput](t)(f.alice.ec2.DescribeSecurityGroupRules(t.Context(), &sdk.DescribeSecurityGroupRulesInput{
		Filters: []types.Filter{{Name: aws.String("group-id"), Values: []string{g}}}}))
	same(t, "with the one that lets out", 5, len(rules.SecurityGroupRules))
	mine := must[*sdk.DescribeSecurityGroupRulesOutput](t)(f.alice.ec2.DescribeSecurityGroupRules(t.Context(), &sdk.DescribeSecurityGroupRulesInput{
		SecurityGroupRuleIds: []string{one}, Filters: []types.Filter{{Name: aws.String("tag:why"), Values: []string{"ssh"}}}}))
	same(t, "rule", "10.0.0.0/8", *mine.SecurityGroupRules[0].CidrIpv4)

	gone := must[*sdk.RevokeSecurityGroupIngressOutput](t)(f.alice.ec2.RevokeSecurityGroupIngress(t.Context(), &sdk.RevokeSecurityGroupIngressInput{
		GroupId: &g, SecurityGroupRuleIds: []string{one}}))
	same(t, "revoked", "10.0.0.0/8", *gone.RevokedSecurityGroupRules[0].CidrIpv4)
	f.alice.refused("DescribeSecurityGroupRules", args{"SecurityGroupRuleId.1": one}, "InvalidSecurityGroupRuleId.NotFound")
	f.view(func(tx *store.Tx) {
		if _, left := tx.TagSets().Get(one); left {
			t.Error("the rule's tags are left")
		}
	})
	ok(t, f.alice.query2("DeleteSecurityGroup", args{"GroupId": g}))
	f.view(func(tx *store.Tx) { same(t, "tags left", 0, tx.TagSets().Len()) })
}

func TestGroupRefusals(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Limits = map[cloud.Limit]int64{cloud.LimitRulesPerGroup: 9} })
	g := f.alice.newGroup("web")
	rule := args{"GroupId": g, "IpProtocol": "tcp", "FromPort": "22", "ToPort": "22", "CidrIp": "10.0.0.0/8"}
	ok(t, f.alice.query2("AuthorizeSecurityGroupIngress", rule))
	var def string
	f.view(func(tx *store.Tx) {
		for x := range tx.Groups().By(store.ByAccount, string(f.alice.account.ID)) {
			if x.Name == "default" {
				def = string(x.ID)
			}
		}
	})
	bobs := f.bob.newGroup("web")
	many := args{"GroupId": g}
	for k := range 9 {
		p := "IpPermissions.1."
		many[p+"IpProtocol"], many[p+"FromPort"], many[p+"ToPort"] = "udp", "1", "1"
		many[p+"IpRanges."+strconv.Itoa(k+1)+".CidrIp"] = "10.0." + strconv.Itoa(k) + ".0/24"
	}
	for name, c := range map[string]struct {
		action string
		a      args
		code   string
	}{
		"name taken":           {"CreateSecurityGroup", args{"GroupName": "web", "GroupDescription": "d"}, "InvalidGroup.Duplicate"},
		"reserved name":        {"CreateSecurityGroup", args{"GroupName": "default", "GroupDescription": "d"}, "InvalidParameterValue"},
		"name like an id":      {"CreateSecurityGroup", args{"GroupName": "sg-1", "GroupDescription": "d"}, "InvalidParameterValue"},
		"name with a newline":  {"CreateSecurityGroup", args{"GroupName": "a\nb", "GroupDescription": "d"}, "InvalidParameterValue"},
		"no description":       {"CreateSecurityGroup", args{"GroupName": "x"}, "MissingParameter"},
		"VPC malformed":        {"CreateSecurityGroup", args{"GroupName": "x", "GroupDescription": "d", "VpcId": "x"}, "InvalidVpcID.Malformed"},
		"default group":        {"DeleteSecurityGroup", args{"GroupId": def}, "CannotDelete"},
		"no group":             {"DeleteSecurityGroup", nil, "MissingParameter"},
		"malformed":            {"DeleteSecurityGroup", args{"GroupId": "sg-"}, "InvalidGroupId.Malformed"},
		"name not there":       {"DeleteSecurityGroup", args{"GroupName": "none"}, "InvalidGroup.NotFound"},
		"rule there":           {"AuthorizeSecurityGroupIngress", rule, "InvalidPermission.Duplicate"},
		"too many rules":       {"AuthorizeSecurityGroupIngress", many, "RulesPerSecurityGroupLimitExceeded"},
		"nothing to allow":     {"AuthorizeSecurityGroupIngress", args{"GroupId": g}, "MissingParameter"},
		"nothing to revoke":    {"RevokeSecurityGroupIngress", args{"GroupId": g}, "MissingParameter"},
		"group as source":      {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "SourceSecurityGroupName": "none"}, "InvalidGroup.NotFound"},
		"no protocol":          {"AuthorizeSecurityGroupIngress", rule.with(args{"IpProtocol": "-"}), "MissingParameter"},
		"unknown protocol":     {"AuthorizeSecurityGroupIngress", rule.with(args{"IpProtocol": "tpc"}), "InvalidParameterValue"},
		"ports reversed":       {"AuthorizeSecurityGroupIngress", rule.with(args{"FromPort": "23"}), "InvalidParameterValue"},
		"port too large":       {"AuthorizeSecurityGroupIngress", rule.with(args{"ToPort": "65536"}), "InvalidParameterValue"},
		"no ports":             {"AuthorizeSecurityGroupIngress", rule.with(args{"ToPort": "-"}), "InvalidParameterValue"},
		"no CIDR":              {"AuthorizeSecurityGroupIngress", rule.with(args{"CidrIp": "10.0.0.0"}), "InvalidParameterValue"},
		"both forms":           {"AuthorizeSecurityGroupIngress", rule.with(args{"IpPermissions.1.IpProtocol": "tcp"}), "InvalidParameterCombination"},
		"IPv6 as IPv4":         {"AuthorizeSecurityGroupIngress", rule.with(args{"CidrIp": "::/0"}), "InvalidParameterValue"},
		"twice in one call":    {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8", "IpPermissions.1.IpRanges.2.CidrIp": "10.1.0.0/8"}, "InvalidParameterValue"},
		"prefix list":          {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.PrefixListIds.1.PrefixListId": "pl-00000000000000000"}, "InvalidPrefixListID.NotFound"},
		"malformed prefixes":   {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.PrefixListIds.1.PrefixListId": "x"}, "InvalidPrefixListId.Malformed"},
		"source and CIDR":      {"AuthorizeSecurityGroupIngress", rule.with(args{"SourceSecurityGroupName": "web"}), "InvalidParameterCombination"},
		"source's owner only":  {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "SourceSecurityGroupOwnerId": "123456789012"}, "MissingParameter"},
		"unknown group":        {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": "sg-00000000000000000"}, "InvalidGroup.NotFound"},
		"malformed group":      {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": "web"}, "InvalidGroupId.Malformed"},
		"nobody's group":       {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.UserId": "123456789012"}, "MissingParameter"},
		"owner is another":     {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": def, "IpPermissions.1.Groups.1.UserId": "123456789012"}, "InvalidGroup.NotFound"},
		"another's group":      {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": bobs, "IpPermissions.1.Groups.1.UserId": string(f.bob.account.ID)}, "InvalidGroup.NotFound"},
		"peering":              {"AuthorizeSecurityGroupIngress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "-1", "IpPermissions.1.Groups.1.GroupId": def, "IpPermissions.1.Groups.1.VpcPeeringConnectionId": "pcx-1"}, "UnsupportedOperation"},
		"rules in both ways":   {"RevokeSecurityGroupIngress", rule.with(args{"SecurityGroupRuleId.1": "sgr-00000000000000000"}), "InvalidParameterCombination"},
		"no rule to change":    {"ModifySecurityGroupRules", args{"GroupId": g, "SecurityGroupRule.1.SecurityGroupRuleId": "sgr-00000000000000000"}, "MissingParameter"},
		"unknown rule":         {"ModifySecurityGroupRules", args{"GroupId": g, "SecurityGroupRule.1.SecurityGroupRuleId": "sgr-00000000000000000", "SecurityGroupRule.1.SecurityGroupRule.IpProtocol": "-1", "SecurityGroupRule.1.SecurityGroupRule.CidrIpv4": "10.0.0.0/8"}, "InvalidSecurityGroupRuleId.NotFound"},
		"two peers":            {"ModifySecurityGroupRules", args{"GroupId": g, "SecurityGroupRule.1.SecurityGroupRuleId": "sgr-00000000000000000", "SecurityGroupRule.1.SecurityGroupRule.IpProtocol": "-1", "SecurityGroupRule.1.SecurityGroupRule.CidrIpv4": "10.0.0.0/8", "SecurityGroupRule.1.SecurityGroupRule.CidrIpv6": "::/0"}, "InvalidParameterCombination"},
		"nothing described":    {"UpdateSecurityGroupRuleDescriptionsIngress", args{"GroupId": g}, "MissingParameter"},
		"described unknown":    {"UpdateSecurityGroupRuleDescriptionsIngress", args{"GroupId": g, "SecurityGroupRuleDescription.1.SecurityGroupRuleId": "sgr-00000000000000000"}, "InvalidSecurityGroupRuleId.NotFound"},
		"described not there":  {"UpdateSecurityGroupRuleDescriptionsEgress", args{"GroupId": g, "IpPermissions.1.IpProtocol": "47", "IpPermissions.1.IpRanges.1.CidrIp": "10.0.0.0/8"}, "InvalidPermission.NotFound"},
		"bad description":      {"UpdateSecurityGroupRuleDescriptionsIngress", args{"GroupId": g, "SecurityGroupRuleDescription.1.SecurityGroupRuleId": "sgr-00000000000000000", "SecurityGroupRuleDescription.1.Description": "<x>"}, "InvalidParameterValue"},
		"tags of another kind": {"AuthorizeSecurityGroupIngress", rule.with(args{"FromPort": "1", "TagSpecification.1.ResourceType": "instance", "TagSpecification.1.Tag.1.Key": "k"}), "InvalidParameterValue"},
		"rule's id malformed":  {"RevokeSecurityGroupIngress", args{"GroupId": g, "SecurityGroupRuleId.1": "x"}, "InvalidSecurityGroupRuleId.Malformed"},
		"rule's id unknown":    {"RevokeSecurityGroupIngress", args{"GroupId": g, "SecurityGroupRuleId.1": "sgr-00000000000000000"}, "InvalidSecurityGroupRuleId.NotFound"},
		"rule not there":       {"RevokeSecurityGroupIngress", rule.with(args{"FromPort": "21"}), "InvalidPermission.NotFound"},
		"wrong direction":      {"RevokeSecurityGroupEgress", rule, "InvalidPermission.NotFound"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := f.alice.query(c.action, c.a); got.code != c.code {
				t.Errorf("%d %q (%s), want %q", got.status, got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) {
		x, _ := tx.Groups().Get(cloud.GroupID(g))
		same(t, "rules in", 1, len(x.Ingress))
		same(t, "rules out", 1, len(x.Egress))
	})
	id := *f.alice.run(1, func(in *sdk.RunInstancesInput) { in.SecurityGroups = []string{"web"} }).Instances[0].InstanceId
	f.alice.refused("DeleteSecurityGroup", args{"GroupName": "web"}, "DependencyViolation")
	must[string](t)(f.alice.terminate(id))
	f.zone.follow()
	f.zoneB.follow()
	ok(t, f.alice.query2("DeleteSecurityGroup", args{"GroupName": "web"}))
}
