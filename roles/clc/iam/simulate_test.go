package iam_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"ecc/store"
)

// statement is a policy of one statement; more is further elements of it.
func statement(effect, action, resource string, more ...string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":%q,"Action":%q,"Resource":%q%s}]}`, effect, action, resource, strings.Join(more, ""))
}

// What clients read about simulations, to the letter.
func TestSimulationsGolden(t *testing.T) {
	f := newCloud(t)
	tp, alice := newTape(f), f.alice
	account := string(alice.account.ID)
	alice.does("CreateUser", args{"UserName": "ann", "PermissionsBoundary": "arn:aws:iam::aws:policy/AmazonEC2FullAccess"})
	alice.does("CreateGroup", args{"GroupName": "devs"})
	alice.does("AddUserToGroup", args{"GroupName": "devs", "UserName": "ann"})
	alice.does("PutUserPolicy", args{"UserName": "ann", "PolicyName": "own", "PolicyDocument": statement("Allow", "ec2:*", "*")})
	alice.does("PutGroupPolicy", args{"GroupName": "devs", "PolicyName": "no", "PolicyDocument": statement("Deny", "ec2:Terminate*", "*")})
	alice.does("AttachGroupPolicy", args{"GroupName": "devs", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})
	ann := args{"PolicySourceArn": "arn:aws:iam::" + account + ":user/ann"}
	tp.do(alice, "SimulatePrincipalPolicy", ann.with(args{"ActionNames.member.1": "ec2:RunInstances", "ActionNames.member.2": "ec2:TerminateInstances", "ActionNames.member.3": "s3:GetObject"}))
	tp.do(alice, "SimulatePrincipalPolicy", args{"PolicySourceArn": "arn:aws:iam::" + account + ":user/bea", "ActionNames.member.1": "ec2:RunInstances"})
	tp.do(alice, "SimulateCustomPolicy", args{"PolicyInputList.member.1": "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\"Effect\": \"Allow\", \"Action\": \"s3:*\", \"Resource\": \"arn:aws:s3:::b/${aws:username}/*\",\n     \"Condition\": {\"Bool\": {\"aws:SecureTransport\": true}}}\n  ]\n}",
		"ActionNames.member.1": "s3:GetObject", "ActionNames.member.2": "ec2:RunInstances", "ResourceArns.member.1": "arn:aws:s3:::b/ann/x", "ResourceArns.member.2": "arn:aws:s3:::b/bea/x",
		"ContextEntries.member.1.ContextKeyName": "aws:UserName", "ContextEntries.member.1.ContextKeyType": "string", "ContextEntries.member.1.ContextKeyValues.member.1": "ann", "MaxItems": "3"})
	tp.do(alice, "SimulateCustomPolicy", args{"PolicyInputList.member.1": "{", "ActionNames.member.1": "s3:GetObject"})
	tp.do(alice, "GetContextKeysForCustomPolicy", args{"PolicyInputList.member.1": statement("Allow", "s3:*", "arn:aws:s3:::${aws:username}", `,"Condition":{"Bool":{"aws:SecureTransport":"true"}}`),
		"PolicyInputList.member.2": statement("Deny", "s3:*", "*", `,"Condition":{"StringLike":{"aws:PrincipalTag/Team":"x","AWS:USERNAME":"y"}}`)})
	alice.does("PutUserPolicy", args{"UserName": "ann", "PolicyName": "own", "PolicyDocument": statement("Allow", "s3:*", "*", `,"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}`)})
	tp.do(alice, "GetContextKeysForPrincipalPolicy", ann)
	tp.check()
}

