package sts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"ecc/cloud"
	"ecc/store"
)

// TestChain: a user assumes a role and with that another one; what was said to be
// kept is kept, and all ends with the user's key.
func TestChain(t *testing.T) {
	f := newFixture(t)
	ann := f.user(f.alice, "ann", may(assume))
	first := f.role("first", trusts(string(f.alice.ID), ""), may(assume))
	second := f.role("second", trusts(first.ARN(), `{"StringEquals":{"aws:PrincipalTag/cost":"42"}}`), "")
	one, err := f.key(ann).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(first.ARN()), RoleSessionName: aws.String("one"),
		SourceIdentity: aws.String("ann@example.com"), TransitiveTagKeys: []string{"cost"},
		Tags: []types.Tag{{Key: aws.String("cost"), Value: aws.String("42")}, {Key: aws.String("tmp"), Value: aws.String("x")}}})
	ok(t, err)
	want := "arn:aws:sts::" + string(f.alice.ID) + ":assumed-role/first/one"
	if *one.AssumedRoleUser.Arn != want || *one.AssumedRoleUser.AssumedRoleId != "AROAfirst:one" || *one.SourceIdentity != "ann@example.com" ||
		!one.Credentials.Expiration.Equal(f.clock().Add(time.Hour)) || aws.ToInt32(one.PackedPolicySize) < 1 {
		t.Errorf("first: %+v %+v", one.AssumedRoleUser, one)
	}
	if got := who(t, f.with(one.Credentials)); got != want {
		t.Errorf("the session is %s", got)
	}
	two, err := f.with(one.Credentials).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(second.ARN()), RoleSessionName: aws.String("two")})
	ok(t, err)
	if *two.SourceIdentity != "ann@example.com" {
		t.Errorf("source identity %s", *two.SourceIdentity)
	}
	found, err := f.Credential(t.Context(), *two.Credentials.AccessKeyId, *two.Credentials.SessionToken)
	ok(t, err)
	if c := found.Caller; c.Tags["cost"] != "42" || c.Tags["tmp"] != "" || c.Session.Parent != ann.ID || len(c.Session.Transitive) != 1 {
		t.Errorf("second: %+v %+v", c, c.Session)
	}
	for name, in := range map[string]*sdk.AssumeRoleInput{
		"another source identity": {SourceIdentity: aws.String("eve@example.com")},
		"a kept tag over":         {Tags: []types.Tag{{Key: aws.String("Cost"), Value: aws.String("1")}}},
		"for more than an hour":   {DurationSeconds: aws.Int32(3601)},
	} {
		in.RoleArn, in.RoleSessionName = aws.String(second.ARN()), aws.String("two")
		if _, err := f.with(one.Credentials).AssumeRole(t.Context(), in); err == nil {
			t.Errorf("%s: allowed", name)
		}
	}
	f.change(func(tx *store.Tx) error {
		k, _ := tx.AccessKeys().Get(ann.ID)
		k.Active = false
		return tx.AccessKeys().Put(k)
	})
	for _, c := range []*types.Credentials{one.Credentials, two.Credentials} {
		if got := who(t, f.with(c)); got != "InvalidClientTokenId" {
			t.Errorf("after the key was switched off: %s", got)
		}
	}
}

