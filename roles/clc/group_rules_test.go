package clc_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"ecc/cloud"
	"ecc/roles/clc"
	"ecc/rpc"
	"ecc/store"
)

// group reads a group's record.
func (f *fixture) group(id string) (g cloud.Group) {
	f.t.Helper()
	f.view(func(tx *store.Tx) { g, _ = tx.Groups().Get(cloud.GroupID(id)) })
	return g
}

// from is a permission for a group, all protocols.
func from(p types.UserIdGroupPair) []types.IpPermission {
	return []types.IpPermission{{IpProtocol: aws.String("-1"), UserIdGroupPairs: []types.UserIdGroupPair{p}}}
}

// Rules name groups by id, and in the default VPC by name. They reach the
// hosts of their group's instances, and hold the group they name.
func TestRulesNameGroups(t *testing.T) {
	f := newCloud(t)
	web, db := f.alice.newGroup("web"), f.alice.newGroup("db")
	owner := string(f.alice.account.ID)
	id := *f.alice.run(1, inZone(zoneA), func(in *sdk.RunInstancesInput) { in.SecurityGroupIds = []string{db} }).Instances[0].InstanceId
	f.intentOf(f.zone, id)
	allow := func(p types.UserIdGroupPair) error {
		_, err := f.alice.ec2.AuthorizeSecurityGroupIngress(t.Context(), &sdk.AuthorizeSecurityGroupIngressInput{GroupId: &db, IpPermissions: from(p)})
		return err
	}
	ok(t, allow(types.UserIdGroupPair{GroupName: aws.String("web"), UserId: &owner}))
	wantCode(t, allow(types.UserIdGroupPair{GroupId: &web}), "InvalidPermission.Duplicate")
	ok(t, allow(types.UserIdGroupPair{GroupId: &db})) // its own members
	same(t, "what the rule names", cloud.GroupID(web), f.group(db).Ingress[0].Group)
	for _, g := range must[rpc.ZoneIntent](t)(f.svc.WatchZone(t.Context(), zoneA, 0)).Groups {
		if string(g.ID) == db {
			same(t, "rules at the host", 2, len(g.Ingress))
		}
	}
	f.alice.refused("DeleteSecurityGroup", args{"GroupId": web}, "DependencyViolation")

	// As the SDKs' users do it: what Describe says is what Revoke takes.
	out := must[*sdk.DescribeSecurityGroupsOutput](t)(f.alice.ec2.DescribeSecurityGroups(t.Context(), &sdk.DescribeSecurityGroupsInput{
		Filters: []types.Filter{{Name: aws.String("ip-permission.group-name"), Values: []string{"web"}}}}))
	_, err := f.alice.ec2.RevokeSecurityGroupIngress(t.Context(), &sdk.RevokeSecurityGroupIngressInput{GroupId: &db, IpPermissions: out.SecurityGroups[0].IpPermissions})
	ok(t, err)
	same(t, "rules left", 0, len(f.group(db).Ingress))
	ok(t, f.alice.query2("DeleteSecurityGroup", args{"GroupId": web}))
	f.audit()
}

// Outside the default VPC groups go by their ids, and rules name groups of
// their own VPC only.
func TestGroupsOfAnotherVPC(t *testing.T) {
	f := newCloud(t)
	vpc := *must[*sdk.CreateVpcOutput](t)(f.alice.ec2.CreateVpc(t.Context(), &sdk.CreateVpcInput{CidrBlock: aws.String("10.9.0.0/16")})).Vpc.VpcId
	web := f.alice.newGroup("web")
	there := *must[*sdk.CreateSecurityGroupOutput](t)(f.alice.ec2.CreateSecurityGroup(t.Context(), &sdk.CreateSecurityGroupInput{
		GroupName: aws.String("web"), Description: aws.String("d"), VpcId: &vpc})).GroupId
	p := "IpPermissions.1."
	f.alice.refused("AuthorizeSecurityGroupIngress", args{"GroupId": there, p + "IpProtocol": "-1", p + "Groups.1.GroupName": "web"}, "InvalidParameterValue")
	f.alice.refused("AuthorizeSecurityGroupIngress", args{"GroupId": there, p + "IpProtocol": "-1", p + "Groups.1.GroupId": web}, "InvalidGroup.NotFound")
	ok(t, f.alice.query2("AuthorizeSecurityGroupIngress", args{"GroupId": there, p + "IpProtocol": "-1", p + "Groups.1.GroupId": there}))
	f.alice.refused("CreateNetworkInterface", args{"SubnetId": string(f.subnetOf(f.alice).ID), "SecurityGroupId.1": there}, "InvalidParameter")
	for v, want := range map[string]int{vpc: 2, string(f.subnetOf(f.alice).VPC): 2} {
		out := must[*sdk.GetSecurityGroupsForVpcOutput](t)(f.alice.ec2.GetSecurityGroupsForVpc(t.Context(), &sdk.GetSecurityGroupsForVpcInput{VpcId: &v}))
		same(t, "groups for "+v, want, len(out.SecurityGroupForVpcs))
	}
	f.audit()
}

