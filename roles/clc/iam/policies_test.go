package iam_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// What clients read about managed policies, to the letter.
func TestPoliciesGolden(t *testing.T) {
	f := newCloud(t)
	tp, alice := newTape(f), f.alice
	arn := args{"PolicyArn": "arn:aws:iam::" + string(alice.account.ID) + ":policy/teams/Stuff"}
	tp.do(alice, "CreatePolicy", args{"PolicyName": "Stuff", "Path": "/teams/", "Description": "of the team", "PolicyDocument": readStuff, "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"})
	tp.do(alice, "CreatePolicy", args{"PolicyName": "stuff", "PolicyDocument": readStuff})
	tp.do(alice, "CreatePolicy", args{"PolicyName": "bad", "PolicyDocument": ec2Trust})
	tp.do(alice, "GetPolicy", arn)
	tp.do(alice, "GetPolicy", args{"PolicyArn": readOnly})
	tp.do(alice, "GetPolicy", args{"PolicyArn": arn["PolicyArn"] + "s"})
	tp.do(alice, "CreatePolicyVersion", arn.with(args{"PolicyDocument": strings.ReplaceAll(readStuff, "Get*", "*"), "SetAsDefault": "true"}))
	tp.do(alice, "CreatePolicyVersion", arn.with(args{"PolicyDocument": strings.ReplaceAll(readStuff, "Get*", "List*")}))
	tp.do(alice, "CreatePolicyVersion", args{"PolicyArn": readOnly, "PolicyDocument": readStuff})
	tp.do(alice, "ListPolicyVersions", arn)
	tp.do(alice, "GetPolicyVersion", arn.with(args{"VersionId": "v3"}))
	tp.do(alice, "GetPolicyVersion", arn.with(args{"VersionId": "v4"}))
	tp.do(alice, "GetPolicyVersion", args{"PolicyArn": admin, "VersionId": "v1"})
	tp.do(alice, "SetDefaultPolicyVersion", arn.with(args{"VersionId": "v3"}))
	tp.do(alice, "DeletePolicyVersion", arn.with(args{"VersionId": "v3"}))
	tp.do(alice, "DeletePolicyVersion", arn.with(args{"VersionId": "v1"}))
	tp.do(alice, "TagPolicy", arn.with(args{"Tags.member.1.Key": "cost", "Tags.member.1.Value": "7"}))
	tp.do(alice, "UntagPolicy", arn.with(args{"TagKeys.member.1": "team"}))
	tp.do(alice, "ListPolicyTags", arn)
	alice.does("CreateRole", args{"RoleName": "r", "AssumeRolePolicyDocument": ec2Trust, "PermissionsBoundary": arn["PolicyArn"]})
	alice.does("CreateRole", args{"RoleName": "s", "AssumeRolePolicyDocument": ec2Trust})
	alice.does("AttachRolePolicy", arn.with(args{"RoleName": "s"}))
	tp.do(alice, "ListEntitiesForPolicy", arn)
	tp.do(alice, "ListEntitiesForPolicy", arn.with(args{"PolicyUsageFilter": "PermissionsBoundary"}))
	tp.do(alice, "ListEntitiesForPolicy", arn.with(args{"EntityFilter": "LocalManagedPolicy"}))
	tp.do(alice, "ListPolicies", args{"Scope": "Local"})
	tp.do(alice, "ListPolicies", args{"PathPrefix": "/job-function/"})
	tp.do(alice, "DeletePolicy", arn)
	alice.does("DeleteRole", args{"RoleName": "r"})
	alice.does("DetachRolePolicy", arn.with(args{"RoleName": "s"}))
	tp.do(alice, "DeletePolicy", arn)
	alice.does("DeletePolicyVersion", arn.with(args{"VersionId": "v2"}))
	tp.do(alice, "DeletePolicy", arn)
	tp.do(alice, "DeletePolicy", arn)
	tp.do(alice, "DeletePolicy", args{"PolicyArn": admin})
	tp.check()
}

