package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
)

// What clients read about instance profiles, to the letter.
func TestInstanceProfilesGolden(t *testing.T) {
	f := newCloud(t)
	tp, alice := newTape(f), f.alice
	profile := args{"InstanceProfileName": "Web"}
	alice.does("CreateRole", args{"RoleName": "web", "AssumeRolePolicyDocument": ec2Trust})
	alice.does("CreateRole", args{"RoleName": "other", "AssumeRolePolicyDocument": ec2Trust})
	tp.do(alice, "CreateInstanceProfile", profile.with(args{"Path": "/apps/", "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"}))
	tp.do(alice, "CreateInstanceProfile", args{"InstanceProfileName": "WEB"})
	tp.do(alice, "GetInstanceProfile", profile)
	tp.do(alice, "AddRoleToInstanceProfile", profile.with(args{"RoleName": "web"}))
	tp.do(alice, "AddRoleToInstanceProfile", profile.with(args{"RoleName": "other"}))
	tp.do(alice, "AddRoleToInstanceProfile", profile.with(args{"RoleName": "none"}))
	tp.do(alice, "GetInstanceProfile", profile)
	tp.do(alice, "GetInstanceProfile", args{"InstanceProfileName": "web"})
	tp.do(alice, "ListInstanceProfiles", nil)
	tp.do(alice, "ListInstanceProfiles", args{"PathPrefix": "/none/"})
	tp.do(alice, "ListInstanceProfilesForRole", args{"RoleName": "web"})
	tp.do(alice, "ListInstanceProfilesForRole", args{"RoleName": "none"})
	tp.do(alice, "TagInstanceProfile", profile.with(args{"Tags.member.1.Key": "cost", "Tags.member.1.Value": "7"}))
	tp.do(alice, "UntagInstanceProfile", profile.with(args{"TagKeys.member.1": "team"}))
	tp.do(alice, "ListInstanceProfileTags", profile)
	tp.do(alice, "DeleteInstanceProfile", profile)
	alice.refused("DeleteRole", args{"RoleName": "web"}, "DeleteConflict")
	tp.do(alice, "RemoveRoleFromInstanceProfile", profile.with(args{"RoleName": "other"}))
	tp.do(alice, "RemoveRoleFromInstanceProfile", profile.with(args{"RoleName": "web"}))
	tp.do(alice, "DeleteInstanceProfile", profile)
	tp.do(alice, "DeleteInstanceProfile", profile)
	alice.does("DeleteRole", args{"RoleName": "web"})
	tp.check()
}

// Profiles of others are not there.
func TestInstanceProfilesRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	f.bob.does("CreateInstanceProfile", args{"InstanceProfileName": "bobs"})
	for action, more := range map[string]args{"GetInstanceProfile": nil, "DeleteInstanceProfile": nil, "ListInstanceProfileTags": nil,
		"AddRoleToInstanceProfile": {"RoleName": "r"}, "RemoveRoleFromInstanceProfile": {"RoleName": "r"},
		"TagInstanceProfile": {"Tags.member.1.Key": "k", "Tags.member.1.Value": "v"}, "UntagInstanceProfile": {"TagKeys.member.1": "k"}} {
		absent, there := alice.query(action, more.with(args{"InstanceProfileName": "xxxx"})), alice.query(action, more.with(args{"InstanceProfileName": "bobs"}))
		if absent.code != "NoSuchEntity" || there.code != absent.code || there.msg != strings.ReplaceAll(absent.msg, "xxxx", "bobs") {
			t.Errorf("%s: of nobody's %q, of bob's %q", action, absent.msg, there.msg)
		}
	}
	alice.refused("CreateInstanceProfile", args{"InstanceProfileName": "a b"}, "ValidationError")
	alice.refused("CreateInstanceProfile", args{"InstanceProfileName": strings.Repeat("p", 129)}, "ValidationError")
	alice.refused("CreateInstanceProfile", args{"InstanceProfileName": "p", "Path": "//"}, "ValidationError")
}

// A tenant's SDK reads the role in a profile.
func TestInstanceProfilesBySDK(t *testing.T) {
	f := newCloud(t)
	ctx, client := t.Context(), f.alice.iam
	name := aws.String("web")
	must[*sdk.CreateRoleOutput](t)(client.CreateRole(ctx, &sdk.CreateRoleInput{RoleName: name, AssumeRolePolicyDocument: aws.String(ec2Trust)}))
	must[*sdk.CreateInstanceProfileOutput](t)(client.CreateInstanceProfile(ctx, &sdk.CreateInstanceProfileInput{InstanceProfileName: name}))
	must[*sdk.AddRoleToInstanceProfileOutput](t)(client.AddRoleToInstanceProfile(ctx, &sdk.AddRoleToInstanceProfileInput{InstanceProfileName: name, RoleName: name}))
	got := must[*sdk.ListInstanceProfilesForRoleOutput](t)(client.ListInstanceProfilesForRole(ctx, &sdk.ListInstanceProfilesForRoleInput{RoleName: name})).InstanceProfiles
	if len(got) != 1 || len(got[0].Roles) != 1 || *got[0].Roles[0].RoleName != *name || *got[0].Arn != "arn:aws:iam::"+string(f.alice.account.ID)+":instance-profile/web" {
		t.Errorf("%+v", got)
	}
}
