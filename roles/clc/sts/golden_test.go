package sts_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"
	"github.com/go-jose/go-jose/v4"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/internal/sdkmirror"
	"ecc/roles/clc/ledger/ledgertest"
	"ecc/roles/clc/sts"
	"ecc/store"
)

// send sends parameters, signed with a key unless that is nil, and returns the
// answer's body.
func (f *fixture) send(k *cloud.AccessKey, v url.Values) string {
	f.t.Helper()
	v.Set("Version", "2011-06-15")
	body := v.Encode()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, f.url, strings.NewReader(body))
	ok(f.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	if k != nil {
		sum := sha256.Sum256([]byte(body))
		ok(f.t, v4.NewSigner().SignHTTP(f.t.Context(), aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret}, r, hex.EncodeToString(sum[:]), "sts", region, f.clock()))
	}
	resp, err := http.DefaultClient.Do(r)
	ok(f.t, err)
	out, err := io.ReadAll(resp.Body)
	ok(f.t, err)
	ok(f.t, resp.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	return string(out)
}

// volatile is what differs from run to run, a token with the port of a test's
// server in it, and what looks too much like a secret to be kept.
var volatile = regexp.MustCompile(`(<(?:SessionToken|SecretAccessKey)>)[^<]*`)

// readBySDK fails the test unless the AWS SDK for Go reads every element of an
// answer.
func readBySDK(t *testing.T, action, answer string) {
	t.Helper()
	client := sdk.New(sdk.Options{Region: region, BaseEndpoint: aws.String("http://cloud.test"), HTTPClient: sdkmirror.Answer(answer),
		Credentials: credentials.NewStaticCredentialsProvider("AKIAEXAMPLE", "secret", ""), APIOptions: []func(*middleware.Stack) error{sdkmirror.Unchecked}})
	got, err := sdkmirror.Call(t.Context(), client, action, reflect.New(sdkmirror.InputOf(client, action)))
	ok(t, err)
	if unread, err := sdkmirror.Unread([]byte(answer), got); err != nil || len(unread) > 0 {
		t.Errorf("%s: the SDK does not read %q (%v)", action, unread, err)
	}
}

// gives reports whether an action gives out credentials, which is told like a
// change.
func gives(action string) bool {
	return slices.ContainsFunc(sts.Actions(), func(a awsquery.Action[*sts.Service]) bool { return a.Name == action && a.Access == awsquery.Write })
}

// first are the parameters of a request.
func first(v url.Values) map[string]string {
	out := map[string]string{}
	for name := range v {
		if name != "Action" && name != "Version" {
			out[name] = v.Get(name)
		}
	}
	return out
}

// What clients read, to the letter: one request of each action and its answer.
func TestAnswersGolden(t *testing.T) {
	f := newFixtureAt(t, time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC))
	ann := f.user(f.alice, "ann", may(`"sts:*"`))
	r := f.role("deploy", trusts(string(f.alice.ID), ""), "")
	p := newProvider(t)
	f.change(func(tx *store.Tx) error { return tx.OIDCProviders().Put(p.record(f.alice.ID)) })
	web := f.role("web", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Federated":"`+p.record(f.alice.ID).ARN()+`"},"Action":"sts:AssumeRoleWithWebIdentity"}}`, "")
	now := f.clock().Unix()
	token := p.token(jose.RS256, p.rsa, "r1", map[string]any{"iss": p.srv.URL, "sub": "ann", "aud": "app", "iat": now, "exp": now + 60})
	message, err := f.SealMessage(f.alice.ID, `{"allowed":false,"explicitDeny":true}`)
	ok(t, err)
	seen := map[string]bool{}
	for _, c := range []struct {
		file string
		as   *cloud.AccessKey
		v    url.Values
	}{
		{"assume_role", &ann, url.Values{"Action": {"AssumeRole"}, "RoleArn": {r.ARN()}, "RoleSessionName": {"work"}, "SourceIdentity": {"ann@example.com"},
			"Policy": {may(`"s3:*"`)}, "Tags.member.1.Key": {"cost"}, "Tags.member.1.Value": {"42"}, "DurationSeconds": {"900"}}},
		{"assume_role_refused", &ann, url.Values{"Action": {"AssumeRole"}, "RoleArn": {web.ARN()}, "RoleSessionName": {"work"}}},
		{"assume_role_with_web_identity", nil, url.Values{"Action": {"AssumeRoleWithWebIdentity"}, "RoleArn": {web.ARN()}, "RoleSessionName": {"job"}, "WebIdentityToken": {token}}},
		{"decode_authorization_message", &ann, url.Values{"Action": {"DecodeAuthorizationMessage"}, "EncodedMessage": {message}}},
		{"get_access_key_info", &ann, url.Values{"Action": {"GetAccessKeyInfo"}, "AccessKeyId": {ann.ID}}},
		{"get_caller_identity", &ann, url.Values{"Action": {"GetCallerIdentity"}}},
		{"get_federation_token", &ann, url.Values{"Action": {"GetFederationToken"}, "Name": {"guest"}, "Policy": {may(`"s3:*"`)}}},
		{"get_session_token", &ann, url.Values{"Action": {"GetSessionToken"}}},
		{"unsigned", nil, url.Values{"Action": {"GetCallerIdentity"}}},
	} {
		seen[c.v.Get("Action")] = true
		before := ledgertest.Now(t, f.store)
		plain := f.send(c.as, c.v)
		action, answered := c.v.Get("Action"), strings.Contains(plain, "Result>")
		told := before.Check(ledgertest.Call{Source: "sts.amazonaws.com", Action: action, Account: f.alice.ID, Write: gives(action), Failed: !answered, Params: first(c.v)})
		if told != (answered && gives(action)) {
			t.Errorf("%s has an event: %t", c.file, told)
		}
		if answered {
			readBySDK(t, action, plain)
		}
		answer := volatile.ReplaceAllString(plain, "${1}…")
		request, err := url.QueryUnescape(strings.ReplaceAll(c.v.Encode(), "&", "\n"))
		ok(t, err)
		golden(t, c.file+".txt", strings.NewReplacer(p.at(), "idp.test", token, "JWT").Replace(request+"\n\n"+answer+"\n"))
	}
	for _, a := range sts.Actions() {
		if !seen[a.Name] {
			t.Errorf("no golden of %s", a.Name)
		}
	}
}
