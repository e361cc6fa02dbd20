package sts_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/store"
)

// provider is an identity provider on this host.
type provider struct {
	t       *testing.T
	srv     *httptest.Server
	rsa     *rsa.PrivateKey
	ec      *ecdsa.PrivateKey
	fetched atomic.Int32
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t}
	var err error
	p.rsa, err = rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	p.ec, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	ok(t, err)
	keys := jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.rsa.Public(), KeyID: "r1", Use: "sig"}, {Key: p.ec.Public(), KeyID: "e1", Algorithm: "ES384"},
		{Key: []byte("a secret that everybody knows, 32"), KeyID: "h1"}}}
	mux := http.NewServeMux()
	p.srv = httptest.NewTLSServer(mux)
	t.Cleanup(p.srv.Close)
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": p.srv.URL, "jwks_uri": p.srv.URL + "/keys"})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		p.fetched.Add(1)
		_ = json.NewEncoder(w).Encode(keys)
	})
	return p
}

func (p *provider) at() string { return strings.TrimPrefix(p.srv.URL, "https://") }

// record is the provider as an account knows it.
func (p *provider) record(a cloud.AccountID) cloud.OIDCProvider {
	sum := sha1.Sum(p.srv.Certificate().Raw)
	return cloud.OIDCProvider{ID: string(a) + "/" + p.at(), Account: a, URL: p.at(), ClientIDs: []string{"app"}, Thumbprints: []string{strings.ToUpper(hex.EncodeToString(sum[:]))}}
}

// token signs claims.
func (p *provider) token(alg jose.SignatureAlgorithm, key any, id string, claims map[string]any) string {
	p.t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: id}}, nil)
	ok(p.t, err)
	token, err := jwt.Signed(s).Claims(claims).Serialize()
	ok(p.t, err)
	return token
}