// Bad input is refused.
func TestPoliciesRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	f.bob.does("CreatePolicy", args{"PolicyName": "bobs", "PolicyDocument": readStuff})
	good := args{"PolicyName": "p", "PolicyDocument": readStuff}
	long := func(n int) string {
		return strings.ReplaceAll(readStuff, `{"Effect"`, `{"Sid": "`+strings.Repeat("s", n-len(strings.ReplaceAll(readStuff, " ", ""))-len(`"Sid":"",`))+`", "Effect"`)
	}
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no name":               {args{"PolicyName": "-"}, "ValidationError"},
		"a name with a star":    {args{"PolicyName": "p*"}, "ValidationError"},
		"a path of one side":    {args{"Path": "/x"}, "ValidationError"},
		"a description in Thai": {args{"Description": "ไทย"}, "ValidationError"},
		"no document":           {args{"PolicyDocument": ""}, "ValidationError"},
		"no JSON":               {args{"PolicyDocument": "{"}, "MalformedPolicyDocument"},
		"a principal":           {args{"PolicyDocument": ec2Trust}, "MalformedPolicyDocument"},
		"an old version":        {args{"PolicyDocument": strings.ReplaceAll(readStuff, "2012-10-17", "2008-10-17")}, "MalformedPolicyDocument"},
		"an unknown operator":   {args{"PolicyDocument": strings.ReplaceAll(readStuff, `"*"}`, `"*", "Condition": {"StringMaybe": {"aws:x": "y"}}}`)}, "MalformedPolicyDocument"},
		"too long":              {args{"PolicyDocument": long(6145)}, "LimitExceeded"},
		"tag without key":       {args{"Tags.member.1.Value": "x"}, "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alice.query("CreatePolicy", good.with(c.change)); got.code != c.code {
				t.Errorf("%q (%s), want %q", got.code, got.msg, c.code)
			}
		})
	}
	alice.does("CreatePolicy", good.with(args{"PolicyDocument": long(6144)}))
	bobs := "arn:aws:iam::" + string(f.bob.account.ID) + ":policy/"
	for _, action := range []string{"GetPolicy", "DeletePolicy", "ListPolicyVersions", "ListPolicyTags", "ListEntitiesForPolicy"} {
		absent, there := alice.query(action, args{"PolicyArn": bobs + "xxxx"}), alice.query(action, args{"PolicyArn": bobs + "bobs"})
		if absent.code != "NoSuchEntity" || there.code != absent.code || there.msg != strings.ReplaceAll(absent.msg, "xxxx", "bobs") {
			t.Errorf("%s: of nobody's %q, of bob's %q", action, absent.msg, there.msg)
		}
		alice.refused(action, args{"PolicyArn": "arn:aws:iam::x:policy/bobs-of-x"}, "InvalidInput")
	}
	for _, action := range []string{"TagPolicy", "UntagPolicy"} {
		alice.refused(action, args{"PolicyArn": readOnly, "Tags.member.1.Key": "k", "Tags.member.1.Value": "v", "TagKeys.member.1": "k"}, "ValidationError")
	}
	alice.refused("UntagPolicy", args{"PolicyArn": readOnly, "TagKeys.member.1": "k"}, "AccessDenied")
}

// A policy has five versions at most, and numbers are not given twice.
func TestVersionsOfAPolicy(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	arn := args{"PolicyArn": "arn:aws:iam::" + string(alice.account.ID) + ":policy/p"}
	alice.does("CreatePolicy", args{"PolicyName": "p", "PolicyDocument": readStuff})
	for range 4 {
		alice.does("CreatePolicyVersion", arn.with(args{"PolicyDocument": readStuff}))
	}
	alice.refused("CreatePolicyVersion", arn.with(args{"PolicyDocument": readStuff}), "LimitExceeded")
	alice.refused("DeletePolicyVersion", arn.with(args{"VersionId": "v1"}), "DeleteConflict")
	alice.does("DeletePolicyVersion", arn.with(args{"VersionId": "v5"}))
	if got := alice.does("CreatePolicyVersion", arn.with(args{"PolicyDocument": readStuff})); !strings.Contains(string(got.body), "<VersionId>v6</VersionId>") {
		t.Errorf("%s", got.body)
	}
	var ids []string
	for p := sdk.NewListPolicyVersionsPaginator(alice.iam, &sdk.ListPolicyVersionsInput{PolicyArn: aws.String(arn["PolicyArn"]), MaxItems: aws.Int32(2)}); p.HasMorePages(); {
		for _, v := range must[*sdk.ListPolicyVersionsOutput](t)(p.NextPage(t.Context())).Versions {
			ids = append(ids, *v.VersionId)
		}
	}
	same(t, "versions", []string{"v6", "v4", "v3", "v2", "v1"}, ids)
}

