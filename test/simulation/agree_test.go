package simulation_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"
)

// call is something a caller can do, and how it is asked of the simulation.
type call struct {
	action, resource string
	keys             map[string]string // condition keys of this call
	make             func(context.Context, clients) error
}

// calls are what a caller tries. What is not there is not found, unless they may
// not even look.
func (w *world) calls() []call {
	account := string(w.account.ID)
	const instance = "i-0123456789abcdef0"
	object := func(action, key string, make func(context.Context, clients, *string) error) call {
		return call{action, "arn:aws:s3:::bucket/" + key, nil, func(ctx context.Context, c clients) error { return make(ctx, c, &key) }}
	}
	get := func(ctx context.Context, c clients, key *string) error {
		_, err := c.s3.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("bucket"), Key: key})
		return err
	}
	put := func(ctx context.Context, c clients, key *string) error {
		_, err := c.s3.PutObject(ctx, &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: key, Body: strings.NewReader("y")})
		return err
	}
	return []call{
		{"ec2:DescribeInstances", "*", nil, func(ctx context.Context, c clients) error {
			_, err := c.ec2.DescribeInstances(ctx, &ec2.DescribeInstancesInput{})
			return err
		}},
		{"ec2:StopInstances", "arn:aws:ec2:" + region + ":" + account + ":instance/" + instance, nil, func(ctx context.Context, c clients) error {
			_, err := c.ec2.StopInstances(ctx, &ec2.StopInstancesInput{InstanceIds: []string{instance}})
			return err
		}},
		{"iam:GetUser", "arn:aws:iam::" + account + ":user/ann", nil, func(ctx context.Context, c clients) error {
			_, err := c.iam.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("ann")})
			return err
		}},
		{"iam:GetRole", "arn:aws:iam::" + account + ":role/r", nil, func(ctx context.Context, c clients) error {
			_, err := c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: aws.String("r")})
			return err
		}},
		{"s3:ListAllMyBuckets", "arn:aws:s3:::*", nil, func(ctx context.Context, c clients) error {
			_, err := c.s3.ListBuckets(ctx, &s3.ListBucketsInput{})
			return err
		}},
		{"s3:ListBucket", "arn:aws:s3:::bucket", map[string]string{"s3:prefix": "ann/"}, func(ctx context.Context, c clients) error {
			_, err := c.s3.ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: aws.String("bucket"), Prefix: aws.String("ann/")})
			return err
		}},
		object("s3:GetObject", "ann/x", get), object("s3:GetObject", "bea/x", get), object("s3:PutObject", "ann/x", put), object("s3:PutObject", "bea/x", put),
	}
}

// statement is a statement of a policy, as JSON has it.
type statement map[string]any