func TestWebIdentity(t *testing.T) {
	f := newFixture(t)
	p := newProvider(t)
	f.change(func(tx *store.Tx) error { return tx.OIDCProviders().Put(p.record(f.alice.ID)) })
	arn := p.record(f.alice.ID).ARN()
	trust := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"` + arn + `"},"Action":["sts:AssumeRoleWithWebIdentity","sts:TagSession"],` +
		`"Condition":{"StringEquals":{"` + p.at() + `:aud":"app"},"StringLike":{"` + p.at() + `:sub":"repo:*"}}}]}`
	r := f.role("web", trust, "")
	shut := f.role("shut", trusts(string(f.alice.ID), ""), "")
	claims := func(edit func(map[string]any)) map[string]any {
		now := f.clock().Unix()
		c := map[string]any{"iss": p.srv.URL, "sub": "repo:x", "aud": "app", "iat": now, "nbf": now, "exp": now + 600}
		if edit != nil {
			edit(c)
		}
		return c
	}
	set := func(k string, v any) func(map[string]any) { return func(c map[string]any) { c[k] = v } }
	anonymous := sdk.New(sdk.Options{Region: region, BaseEndpoint: &f.url, HTTPClient: bufferedhttp.Client{}, RetryMaxAttempts: 1})
	use := func(role, token string) (*sdk.AssumeRoleWithWebIdentityOutput, error) {
		return anonymous.AssumeRoleWithWebIdentity(t.Context(), &sdk.AssumeRoleWithWebIdentityInput{RoleArn: &role, RoleSessionName: aws.String("job"), WebIdentityToken: &token})
	}
	out, err := use(r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("https://aws.amazon.com/tags", map[string]any{"principal_tags": map[string]any{"team": []string{"red"}}}))))
	ok(t, err)
	if *out.Provider != arn || *out.Audience != "app" || *out.SubjectFromWebIdentityToken != "repo:x" || *out.AssumedRoleUser.AssumedRoleId != "AROAweb:job" {
		t.Errorf("%+v", out)
	}
	if got := who(t, f.with(out.Credentials)); !strings.HasSuffix(got, ":assumed-role/web/job") {
		t.Errorf("is %s", got)
	}
	found, err := f.Credential(t.Context(), *out.Credentials.AccessKeyId, *out.Credentials.SessionToken)
	ok(t, err)
	if found.Caller.Session.Provider != arn || found.Caller.Tags["team"] != "red" {
		t.Errorf("caller %+v", found.Caller)
	}
	if got := f.told(); len(got) != 1 || got[0] != "alice AssumeRoleWithWebIdentity WebIdentityUser repo:x" {
		t.Errorf("told %q", got)
	}
	ec, err := use(r.ARN(), p.token(jose.ES384, p.ec, "e1", claims(nil)))
	if err != nil || p.fetched.Load() != 1 {
		t.Errorf("%v %v, keys fetched %d times", ec, err, p.fetched.Load())
	}
	good := p.token(jose.RS256, p.rsa, "r1", claims(nil))
	head, rest, _ := strings.Cut(good, ".")
	_, signature, _ := strings.Cut(rest, ".")
	none := "eyJhbGciOiJub25lIn0." + strings.SplitN(good, ".", 3)[1] + "."
	stranger, err := rsa.GenerateKey(rand.Reader, 2048)
	ok(t, err)
	other := newProvider(t)
	for _, c := range []struct{ name, role, token, want string }{
		{"HS256 with a published secret", r.ARN(), p.token(jose.HS256, []byte("a secret that everybody knows, 32"), "h1", claims(nil)), "InvalidIdentityToken"},
		{"HS256 with the public key", r.ARN(), p.token(jose.HS256, p.rsa.N.Bytes(), "r1", claims(nil)), "InvalidIdentityToken"},
		{"none", r.ARN(), none, "InvalidIdentityToken"},
		{"PS256", r.ARN(), p.token(jose.PS256, p.rsa, "r1", claims(nil)), "InvalidIdentityToken"},
		{"no JWT", r.ARN(), "hello", "InvalidIdentityToken"},
		{"unsigned", r.ARN(), head + "." + strings.SplitN(good, ".", 3)[1] + ".", "InvalidIdentityToken"},
		{"another's claims", r.ARN(), head + "." + strings.SplitN(p.token(jose.RS256, p.rsa, "r1", claims(set("sub", "repo:y"))), ".", 3)[1] + "." + signature, "InvalidIdentityToken"},
		{"another's key", r.ARN(), p.token(jose.RS256, stranger, "r1", claims(nil)), "InvalidIdentityToken"},
		{"an unknown key", r.ARN(), p.token(jose.RS256, p.rsa, "r2", claims(nil)), "InvalidIdentityToken"},
		{"expired", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("exp", f.clock().Unix()-61))), "ExpiredTokenException"},
		{"for ever", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(func(c map[string]any) { delete(c, "exp") })), "InvalidIdentityToken"},
		{"not yet", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("nbf", f.clock().Unix()+120))), "InvalidIdentityToken"},
		{"of the future", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("iat", f.clock().Unix()+120))), "InvalidIdentityToken"},
		{"never issued", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(func(c map[string]any) { delete(c, "iat") })), "InvalidIdentityToken"},
		{"another audience", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("aud", "other"))), "InvalidIdentityToken"},
		{"another party", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(func(c map[string]any) { c["aud"], c["azp"] = []string{"app", "x"}, "x" })), "InvalidIdentityToken"},
		{"another issuer", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("iss", other.srv.URL))), "InvalidIdentityToken"},
		{"no subject", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("sub", ""))), "InvalidIdentityToken"},
		{"another subject", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("sub", "user:x"))), "AccessDenied"},
		{"a role that trusts users", shut.ARN(), good, "AccessDenied"},
		{"no such role", strings.Replace(r.ARN(), "web", "none", 1), good, "AccessDenied"},
		{"a role of bob", strings.Replace(r.ARN(), string(f.alice.ID), string(f.bob.ID), 1), good, "InvalidIdentityToken"},
		{"a source identity the role does not let in", r.ARN(), p.token(jose.RS256, p.rsa, "r1", claims(set("https://aws.amazon.com/source_identity", "ann"))), "AccessDenied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if _, err := use(c.role, c.token); code(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}