// Rules for IPv6 are kept: no guest has IPv6, so they let nothing in or out.
// The limit counts them apart.
func TestIPv6Rules(t *testing.T) {
	f := newCloud(t, func(c *clc.Config) { c.Limits = map[cloud.Limit]int64{cloud.LimitRulesPerGroup: 2} })
	g := f.alice.newGroup("web")
	v6 := func(cidrs ...string) args {
		a := args{"GroupId": g, "IpPermissions.1.IpProtocol": "tcp", "IpPermissions.1.FromPort": "80", "IpPermissions.1.ToPort": "80"}
		for k, c := range cidrs {
			a["IpPermissions.1.Ipv6Ranges."+string(rune('1'+k))+".CidrIpv6"] = c
		}
		return a
	}
	ok(t, f.alice.query2("AuthorizeSecurityGroupEgress", v6("::/0", "2001:db8::1/32")))
	f.alice.refused("AuthorizeSecurityGroupEgress", v6("2001:db9::/32"), "RulesPerSecurityGroupLimitExceeded")
	f.alice.refused("AuthorizeSecurityGroupEgress", v6("::ffff:10.0.0.0/104"), "InvalidParameterValue")
	out := must[*sdk.DescribeSecurityGroupsOutput](t)(f.alice.ec2.DescribeSecurityGroups(t.Context(), &sdk.DescribeSecurityGroupsInput{
		Filters: []types.Filter{{Name: aws.String("egress.ip-permission.ipv6-cidr"), Values: []string{"2001:db8::/32"}}}}))
	same(t, "groups found", 1, len(out.SecurityGroups))
	ok(t, f.alice.query2("RevokeSecurityGroupEgress", v6("::/0", "2001:db8::/32")))
	same(t, "rules left", 1, len(f.group(g).Egress))
}

// A rule that is changed keeps its id and tags, and may not become another's
// double.
func TestModifyRules(t *testing.T) {
	f := newCloud(t)
	g := f.alice.newGroup("web")
	made := must[*sdk.AuthorizeSecurityGroupIngressOutput](t)(f.alice.ec2.AuthorizeSecurityGroupIngress(t.Context(), &sdk.AuthorizeSecurityGroupIngressInput{
		GroupId: &g, IpPermissions: []types.IpPermission{perm("tcp", 22, 22, "10.0.0.0/8", "192.0.2.0/24")}}))
	a, b := made.SecurityGroupRules[0].SecurityGroupRuleId, made.SecurityGroupRules[1].SecurityGroupRuleId
	change := func(id *string, cidr string) error {
		_, err := f.alice.ec2.ModifySecurityGroupRules(t.Context(), &sdk.ModifySecurityGroupRulesInput{GroupId: &g, SecurityGroupRules: []types.SecurityGroupRuleUpdate{{
			SecurityGroupRuleId: id, SecurityGroupRule: &types.SecurityGroupRuleRequest{IpProtocol: aws.String("tcp"), FromPort: aws.Int32(22), ToPort: aws.Int32(22), CidrIpv4: &cidr}}}})
		return err
	}
	wantCode(t, change(a, "192.0.2.0/24"), "InvalidPermission.Duplicate")
	ok(t, change(a, "10.0.0.0/8")) // what it is
	ok(t, change(a, "10.1.0.0/16"))
	rules := f.group(g).Ingress
	same(t, "ids", *a+" "+*b, string(rules[0].ID)+" "+string(rules[1].ID))
	same(t, "allowed", "10.1.0.0/16", rules[0].CIDR.String())
}

// Without a default VPC a group must say where it is.
func TestGroupWithoutDefaultVPC(t *testing.T) {
	f := newCloud(t)
	f.change(func(tx *store.Tx) error {
		v, _ := tx.VPCs().Get(f.subnetOf(f.alice).VPC)
		v.Default = false
		return tx.VPCs().Put(v)
	})
	f.alice.refused("CreateSecurityGroup", args{"GroupName": "x", "GroupDescription": "d"}, "VPCIdNotSpecified")
	f.alice.refused("DeleteSecurityGroup", args{"GroupName": "x"}, "InvalidGroup.NotFound")
}