// TestSimulate walks what is decided, and why.
func TestSimulate(t *testing.T) {
	f := newCloud(t)
	ctx, client := t.Context(), f.alice.iam
	account, other := string(f.alice.account.ID), string(f.bob.account.ID)
	ann := "arn:aws:iam::" + account + ":user/ann"
	bucket := func(effect, principal string) *string {
		return aws.String(fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Principal":{"AWS":%q},"Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}}`, effect, principal))
	}
	type input = sdk.SimulateCustomPolicyInput
	all, none := statement("Allow", "s3:*", "*"), statement("Allow", "ec2:*", "*")
	for name, c := range map[string]struct {
		in      input
		want    string // the decision
		matched string // ids of the statements' policies
		missing string
	}{
		"allowed":             {input{PolicyInputList: []string{all}}, "allowed", "PolicyInputList.1", ""},
		"not allowed":         {input{PolicyInputList: []string{none}}, "implicitDeny", "", ""},
		"by several":          {input{PolicyInputList: []string{all, none, all}}, "allowed", "PolicyInputList.1 PolicyInputList.3", ""},
		"denied":              {input{PolicyInputList: []string{all, statement("Deny", "s3:Get*", "*")}}, "explicitDeny", "PolicyInputList.2", ""},
		"of another resource": {input{PolicyInputList: []string{statement("Allow", "s3:*", "arn:aws:s3:::c/*")}}, "implicitDeny", "", ""},
		"in a boundary":       {input{PolicyInputList: []string{all}, PermissionsBoundaryPolicyInputList: []string{all}}, "allowed", "PolicyInputList.1", ""},
		"outside a boundary":  {input{PolicyInputList: []string{all}, PermissionsBoundaryPolicyInputList: []string{none}}, "implicitDeny", "PolicyInputList.1", ""},
		"by a boundary alone": {input{PolicyInputList: []string{none}, PermissionsBoundaryPolicyInputList: []string{all}}, "implicitDeny", "", ""},
		"denied by a boundary": {input{PolicyInputList: []string{all}, PermissionsBoundaryPolicyInputList: []string{statement("Deny", "*", "*")}}, "explicitDeny",
			"PermissionsBoundaryPolicyInputList.1", ""},
		"a missing key": {input{PolicyInputList: []string{statement("Allow", "s3:*", "*", `,"Condition":{"StringEquals":{"s3:prefix":"x"}}`)}}, "implicitDeny", "", "s3:prefix"},
		"a missing key of a denial": {input{PolicyInputList: []string{all, statement("Deny", "s3:*", "*", `,"Condition":{"StringNotEquals":{"s3:prefix":"x"}}`)}}, "explicitDeny",
			"PolicyInputList.2", "s3:prefix"},
		"a missing key of another action": {input{PolicyInputList: []string{all, statement("Deny", "ec2:*", "*", `,"Condition":{"StringEquals":{"ec2:Vpc":"x"}}`)}}, "allowed", "PolicyInputList.1", ""},
		"a key nobody has":                {input{PolicyInputList: []string{all, statement("Deny", "s3:*", "*", `,"Condition":{"StringEquals":{"x:y":"x"}}`)}}, "explicitDeny", "PolicyInputList.2", "x:y"},
		"a key that fits": {input{PolicyInputList: []string{statement("Allow", "s3:*", "*", `,"Condition":{"NumericLessThan":{"s3:max-keys":"10"}}`)},
			ContextEntries: []types.ContextEntry{{ContextKeyName: aws.String("S3:Max-Keys"), ContextKeyType: types.ContextKeyTypeEnumNumeric, ContextKeyValues: []string{"9"}}}}, "allowed", "PolicyInputList.1", ""},
		"a key that does not": {input{PolicyInputList: []string{statement("Allow", "s3:*", "*", `,"Condition":{"NumericLessThan":{"s3:max-keys":"10"}}`)},
			ContextEntries: []types.ContextEntry{{ContextKeyName: aws.String("s3:max-keys"), ContextKeyType: types.ContextKeyTypeEnumNumeric, ContextKeyValues: []string{"10"}}}}, "implicitDeny", "", ""},
		"the time":          {input{PolicyInputList: []string{statement("Allow", "s3:*", "*", `,"Condition":{"DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"}}`)}}, "allowed", "PolicyInputList.1", ""},
		"a bucket's policy": {input{PolicyInputList: []string{none}, ResourcePolicy: bucket("Allow", ann), CallerArn: &ann}, "allowed", "ResourcePolicy", ""},
		"a bucket's denial": {input{PolicyInputList: []string{all}, ResourcePolicy: bucket("Deny", account), CallerArn: &ann}, "explicitDeny", "ResourcePolicy", ""},
		"for somebody else": {input{PolicyInputList: []string{none}, ResourcePolicy: bucket("Allow", "arn:aws:iam::"+account+":user/bea"), CallerArn: &ann}, "implicitDeny", "", ""},
		"another account's": {input{PolicyInputList: []string{all}, ResourcePolicy: bucket("Allow", ann), CallerArn: &ann, ResourceOwner: aws.String("arn:aws:iam::" + other + ":root")}, "allowed", "ResourcePolicy PolicyInputList.1", ""},
		"another account's, alone": {input{PolicyInputList: []string{all}, ResourcePolicy: bucket("Allow", "arn:aws:iam::"+account+":user/bea"), CallerArn: &ann,
			ResourceOwner: aws.String("arn:aws:iam::" + other + ":root")}, "implicitDeny", "PolicyInputList.1", ""},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.ActionNames, c.in.ResourceArns = []string{"s3:GetObject"}, []string{"arn:aws:s3:::b/k"}
			got := must[*sdk.SimulateCustomPolicyOutput](t)(client.SimulateCustomPolicy(ctx, &c.in)).EvaluationResults
			if len(got) != 1 || *got[0].EvalActionName != "s3:GetObject" || *got[0].EvalResourceName != "arn:aws:s3:::b/k" || len(got[0].ResourceSpecificResults) != 1 {
				t.Fatalf("%+v", got)
			}
			var ids []string
			for _, m := range got[0].MatchedStatements {
				ids = append(ids, *m.SourcePolicyId)
			}
			same(t, "decision", c.want, string(got[0].EvalDecision))
			same(t, "statements", c.matched, strings.Join(ids, " "))
			same(t, "missing", c.missing, strings.Join(got[0].MissingContextValues, " "))
		})
	}
}

// Bad input is refused.
func TestSimulateRefused(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	account := string(alice.account.ID)
	custom := args{"PolicyInputList.member.1": readStuff, "ActionNames.member.1": "s3:GetObject"}
	for name, c := range map[string]struct {
		change args
		code   string
	}{
		"no policy":                 {args{"PolicyInputList.member.1": "-"}, "ValidationError"},
		"no action":                 {args{"ActionNames.member.1": "-"}, "ValidationError"},
		"an action without service": {args{"ActionNames.member.1": "GetObject"}, "InvalidInput"},
		"a wildcard":                {args{"ActionNames.member.1": "s3:*"}, "InvalidInput"},
		"a resource that is none":   {args{"ResourceArns.member.1": "bucket"}, "InvalidInput"},
		"a policy with a principal": {args{"PolicyInputList.member.1": ec2Trust}, "InvalidInput"},
		"two boundaries":            {args{"PermissionsBoundaryPolicyInputList.member.1": readStuff, "PermissionsBoundaryPolicyInputList.member.2": readStuff}, "InvalidInput"},
		"a bad boundary":            {args{"PermissionsBoundaryPolicyInputList.member.1": "{}"}, "InvalidInput"},
		"a scenario":                {args{"ResourceHandlingOption": "EC2-VPC-EBS"}, "ValidationError"},
		"a key twice":               {args{"ContextEntries.member.1.ContextKeyName": "aws:x", "ContextEntries.member.2.ContextKeyName": "AWS:x"}, "InvalidInput"},
		"a key of no service":       {args{"ContextEntries.member.1.ContextKeyName": "prefix"}, "InvalidInput"},
		"a list that is none": {args{"ContextEntries.member.1.ContextKeyName": "aws:x", "ContextEntries.member.1.ContextKeyType": "string", "ContextEntries.member.1.ContextKeyValues.member.1": "a",
			"ContextEntries.member.1.ContextKeyValues.member.2": "b"}, "InvalidInput"},
		"a type that is none":   {args{"ContextEntries.member.1.ContextKeyName": "aws:x", "ContextEntries.member.1.ContextKeyType": "text"}, "ValidationError"},
		"a caller that is none": {args{"CallerArn": "arn:aws:iam::" + account + ":root"}, "InvalidInput"},
		"a policy for nobody":   {args{"ResourcePolicy": strings.ReplaceAll(readStuff, `"Effect"`, `"Principal":"*","Effect"`)}, "InvalidInput"},
		"a bad policy":          {args{"ResourcePolicy": readStuff, "CallerArn": "arn:aws:iam::" + account + ":user/ann"}, "InvalidInput"},
		"a bad owner":           {args{"ResourceOwner": "bob"}, "InvalidInput"},
		"a bad marker":          {args{"Marker": "x"}, "ValidationError"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alice.query("SimulateCustomPolicy", custom.with(c.change)); got.code != c.code {
				t.Errorf("%q (%s), want %q", got.code, got.msg, c.code)
			}
		})
	}
	f.bob.does("CreateRole", args{"RoleName": "bobs", "AssumeRolePolicyDocument": ec2Trust})
	for arn, code := range map[string]string{
		"arn:aws:iam::" + account + ":user/none":                       "NoSuchEntity",
		"arn:aws:iam::" + string(f.bob.account.ID) + ":role/bobs":      "NoSuchEntity",
		"arn:aws:iam::" + account + ":root":                            "InvalidInput",
		"arn:aws:iam::" + account + ":policy/p":                        "InvalidInput",
		"arn:aws:sts::" + account + ":assumed-role/bobs/s":             "InvalidInput",
		"arn:aws:iam::" + string(f.bob.account.ID) + ":role/path/bobs": "NoSuchEntity",
	} {
		alice.refused("SimulatePrincipalPolicy", args{"PolicySourceArn": arn, "ActionNames.member.1": "s3:GetObject"}, code)
		alice.refused("GetContextKeysForPrincipalPolicy", args{"PolicySourceArn": arn}, code)
	}
}

// Many questions come in pages, each answered once.
func TestSimulationsByPages(t *testing.T) {
	f := newCloud(t)
	var actions, resources []string
	for k := range 13 {
		actions = append(actions, fmt.Sprintf("s3:Action%d", k))
		resources = append(resources, fmt.Sprintf("arn:aws:s3:::b%d", k))
	}
	var asked []string
	for p := sdk.NewSimulateCustomPolicyPaginator(f.alice.iam, &sdk.SimulateCustomPolicyInput{PolicyInputList: []string{statement("Allow", "s3:Action7", "arn:aws:s3:::b3")},
		ActionNames: actions, ResourceArns: resources}); p.HasMorePages(); {
		for _, r := range must[*sdk.SimulateCustomPolicyOutput](t)(p.NextPage(t.Context())).EvaluationResults {
			asked = append(asked, *r.EvalActionName+" "+*r.EvalResourceName)
			if allowed := *r.EvalActionName == actions[7] && *r.EvalResourceName == resources[3]; allowed != (r.EvalDecision == "allowed") {
				t.Errorf("%s on %s is %s", *r.EvalActionName, *r.EvalResourceName, r.EvalDecision)
			}
		}
	}
	var want []string
	for _, a := range actions {
		for _, r := range resources {
			want = append(want, a+" "+r)
		}
	}
	same(t, "questions", want, asked)
}

// TestSimulatePrincipals: groups, roles, boundaries, policies of the account and
// further ones of the request.
func TestSimulatePrincipals(t *testing.T) {
	f := newCloud(t)
	alice := f.alice
	own := "arn:aws:iam::" + string(alice.account.ID) + ":"
	alice.does("CreateGroup", args{"GroupName": "devs"})
	alice.does("AttachGroupPolicy", args{"GroupName": "devs", "PolicyArn": "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"})
	alice.does("CreateRole", args{"RoleName": "batch", "Path": "/jobs/", "AssumeRolePolicyDocument": ec2Trust, "PermissionsBoundary": "arn:aws:iam::aws:policy/AmazonS3FullAccess"})
	alice.does("PutRolePolicy", args{"RoleName": "batch", "PolicyName": "p", "PolicyDocument": statement("Allow", "*", "*")})
	role := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"%srole/jobs/batch"},"Action":"ec2:*","Resource":"*"}}`, own)
	f.change(func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(alice.account.ID)
		a.Policies = map[string]string{"no-delete": statement("Deny", "s3:Delete*", "*")}
		return tx.Accounts().Put(a)
	})
	for name, c := range map[string]struct {
		arn, action string
		more        args
		want        string
	}{
		"a group":                        {"group/devs", "s3:GetObject", nil, "allowed true"},
		"a group, more":                  {"group/devs", "s3:PutObject", nil, "implicitDeny true"},
		"with a policy besides":          {"group/devs", "s3:PutObject", args{"PolicyInputList.member.1": statement("Allow", "s3:Put*", "*")}, "allowed true"},
		"denied besides":                 {"group/devs", "s3:GetObject", args{"PolicyInputList.member.1": statement("Deny", "s3:*", "*")}, "explicitDeny true"},
		"a role":                         {"role/jobs/batch", "s3:PutObject", nil, "allowed true"},
		"a role outside of its boundary": {"role/jobs/batch", "ec2:RunInstances", nil, "implicitDeny true"},
		"in another boundary":            {"role/jobs/batch", "ec2:RunInstances", args{"PermissionsBoundaryPolicyInputList.member.1": statement("Allow", "ec2:*", "*")}, "allowed true"},
		"denied by the account":          {"role/jobs/batch", "s3:DeleteObject", nil, "explicitDeny false"},
		"a resource that lets a role in": {"role/jobs/batch", "ec2:RunInstances", args{"ResourcePolicy": role}, "implicitDeny true"},
	} {
		got := alice.does("SimulatePrincipalPolicy", args{"PolicySourceArn": own + c.arn, "ActionNames.member.1": c.action}.with(c.more))
		between := func(name string) string {
			_, rest, _ := strings.Cut(string(got.body), "<"+name+">")
			text, _, _ := strings.Cut(rest, "<")
			return text
		}
		if have := between("EvalDecision") + " " + between("AllowedByOrganizations"); have != c.want {
			t.Errorf("%s: %s, want %s\n%s", name, have, c.want, got.body)
		}
	}
	alice.refused("SimulatePrincipalPolicy", args{"PolicySourceArn": own + "group/devs", "ActionNames.member.1": "s3:GetObject", "ResourcePolicy": role}, "InvalidInput")
}
