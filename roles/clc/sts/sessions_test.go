package sts_test

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/roles/clc/sts"
)

// TestTable: the table is what the list of covered actions says.
func TestTable(t *testing.T) {
	var names []string
	for _, a := range sts.Actions() {
		names = append(names, a.Name)
	}
	if !slices.Equal(names, api.Covered()) {
		t.Errorf("the table has %v, the list %v", names, api.Covered())
	}
}

// TestGetSessionToken: users and roots get sessions of themselves, and sessions
// get none.
func TestGetSessionToken(t *testing.T) {
	f := newFixture(t)
	ann := f.user(f.alice, "ann", "")
	for name, c := range map[string]struct {
		as     cloud.AccessKey
		asked  *int32
		life   time.Duration
		ending string
	}{
		"user":            {ann, nil, 12 * time.Hour, ":user/ann"},
		"user, briefly":   {ann, aws.Int32(900), 15 * time.Minute, ":user/ann"},
		"user, for long":  {ann, aws.Int32(129600), 36 * time.Hour, ":user/ann"},
		"root":            {f.root, nil, time.Hour, ":root"},
		"root, for long":  {f.root, aws.Int32(129600), time.Hour, ":root"},
		"root, for short": {f.root, aws.Int32(900), 15 * time.Minute, ":root"},
	} {
		out, err := f.key(c.as).GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{DurationSeconds: c.asked})
		ok(t, err)
		if life := out.Credentials.Expiration.Sub(f.clock()); life != c.life {
			t.Errorf("%s: lives %v, want %v", name, life, c.life)
		}
		session := f.with(out.Credentials)
		if got := who(t, session); !strings.HasSuffix(got, c.ending) {
			t.Errorf("%s: is %s", name, got)
		}
		for what, err := range map[string]error{
			"GetSessionToken":            second(session.GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{})),
			"GetFederationToken":         second(session.GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest")})),
			"GetAccessKeyInfo":           second(session.GetAccessKeyInfo(t.Context(), &sdk.GetAccessKeyInfoInput{AccessKeyId: &ann.ID})),
			"DecodeAuthorizationMessage": second(session.DecodeAuthorizationMessage(t.Context(), &sdk.DecodeAuthorizationMessageInput{EncodedMessage: aws.String("x")})),
		} {
			if code(err) != "AccessDenied" {
				t.Errorf("%s: %s by a session: %v", name, what, err)
			}
		}
	}
	for _, in := range []*sdk.GetSessionTokenInput{{SerialNumber: aws.String("GAHT12345678")}, {TokenCode: aws.String("123456")}} {
		if _, err := f.key(ann).GetSessionToken(t.Context(), in); code(err) != "AccessDenied" {
			t.Errorf("with MFA: %v", err)
		}
	}
	if _, err := f.key(ann).GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{DurationSeconds: aws.Int32(899)}); code(err) != "ValidationError" {
		t.Errorf("899 s: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }

// TestFederation: a federated user may ask who it is and nothing else of STS,
// and who may make one needs the permission for that name.
func TestFederation(t *testing.T) {
	f := newFixture(t)
	bare := f.user(f.alice, "bare", "")
	ann := f.user(f.alice, "ann", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sts:GetFederationToken","sts:TagSession"],"Resource":"arn:aws:sts::*:federated-user/guest"},`+
		`{"Effect":"Allow","Action":["s3:*","sts:AssumeRole"],"Resource":"*"}]}`)
	out, err := f.key(ann).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest"), Policy: aws.String(may(`"s3:GetObject"`)),
		Tags: []types.Tag{{Key: aws.String("x"), Value: aws.String("y")}}})
	ok(t, err)
	arn := "arn:aws:sts::" + string(f.alice.ID) + ":federated-user/guest"
	if *out.FederatedUser.Arn != arn || *out.FederatedUser.FederatedUserId != string(f.alice.ID)+":guest" || !out.Credentials.Expiration.Equal(f.clock().Add(12*time.Hour)) {
		t.Errorf("%+v %v", out.FederatedUser, out.Credentials.Expiration)
	}
	guest := f.with(out.Credentials)
	if got := who(t, guest); got != arn {
		t.Errorf("the guest is %s", got)
	}
	found, err := f.Credential(t.Context(), *out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
	ok(t, err)
	if r := found.Caller.Rights; !r.Narrowed || len(r.Session) != 1 || len(r.Identity) != 1 || found.Caller.Tags["x"] != "y" {
		t.Errorf("rights %+v", r)
	}
	r := f.role("r", trusts(string(f.alice.ID), ""), "")
	untagged := f.user(f.alice, "untagged", may(`"sts:GetFederationToken"`))
	redder := f.user(f.alice, "redder", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:*","Resource":"*"},`+
		`{"Effect":"Deny","Action":"sts:*","Resource":"*","Condition":{"StringLike":{"aws:RequestTag/Team":"*"}}}]}`)
	team := []types.Tag{{Key: aws.String("team"), Value: aws.String("blue")}} // which it is not of
	for what, err := range map[string]error{
		"tags":           second(f.key(untagged).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest"), Tags: team})),
		"these tags":     second(f.key(redder).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest"), Tags: team})),
		"another name":   second(f.key(ann).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("other")})),
		"no permission":  second(f.key(bare).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest")})),
		"a guest's role": second(guest.AssumeRole(t.Context(), &sdk.AssumeRoleInput{RoleArn: aws.String(r.ARN()), RoleSessionName: aws.String("x1")})),
		"a guest's own":  second(guest.GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{})),
	} {
		if code(err) != "AccessDenied" {
			t.Errorf("%s: %v", what, err)
		}
	}
	rooted, err := f.key(f.root).GetFederationToken(t.Context(), &sdk.GetFederationTokenInput{Name: aws.String("guest"), DurationSeconds: aws.Int32(43200)})
	ok(t, err)
	if !rooted.Credentials.Expiration.Equal(f.clock().Add(time.Hour)) {
		t.Errorf("of root: until %v", rooted.Credentials.Expiration)
	}
}

// TestExpired: a session's last second and the one behind it, in STS's words.
func TestExpired(t *testing.T) {
	f := newFixture(t)
	out, err := f.key(f.root).GetSessionToken(t.Context(), &sdk.GetSessionTokenInput{DurationSeconds: aws.Int32(900)})
	ok(t, err)
	f.forward(899 * time.Second)
	if got := who(t, f.with(out.Credentials)); !strings.HasSuffix(got, ":root") {
		t.Errorf("in its last second: %s", got)
	}
	f.forward(time.Second)
	if got := who(t, f.with(out.Credentials)); got != "ExpiredToken" {
		t.Errorf("expired: %s", got)
	}
	bad := *out.Credentials
	bad.SessionToken = aws.String("AAAA")
	if got := who(t, f.with(&bad)); got != "InvalidClientTokenId" {
		t.Errorf("wrong token: %s", got)
	}
}

// TestKeyInfoAndMessages: what only who is allowed may ask.
func TestKeyInfoAndMessages(t *testing.T) {
	f := newFixture(t)
	bare, ann := f.user(f.alice, "bare", ""), f.user(f.alice, "ann", may(`["sts:GetAccessKeyInfo","sts:DecodeAuthorizationMessage"]`))
	info, err := f.key(ann).GetAccessKeyInfo(t.Context(), &sdk.GetAccessKeyInfoInput{AccessKeyId: &f.bobs.ID})
	ok(t, err)
	if *info.Account != string(f.bob.ID) {
		t.Errorf("account %s", *info.Account)
	}
	m, err := f.SealMessage(f.alice.ID, `{"allowed":false}`)
	ok(t, err)
	text, err := f.key(ann).DecodeAuthorizationMessage(t.Context(), &sdk.DecodeAuthorizationMessageInput{EncodedMessage: &m})
	ok(t, err)
	if *text.DecodedMessage != `{"allowed":false}` {
		t.Errorf("message %s", *text.DecodedMessage)
	}
	for _, c := range []struct {
		err  error
		want string
	}{
		{second(f.key(bare).GetAccessKeyInfo(t.Context(), &sdk.GetAccessKeyInfoInput{AccessKeyId: &f.bobs.ID})), "AccessDenied"},
		{second(f.key(ann).GetAccessKeyInfo(t.Context(), &sdk.GetAccessKeyInfoInput{AccessKeyId: aws.String("AKIAAAAAAAAAAAAAAAAA")})), "NoSuchEntity"},
		{second(f.key(bare).DecodeAuthorizationMessage(t.Context(), &sdk.DecodeAuthorizationMessageInput{EncodedMessage: &m})), "AccessDenied"},
		{second(f.key(ann).DecodeAuthorizationMessage(t.Context(), &sdk.DecodeAuthorizationMessageInput{EncodedMessage: aws.String("zz" + m)})), "InvalidAuthorizationMessageException"},
		{second(f.key(f.bobs).DecodeAuthorizationMessage(t.Context(), &sdk.DecodeAuthorizationMessageInput{EncodedMessage: &m})), "InvalidAuthorizationMessageException"}, // another account's
	} {
		if code(c.err) != c.want {
			t.Errorf("%v, want %s", c.err, c.want)
		}
	}
}

// TestUnsigned: without a signature there is one action, and no other.
func TestUnsigned(t *testing.T) {
	f := newFixture(t)
	for _, a := range sts.Actions() {
		resp, err := http.PostForm(f.url, url.Values{"Action": {a.Name}, "Version": {"2011-06-15"}})
		ok(t, err)
		body, err := io.ReadAll(resp.Body)
		ok(t, err)
		ok(t, resp.Body.Close())
		want := "MissingAuthenticationToken"
		if a.Name == "AssumeRoleWithWebIdentity" {
			want = "ValidationError" // of what is missing
		}
		if !strings.Contains(string(body), "<Code>"+want+"</Code>") {
			t.Errorf("%s: %d %s", a.Name, resp.StatusCode, body)
		}
	}
}