// TestWhoMayAssume: both the role and the caller's own policies decide.
func TestWhoMayAssume(t *testing.T) {
	f := newFixture(t)
	bare, allowed := f.user(f.alice, "bare", ""), f.user(f.alice, "allowed", may(assume))
	denied := f.user(f.alice, "denied", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}`)
	other, otherBare := f.user(f.bob, "other", may(assume)), f.user(f.bob, "otherbare", "")
	user := func(name string) string { return cloud.IAMARN(f.alice.ID, "user/"+name) }
	for _, c := range []struct {
		name, principal, condition string
		as                         cloud.AccessKey
		in                         sdk.AssumeRoleInput
		want                       string
	}{
		{"account, allowed", string(f.alice.ID), "", allowed, sdk.AssumeRoleInput{}, ""},
		{"account as root", cloud.IAMARN(f.alice.ID, "root"), "", allowed, sdk.AssumeRoleInput{}, ""},
		{"account, no policy", string(f.alice.ID), "", bare, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"account, denied", string(f.alice.ID), "", denied, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"named, no policy", user("bare"), "", bare, sdk.AssumeRoleInput{}, ""},
		{"named, denied", user("denied"), "", denied, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"named another", user("bare"), "", allowed, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"other account, allowed", string(f.bob.ID), "", other, sdk.AssumeRoleInput{}, ""},
		{"other account, no policy", string(f.bob.ID), "", otherBare, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"other account, named, no policy", cloud.IAMARN(f.bob.ID, "user/otherbare"), "", otherBare, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"other account, not trusted", string(f.alice.ID), "", other, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"root", string(f.alice.ID), "", f.root, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"external id", string(f.bob.ID), `{"StringEquals":{"sts:ExternalId":"x-1"}}`, other, sdk.AssumeRoleInput{ExternalId: aws.String("x-1")}, ""},
		{"wrong external id", string(f.bob.ID), `{"StringEquals":{"sts:ExternalId":"x-1"}}`, other, sdk.AssumeRoleInput{ExternalId: aws.String("x-2")}, "AccessDenied"},
		{"no external id", string(f.bob.ID), `{"StringEquals":{"sts:ExternalId":"x-1"}}`, other, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"session name", string(f.alice.ID), `{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`, allowed, sdk.AssumeRoleInput{RoleSessionName: aws.String("allowed")}, ""},
		{"other session name", string(f.alice.ID), `{"StringEquals":{"sts:RoleSessionName":"${aws:username}"}}`, allowed, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"tag of the user", string(f.alice.ID), `{"StringEquals":{"aws:PrincipalTag/team":"red"}}`, allowed, sdk.AssumeRoleInput{}, ""},
		{"other tag", string(f.alice.ID), `{"StringEquals":{"aws:PrincipalTag/team":"blue"}}`, allowed, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"MFA", string(f.alice.ID), `{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, allowed, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"an unknown key", string(f.alice.ID), `{"StringNotEquals":{"aws:Unknown":"x"}}`, allowed, sdk.AssumeRoleInput{}, "AccessDenied"},
		{"with MFA", string(f.alice.ID), "", allowed, sdk.AssumeRoleInput{SerialNumber: aws.String("arn:aws:iam::1:mfa/x"), TokenCode: aws.String("123456")}, "AccessDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := f.role("r", trusts(c.principal, c.condition), "")
			c.in.RoleArn = aws.String(r.ARN())
			if c.in.RoleSessionName == nil {
				c.in.RoleSessionName = aws.String("work")
			}
			_, err := f.key(c.as).AssumeRole(t.Context(), &c.in)
			if code(err) != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
			if err != nil && c.name != "root" && c.name != "with MFA" && !strings.Contains(err.Error(), "is not authorized to perform: sts:AssumeRole on resource: "+r.ARN()) {
				t.Errorf("worded as %v", err)
			}
		})
	}
	r := f.role("r", trusts(string(f.alice.ID), ""), "")
	ask := func(arn string) string {
		_, err := f.key(bare).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: &arn, RoleSessionName: aws.String("work")})
		return strings.ReplaceAll(requestID(err), arn, "ROLE")
	}
	if there, not := ask(r.ARN()), ask(strings.Replace(r.ARN(), "role/app/r", "role/app/x", 1)); there != not {
		t.Errorf("a role that is there reads %q, one that is not %q", there, not)
	}
}

// requestID is an error without the id of its request.
func requestID(err error) string {
	_, after, _ := strings.Cut(err.Error(), "api error ")
	return after
}