// drawStatement draws one of the statements that could matter to the calls.
func drawStatement(t *rapid.T, account string, ofBucket bool) statement {
	pick := func(name string, from ...string) string { return rapid.SampledFrom(from).Draw(t, name) }
	actions := []string{"s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "s3:ListBucket"}
	resources := []string{"arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket*", "arn:aws:s3:::bucket/ann/*", "arn:aws:s3:::bucket/${aws:username}/?"}
	s := statement{"Effect": pick("effect", "Allow", "Allow", "Allow", "Deny")}
	if ofBucket {
		s["Principal"] = rapid.SampledFrom([]any{"*", map[string]any{"AWS": account}, map[string]any{"AWS": "arn:aws:iam::" + account + ":user/ann"},
			map[string]any{"AWS": []string{"arn:aws:iam::" + account + ":role/batch"}}}).Draw(t, "principal")
		s["Action"], s["Resource"] = pick("action", "s3:*", "s3:Get*", "s3:List*"), []string{"arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"}
	} else {
		actions = append(actions, "*", "ec2:*", "ec2:Describe*", "ec2:StopInstances", "iam:*", "iam:Get*", "iam:GetRole", "s3:ListAllMyBuckets", "S3:LISTALLMYBUCKETS")
		resources = append(resources, "*", "*", "arn:aws:ec2:*:*:instance/*", "arn:aws:ec2:"+region+":"+account+":instance/i-*", "arn:aws:iam::"+account+":user/${aws:username}",
			"arn:aws:iam::*:role/*")
		s[pick("not action", "Action", "Action", "Action", "NotAction")] = pick("action", actions...)
		s[pick("not resource", "Resource", "Resource", "Resource", "NotResource")] = pick("resource", resources...)
	}
	if c := rapid.SampledFrom(conditions).Draw(t, "condition"); c != "" {
		s["Condition"] = json.RawMessage(c)
		if ofBucket && strings.Contains(c, "s3:prefix") {
			s["Action"] = "s3:*" // S3 takes no policy whose key none of its actions has
		}
	}
	return s
}

// conditions hold for some calls and not for others, or for none.
var conditions = []string{"", "", "", "",
	`{"StringEquals":{"aws:username":"ann"}}`, `{"StringLike":{"aws:username":"b*"}}`, `{"Bool":{"aws:SecureTransport":"false"}}`,
	`{"StringEquals":{"s3:prefix":"ann/"}}`, `{"StringNotEquals":{"s3:prefix":"ann/"}}`, `{"StringEqualsIfExists":{"s3:prefix":"bea/"}}`,
	`{"Null":{"s3:prefix":"true"}}`, `{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}`, `{"NotIpAddress":{"aws:SourceIp":"127.0.0.0/8"}}`,
	`{"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}}`, `{"DateLessThan":{"aws:CurrentTime":"2020-01-01T00:00:00Z"}}`,
	`{"StringEquals":{"aws:PrincipalTag/team":"red"}}`}

// drawPolicy draws a policy, or none.
func drawPolicy(t *rapid.T, name, account string, ofBucket bool) string {
	var list []statement
	for range rapid.IntRange(0, 3).Draw(t, name) {
		list = append(list, drawStatement(t, account, ofBucket))
	}
	if len(list) == 0 {
		return ""
	}
	b, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": list})
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSimulationIsTrue: what the simulation says is what happens.
func TestSimulationIsTrue(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	boundary := w.newBoundary(t)
	allowed, refused := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		account := string(w.account.ID)
		who := rapid.SampledFrom(w.callers).Draw(rt, "caller")
		policies := []string{drawPolicy(rt, "own", account, false), drawPolicy(rt, "boundary", account, false), drawPolicy(rt, "bucket", account, true)}
		w.grant(rt, ctx, who, policies[0])
		w.bound(rt, ctx, who, boundary, policies[1])
		w.guard(rt, ctx, policies[2])
		for _, c := range w.calls() {
			said := w.simulate(rt, ctx, who, c, policies[2])
			err := c.make(ctx, who.clients)
			happened := !isRefusal(err)
			if said != happened {
				rt.Errorf("%s: %s on %s: the simulation says %v, and the call: %v\npolicies %q", who.arn, c.action, c.resource, said, err, policies)
			}
			if said {
				allowed++
			} else {
				refused++
			}
		}
	})
	if allowed == 0 || refused == 0 {
		t.Errorf("%d calls were allowed, %d refused: nothing was tested", allowed, refused)
	}
}

