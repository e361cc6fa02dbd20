package iam_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecc/store"
)

const (
	ec2Trust  = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}`
	readOnly  = "arn:aws:iam::aws:policy/ReadOnlyAccess"
	admin     = "arn:aws:iam::aws:policy/AdministratorAccess"
	readStuff = `{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}`
)

// What clients read about roles, to the letter.
func TestRolesGolden(t *testing.T) {
	f := newCloud(t)
	tp, alice := newTape(f), f.alice
	role := args{"RoleName": "Web"}
	tp.do(alice, "CreateRole", role.with(args{"AssumeRolePolicyDocument": ec2Trust, "Path": "/apps/", "Description": "of the web's servers", "MaxSessionDuration": "7200",
		"PermissionsBoundary": admin, "Tags.member.1.Key": "team", "Tags.member.1.Value": "red"}))
	tp.do(alice, "CreateRole", args{"RoleName": "web", "AssumeRolePolicyDocument": ec2Trust})
	alice.does("CreateRole", args{"RoleName": "batch", "AssumeRolePolicyDocument": ec2Trust})
	tp.do(alice, "GetRole", role)
	tp.do(alice, "GetRole", args{"RoleName": "WEB"})
	tp.do(alice, "ListRoles", nil)
	tp.do(alice, "ListRoles", args{"PathPrefix": "/apps/", "MaxItems": "1"})
	tp.do(alice, "UpdateRole", role.with(args{"MaxSessionDuration": "3600", "Description": ""}))
	tp.do(alice, "UpdateRoleDescription", role.with(args{"Description": "of the web"}))
	tp.do(alice, "UpdateAssumeRolePolicy", role.with(args{"PolicyDocument": strings.ReplaceAll(ec2Trust, "ec2.", "ssm.")}))
	tp.do(alice, "DeleteRolePermissionsBoundary", role)
	tp.do(alice, "PutRolePermissionsBoundary", role.with(args{"PermissionsBoundary": readOnly}))
	tp.do(alice, "TagRole", role.with(args{"Tags.member.1.Key": "Team", "Tags.member.1.Value": "", "Tags.member.2.Key": "cost", "Tags.member.2.Value": "7"}))
	tp.do(alice, "UntagRole", role.with(args{"TagKeys.member.1": "COST", "TagKeys.member.2": "none"}))
	tp.do(alice, "ListRoleTags", role)
	tp.do(alice, "PutRolePolicy", role.with(args{"PolicyName": "stuff", "PolicyDocument": readStuff}))
	tp.do(alice, "GetRolePolicy", role.with(args{"PolicyName": "stuff"}))
	tp.do(alice, "GetRolePolicy", role.with(args{"PolicyName": "other"}))
	tp.do(alice, "ListRolePolicies", role)
	tp.do(alice, "AttachRolePolicy", role.with(args{"PolicyArn": readOnly}))
	tp.do(alice, "ListAttachedRolePolicies", role)
	tp.do(alice, "ListAttachedRolePolicies", role.with(args{"PathPrefix": "/job-function/"}))
	tp.do(alice, "DeleteRole", role)
	tp.do(alice, "DetachRolePolicy", role.with(args{"PolicyArn": readOnly}))
	tp.do(alice, "DetachRolePolicy", role.with(args{"PolicyArn": readOnly}))
	tp.do(alice, "DeleteRole", role)
	tp.do(alice, "DeleteRolePolicy", role.with(args{"PolicyName": "stuff"}))
	tp.do(alice, "DeleteRole", role)
	tp.do(alice, "DeleteRole", role)
	tp.check()
}

// Bad input is refused, and nothing comes of it.
func TestRolesRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	f.bob.does("CreateRole", args{"RoleName": "bobs", "AssumeRolePolicyDocument": ec2Trust})
	role := args{"RoleName": "r", "AssumeRolePolicyDocument": ec2Trust}
	trust := func(principal string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":` + principal + `,"Action":"sts:AssumeRole"}]}`
	}
	bob := string(f.bob.account.ID)
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no name":                {args{"RoleName": "-"}, "ValidationError"},
		"long name":              {args{"RoleName": strings.Repeat("r", 65)}, "ValidationError"},
		"slash in the name":      {args{"RoleName": "a/b"}, "ValidationError"},
		"path without slashes":   {args{"Path": "apps"}, "ValidationError"},
		"short sessions":         {args{"MaxSessionDuration": "3599"}, "ValidationError"},
		"no trust":               {args{"AssumeRolePolicyDocument": "-"}, "ValidationError"},
		"trust that is no JSON":  {args{"AssumeRolePolicyDocument": "x"}, "MalformedPolicyDocument"},
		"trust of nobody":        {args{"AssumeRolePolicyDocument": readStuff}, "MalformedPolicyDocument"},
		"trust in a resource":    {args{"AssumeRolePolicyDocument": strings.ReplaceAll(ec2Trust, `"Action"`, `"Resource":"*","Action"`)}, "MalformedPolicyDocument"},
		"trust of S3":            {args{"AssumeRolePolicyDocument": strings.ReplaceAll(ec2Trust, "sts:AssumeRole", "s3:GetObject")}, "MalformedPolicyDocument"},
		"trust too long":         {args{"AssumeRolePolicyDocument": strings.ReplaceAll(ec2Trust, "[{", `[{"Sid":"`+strings.Repeat("s", 2048)+`",`)}, "LimitExceeded"},
		"trust in Greek":         {args{"AssumeRolePolicyDocument": strings.ReplaceAll(ec2Trust, "[{", `[{"Sid":"α",`)}, "ValidationError"},
		"unknown account":        {args{"AssumeRolePolicyDocument": trust(`{"AWS":"999999999999"}`)}, "MalformedPolicyDocument"},
		"unknown user":           {args{"AssumeRolePolicyDocument": trust(`{"AWS":"arn:aws:iam::` + bob + `:user/nobody"}`)}, "MalformedPolicyDocument"},
		"a role of another path": {args{"AssumeRolePolicyDocument": trust(`{"AWS":"arn:aws:iam::` + bob + `:role/x/bobs"}`)}, "MalformedPolicyDocument"},
		"service of nobody":      {args{"AssumeRolePolicyDocument": trust(`{"Service":"evil.example.com"}`)}, "MalformedPolicyDocument"},
		"boundary that is none":  {args{"PermissionsBoundary": "arn:aws:iam::aws:policy/NoSuchPolicy"}, "NoSuchEntity"},
		"boundary by name":       {args{"PermissionsBoundary": "AdministratorAccess-of-mine"}, "InvalidInput"},
		"boundary of bob's":      {args{"PermissionsBoundary": "arn:aws:iam::" + bob + ":policy/bobs"}, "NoSuchEntity"},
		"tag of AWS":             {args{"Tags.member.1.Key": "aws:x", "Tags.member.1.Value": "y"}, "InvalidInput"},
		"tag twice":              {args{"Tags.member.1.Key": "x", "Tags.member.1.Value": "y", "Tags.member.2.Key": "X", "Tags.member.2.Value": "y"}, "InvalidInput"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alice.query("CreateRole", role.with(c.change)); got.code != c.code {
				t.Errorf("%q (%s), want %q", got.code, got.msg, c.code)
			}
		})
	}
	f.view(func(tx *store.Tx) {
		for r := range tx.Roles().By(store.ByAccount, string(alice.account.ID)) {
			t.Errorf("there is the role %s", r.Name)
		}
	})
	for i, who := range []string{`{"AWS":"` + bob + `"}`, `{"AWS":"arn:aws:iam::` + bob + `:root"}`, `{"AWS":"arn:aws:iam::` + bob + `:role/bobs"}`,
		`{"AWS":"arn:aws:sts::` + bob + `:assumed-role/bobs/session"}`, `{"AWS":"*"}`, `{"Federated":"accounts.google.com"}`} {
		alice.does("CreateRole", args{"RoleName": fmt.Sprintf("r%d", i), "AssumeRolePolicyDocument": trust(who)})
	}
	for _, action := range []string{"GetRole", "DeleteRole", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags", "DeleteRolePermissionsBoundary"} {
		absent, bobs := alice.query(action, args{"RoleName": "xxxx"}), alice.query(action, args{"RoleName": "bobs"})
		if absent.code != "NoSuchEntity" || bobs.code != absent.code || bobs.msg != strings.ReplaceAll(absent.msg, "xxxx", "bobs") {
			t.Errorf("%s: of nobody's %q, of bob's %q", action, absent.msg, bobs.msg)
		}
	}
}