// TestAssumeRoleRefusals: what is wrong with a request, by itself.
func TestAssumeRoleRefusals(t *testing.T) {
	f := newFixture(t)
	ann := f.user(f.alice, "ann", may(assume))
	f.change(func(tx *store.Tx) error {
		return tx.Policies().Put(cloud.ManagedPolicy{ID: "ANPA1", Account: f.bob.ID, Name: "Bobs", Path: "/", Default: "v1", Versions: []cloud.PolicyVersion{{ID: "v1", Document: may(`"*"`)}}})
	})
	r := f.role("r", trusts(string(f.alice.ID), ""), "")
	tags := func(n int) (out []types.Tag) {
		for i := range n {
			out = append(out, types.Tag{Key: aws.String("k" + strings.Repeat("x", i)), Value: aws.String("v")})
		}
		return out
	}
	descriptors := func(arns ...string) (out []types.PolicyDescriptorType) {
		for _, a := range arns {
			out = append(out, types.PolicyDescriptorType{Arn: aws.String(a)})
		}
		return out
	}
	for _, c := range []struct {
		name string
		in   sdk.AssumeRoleInput
		want string
	}{
		{"good", sdk.AssumeRoleInput{DurationSeconds: aws.Int32(7200), Policy: aws.String(may(`"s3:*"`)), PolicyArns: descriptors("arn:aws:iam::aws:policy/ReadOnlyAccess")}, ""},
		{"no ARN", sdk.AssumeRoleInput{RoleArn: aws.String("arn:aws:iam::role/nothing")}, "ValidationError"},
		{"too short", sdk.AssumeRoleInput{DurationSeconds: aws.Int32(899)}, "ValidationError"},
		{"longer than the role has it", sdk.AssumeRoleInput{DurationSeconds: aws.Int32(7201)}, "ValidationError"},
		{"longer than any", sdk.AssumeRoleInput{DurationSeconds: aws.Int32(43201)}, "ValidationError"},
		{"session name", sdk.AssumeRoleInput{RoleSessionName: aws.String("a b")}, "ValidationError"},
		{"no policy", sdk.AssumeRoleInput{Policy: aws.String("{}")}, "MalformedPolicyDocument"},
		{"policy with principal", sdk.AssumeRoleInput{Policy: aws.String(trusts("*", ""))}, "MalformedPolicyDocument"},
		{"long policy", sdk.AssumeRoleInput{Policy: aws.String(may(`"s3:*"`) + strings.Repeat(" ", 2048))}, "ValidationError"},
		{"bob's policy", sdk.AssumeRoleInput{PolicyArns: descriptors(cloud.IAMARN(f.bob.ID, "policy/Bobs"))}, "ValidationError"},
		{"no such policy", sdk.AssumeRoleInput{PolicyArns: descriptors(cloud.IAMARN(f.alice.ID, "policy/None"))}, "ValidationError"},
		{"eleven policies", sdk.AssumeRoleInput{PolicyArns: descriptors(strings.Split(strings.Repeat("arn:aws:iam::aws:policy/ReadOnlyAccess ", 11)[:11*39-1], " ")...)}, "ValidationError"},
		{"51 tags", sdk.AssumeRoleInput{Tags: tags(51)}, "ValidationError"},
		{"a tag twice", sdk.AssumeRoleInput{Tags: []types.Tag{{Key: aws.String("a"), Value: aws.String("")}, {Key: aws.String("A"), Value: aws.String("")}}}, "ValidationError"},
		{"a reserved tag", sdk.AssumeRoleInput{Tags: []types.Tag{{Key: aws.String("aws:x"), Value: aws.String("")}}}, "ValidationError"},
		{"transitive, no tag", sdk.AssumeRoleInput{TransitiveTagKeys: []string{"a"}}, "ValidationError"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.in.RoleArn == nil {
				c.in.RoleArn = aws.String(r.ARN())
			}
			if c.in.RoleSessionName == nil {
				c.in.RoleSessionName = aws.String("work")
			}
			if _, err := f.key(ann).AssumeRole(t.Context(), &c.in); code(err) != c.want {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
	var large []types.Tag
	for i := range 50 {
		large = append(large, types.Tag{Key: aws.String(noise(i, 120)), Value: aws.String(noise(i+50, 250))})
	}
	_, err := f.key(ann).AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(r.ARN()), RoleSessionName: aws.String("work"), Tags: large})
	var packed *types.PackedPolicyTooLargeException
	if !errors.As(err, &packed) {
		t.Errorf("15 KiB of tags: %v", err)
	}
}

// noise is n letters that cannot be compressed much, others for each seed.
func noise(seed, n int) string {
	x := uint32(seed)*2654435761 + 1
	b := make([]byte, n)
	for i := range b {
		x ^= x << 13
		x ^= x >> 17
		x ^= x << 5
		b[i] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[x%62]
	}
	return string(b)
}