// simulate asks what would become of a call.
func (w *world) simulate(t *rapid.T, ctx context.Context, who caller, c call, bucketPolicy string) bool {
	entry := func(name, value string) types.ContextEntry {
		return types.ContextEntry{ContextKeyName: &name, ContextKeyType: types.ContextKeyTypeEnumString, ContextKeyValues: []string{value}}
	}
	in := &iam.SimulatePrincipalPolicyInput{PolicySourceArn: &who.arn,
		ActionNames: []string{c.action}, ResourceArns: []string{c.resource},
		ContextEntries: []types.ContextEntry{entry("aws:SourceIp", "127.0.0.1"), entry("aws:SecureTransport", "false")}}
	for name, value := range c.keys {
		in.ContextEntries = append(in.ContextEntries, entry(name, value))
	}
	if bucketPolicy != "" && strings.HasPrefix(c.resource, "arn:aws:s3:::bucket") {
		in.ResourcePolicy = &bucketPolicy
	}
	out, err := w.root.iam.SimulatePrincipalPolicy(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	return out.EvaluationResults[0].EvalDecision == types.PolicyEvaluationDecisionTypeAllowed
}

// isRefusal reports whether a call failed because the caller may not make it.
func isRefusal(err error) bool {
	var e smithy.APIError
	return errors.As(err, &e) && slices.Contains([]string{"AccessDenied", "UnauthorizedOperation"}, e.ErrorCode())
}

// grant makes a policy the only one of a caller.
func (w *world) grant(t *rapid.T, ctx context.Context, who caller, doc string) {
	if doc == "" {
		doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"none:None","Resource":"*"}}`
	}
	var err error
	if who.kind == "user" {
		_, err = w.root.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: &who.name, PolicyName: aws.String("p"), PolicyDocument: &doc})
	} else {
		_, err = w.root.iam.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: &who.name, PolicyName: aws.String("p"), PolicyDocument: &doc})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newBoundary makes the managed policy that is a caller's boundary at times.
func (w *world) newBoundary(t *testing.T) *string {
	return must[*iam.CreatePolicyOutput](t)(w.root.iam.CreatePolicy(t.Context(), &iam.CreatePolicyInput{PolicyName: aws.String("boundary"),
		PolicyDocument: aws.String(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)})).Policy.Arn
}

// bound makes a policy a caller's boundary; "" takes it away.
func (w *world) bound(t *rapid.T, ctx context.Context, who caller, arn *string, doc string) {
	var err error
	switch {
	case doc == "" && who.kind == "user":
		_, err = w.root.iam.DeleteUserPermissionsBoundary(ctx, &iam.DeleteUserPermissionsBoundaryInput{UserName: &who.name})
	case doc == "":
		_, err = w.root.iam.DeleteRolePermissionsBoundary(ctx, &iam.DeleteRolePermissionsBoundaryInput{RoleName: &who.name})
	case who.kind == "user":
		w.rewrite(t, ctx, arn, doc)
		_, err = w.root.iam.PutUserPermissionsBoundary(ctx, &iam.PutUserPermissionsBoundaryInput{UserName: &who.name, PermissionsBoundary: arn})
	default:
		w.rewrite(t, ctx, arn, doc)
		_, err = w.root.iam.PutRolePermissionsBoundary(ctx, &iam.PutRolePermissionsBoundaryInput{RoleName: &who.name, PermissionsBoundary: arn})
	}
	var e smithy.APIError
	if err != nil && (!errors.As(err, &e) || e.ErrorCode() != "NoSuchEntity") {
		t.Fatal(err)
	}
}

// rewrite gives a managed policy a new text.
func (w *world) rewrite(t *rapid.T, ctx context.Context, arn *string, doc string) {
	versions, err := w.root.iam.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range versions.Versions {
		if !v.IsDefaultVersion {
			if _, err := w.root.iam.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: v.VersionId}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := w.root.iam.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: &doc, SetAsDefault: true}); err != nil {
		t.Fatal(err)
	}
}

// guard makes a policy the bucket's; "" takes it away.
func (w *world) guard(t *rapid.T, ctx context.Context, doc string) {
	var err error
	if doc == "" {
		_, err = w.root.s3.DeleteBucketPolicy(ctx, &s3.DeleteBucketPolicyInput{Bucket: aws.String("bucket")})
	} else {
		_, err = w.root.s3.PutBucketPolicy(ctx, &s3.PutBucketPolicyInput{Bucket: aws.String("bucket"), Policy: &doc})
	}
	if err != nil {
		t.Fatalf("%s: %v", doc, err)
	}
}