// Policies of a role have limits: ten managed ones, 10,240 characters of inline
// ones, spaces aside.
func TestPoliciesOfARoleAreLimited(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	alice.does("CreateRole", args{"RoleName": "r", "AssumeRolePolicyDocument": ec2Trust})
	doc := func(size int) string {
		const frame = `{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Deny","Action":"*","Resource":"*"}]}`
		return strings.ReplaceAll(frame, `"Sid":""`, `"Sid":"`+strings.Repeat("x", size-len(frame))+`"`) + strings.Repeat(" ", 3000)
	}
	put := func(name string, size int) answer {
		return alice.query("PutRolePolicy", args{"RoleName": "r", "PolicyName": name, "PolicyDocument": doc(size)})
	}
	for _, c := range []struct {
		name string
		size int
		code string
	}{{"a", 10_241, "LimitExceeded"}, {"a", 6000, ""}, {"b", 4241, "LimitExceeded"}, {"b", 4240, ""}, {"a", 6001, "LimitExceeded"}, {"a", 100, ""}} {
		if got := put(c.name, c.size); got.code != c.code {
			t.Errorf("%s of %d characters: %q (%s), want %q", c.name, c.size, got.code, got.msg, c.code)
		}
	}
	arns := []string{readOnly, admin}
	for _, name := range []string{"PowerUserAccess", "SecurityAudit", "IAMFullAccess", "IAMReadOnlyAccess", "AmazonEC2FullAccess", "AmazonS3FullAccess",
		"AmazonVPCFullAccess", "AmazonS3ReadOnlyAccess"} {
		arns = append(arns, "arn:aws:iam::aws:policy/"+name)
	}
	for _, arn := range arns {
		alice.does("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": arn})
	}
	alice.does("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": admin}) // again
	alice.refused("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/AmazonVPCReadOnlyAccess"}, "LimitExceeded")
	alice.refused("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": "arn:aws:iam::aws:policy/NoSuchPolicy"}, "NoSuchEntity")
	alice.refused("AttachRolePolicy", args{"RoleName": "r", "PolicyArn": "AmazonVPCReadOnlyAccess"}, "InvalidInput")
	alice.refused("DetachRolePolicy", args{"RoleName": "r", "PolicyArn": "AmazonVPCReadOnlyAccess"}, "InvalidInput")
}