// ListPolicies shows what it is asked for.
func TestListPolicies(t *testing.T) {
	f := newCloud(t)
	alice, ctx := f.alice, t.Context()
	own := "arn:aws:iam::" + string(alice.account.ID) + ":policy/"
	for i, path := range []string{"/", "/x/", "/x/y/"} {
		alice.does("CreatePolicy", args{"PolicyName": fmt.Sprintf("p%d", i), "Path": path, "PolicyDocument": readStuff})
	}
	alice.does("CreateRole", args{"RoleName": "r", "AssumeRolePolicyDocument": ec2Trust, "PermissionsBoundary": own + "x/p1"})
	alice.does("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": own + "p0"})
	alice.does("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": readOnly})
	for name, c := range map[string]struct {
		in   sdk.ListPoliciesInput
		want int
		has  string
	}{
		"all":                {sdk.ListPoliciesInput{}, 18, own + "x/y/p2"},
		"own":                {sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal}, 3, own + "p0"},
		"of AWS":             {sdk.ListPoliciesInput{Scope: types.PolicyScopeTypeAws}, 15, admin},
		"in a path":          {sdk.ListPoliciesInput{PathPrefix: aws.String("/x/")}, 2, own + "x/p1"},
		"attached":           {sdk.ListPoliciesInput{OnlyAttached: true}, 2, readOnly},
		"own, attached":      {sdk.ListPoliciesInput{OnlyAttached: true, Scope: types.PolicyScopeTypeLocal}, 1, own + "p0"},
		"for permissions":    {sdk.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsPolicy}, 2, readOnly},
		"for boundaries":     {sdk.ListPoliciesInput{PolicyUsageFilter: types.PolicyUsageTypePermissionsBoundary}, 1, own + "x/p1"},
		"by pages of twelve": {sdk.ListPoliciesInput{MaxItems: aws.Int32(12)}, 18, readOnly},
	} {
		found, all := false, 0
		for p := sdk.NewListPoliciesPaginator(alice.iam, &c.in); p.HasMorePages(); {
			for _, x := range must[*sdk.ListPoliciesOutput](t)(p.NextPage(ctx)).Policies {
				all, found = all+1, found || *x.Arn == c.has
			}
		}
		if all != c.want || !found {
			t.Errorf("%s: %d policies, want %d; %s among them: %v", name, all, c.want, c.has, found)
		}
	}
}

// A document comes back as it went in, percent-encoded.
func TestDocumentsComeBack(t *testing.T) {
	f := newCloud(t)
	doc := "{\n\t\"Version\": \"2012-10-17\",\n\t\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"arn:aws:s3:::b+/é~*(!')\"}]\n}"
	p := must[*sdk.CreatePolicyOutput](t)(f.alice.iam.CreatePolicy(t.Context(), &sdk.CreatePolicyInput{PolicyName: aws.String("p"), PolicyDocument: &doc})).Policy
	v := must[*sdk.GetPolicyVersionOutput](t)(f.alice.iam.GetPolicyVersion(t.Context(), &sdk.GetPolicyVersionInput{PolicyArn: p.Arn, VersionId: aws.String("v1")})).PolicyVersion
	same(t, "document", doc, must[string](t)(url.PathUnescape(*v.Document)))
	if strings.Trim(*v.Document, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%") != "" {
		t.Errorf("not encoded as RFC 3986 says: %s", *v.Document)
	}
}