// A tenant's SDK makes, reads, pages and removes roles.
func TestRolesBySDK(t *testing.T) {
	f := newCloud(t)
	ctx, client := t.Context(), f.alice.iam
	for _, name := range []string{"a", "b", "c"} {
		must[*sdk.CreateRoleOutput](t)(client.CreateRole(ctx, &sdk.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(ec2Trust),
			Description: aws.String(""), Tags: []types.Tag{{Key: aws.String("k"), Value: aws.String("")}}}))
	}
	got := must[*sdk.GetRoleOutput](t)(client.GetRole(ctx, &sdk.GetRoleInput{RoleName: aws.String("b")})).Role
	same(t, "ARN", "arn:aws:iam::"+string(f.alice.account.ID)+":role/b", *got.Arn)
	same(t, "created", begin, got.CreateDate.UTC())
	if got.RoleLastUsed == nil || got.RoleLastUsed.LastUsedDate != nil || len(got.Tags) != 1 || *got.MaxSessionDuration != 3600 {
		t.Errorf("%+v", got)
	}
	doc := must[string](t)(url.PathUnescape(*got.AssumeRolePolicyDocument))
	if same(t, "trust", ec2Trust, doc); !json.Valid([]byte(doc)) {
		t.Errorf("no JSON: %s", doc)
	}
	var names []string
	for p := sdk.NewListRolesPaginator(client, &sdk.ListRolesInput{MaxItems: aws.Int32(1)}); p.HasMorePages(); {
		for _, r := range must[*sdk.ListRolesOutput](t)(p.NextPage(ctx)).Roles {
			names = append(names, *r.RoleName)
		}
	}
	same(t, "pages", []string{"a", "b", "c"}, names)
	must[*sdk.UpdateRoleOutput](t)(client.UpdateRole(ctx, &sdk.UpdateRoleInput{RoleName: aws.String("a"), MaxSessionDuration: aws.Int32(43200)}))
	must[*sdk.DeleteRoleOutput](t)(client.DeleteRole(ctx, &sdk.DeleteRoleInput{RoleName: aws.String("a")}))
	_, err := client.GetRole(ctx, &sdk.GetRoleInput{RoleName: aws.String("a")})
	wantCode(t, err, "NoSuchEntity")
}
