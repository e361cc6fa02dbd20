package sts_test

import (
	"context"
	"errors"
	"flag"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"ecc/api/auth"
	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/roles/clc/ledger"
	"ecc/roles/clc/sts"
	"ecc/roles/clc/sts/oidc"
	"ecc/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const region = "us-east-1"

// entropy is the same in every run.
type entropy struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func (e *entropy) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.src.Read(p)
}

// fixture is STS behind its real front, on a real store, with the accounts
// alice and bob.
type fixture struct {
	*identity.Service
	t     *testing.T
	store *store.Store
	url   string
	alice cloud.Account
	bob   cloud.Account
	root  cloud.AccessKey // alice's
	bobs  cloud.AccessKey // root

	mu  sync.Mutex
	now time.Time
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) forward(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// newFixture is a fixture whose clock is right: SDKs sign with the real time.
func newFixture(t *testing.T) *fixture {
	return newFixtureAt(t, time.Now().UTC().Truncate(time.Second))
}

func newFixtureAt(t *testing.T, now time.Time) *fixture {
	t.Helper()
	f := &fixture{t: t, now: now}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	f.store, err = store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Now: f.clock, Logger: log})
	ok(t, err)
	t.Cleanup(func() { ok(t, f.store.Close()) })
	ent := &entropy{src: rand.NewChaCha8([32]byte{1})}
	secrets, err := vault.New(make([]byte, vault.Size), ent)
	ok(t, err)
	f.Service = identity.New(identity.Config{Region: region, Administrator: "admin"}, identity.Deps{Store: f.store, Vault: secrets, Now: f.clock, Entropy: ent})
	f.alice, f.root, err = f.CreateAccount(t.Context(), "alice", false)
	ok(t, err)
	f.bob, f.bobs, err = f.CreateAccount(t.Context(), "bob", false)
	ok(t, err)
	verifier := oidc.New(oidc.Config{Networks: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Now: f.clock})
	svc := sts.New(sts.Config{Region: region}, sts.Deps{Store: f.store, Ledger: ledger.New(ledger.Config{}, f.store), Identity: f.Service, Verifier: verifier, Log: log})
	f.serve(svc, log)
	return f
}

func (f *fixture) serve(svc *sts.Service, log *slog.Logger) {
	a := auth.New(auth.Config{Region: region, Now: f.clock}, f.Service)
	h, err := awsquery.New(awsquery.Config{Service: api.Service(), Now: f.clock, Entropy: &entropy{src: rand.NewChaCha8([32]byte{2})}, Authorize: svc.Authorize,
		Authenticate: func(r *http.Request) (awsquery.Verified, error) {
			req, err := a.Authenticate(r, "sts")
			if err != nil {
				return awsquery.Verified{}, err
			}
			return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
		}}, svc, sts.Actions(), log)
	ok(f.t, err)
	srv := httptest.NewServer(h)
	f.t.Cleanup(srv.Close)
	f.url = srv.URL
}

// as is the client of somebody with a key.
func (f *fixture) as(id, secret, token string) *sdk.Client {
	return sdk.New(sdk.Options{Region: region, BaseEndpoint: &f.url, HTTPClient: bufferedhttp.Client{}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token)})
}

func (f *fixture) key(k cloud.AccessKey) *sdk.Client { return f.as(k.ID, k.Secret, "") }

// with is the client of a session.
func (f *fixture) with(c *types.Credentials) *sdk.Client {
	return f.as(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken)
}

func (f *fixture) change(fn func(tx *store.Tx) error) {
	f.t.Helper()
	ok(f.t, f.store.Update(context.Background(), fn))
}

// user makes a user of an account with one policy, and a key.
func (f *fixture) user(a cloud.Account, name, policy string) cloud.AccessKey {
	f.t.Helper()
	u := cloud.User{ID: "AIDA" + name, Account: a.ID, Name: name, Path: "/", Created: f.clock(), Tags: map[string]string{"team": "red"}}
	if policy != "" {
		u.Attachments.Inline = map[string]string{"own": policy}
	}
	shown, kept, err := f.NewAccessKey(a.ID, u.ID)
	ok(f.t, err)
	f.change(func(tx *store.Tx) error { return errors.Join(tx.Users().Put(u), tx.AccessKeys().Put(kept)) })
	return shown
}

// role makes a role of alice.
func (f *fixture) role(name, trust, policy string) cloud.Role {
	f.t.Helper()
	r := cloud.Role{ID: "AROA" + name, Account: f.alice.ID, Name: name, Path: "/app/", MaxSession: 7200, Trust: trust, Created: f.clock()}
	if policy != "" {
		r.Attachments.Inline = map[string]string{"own": policy}
	}
	f.change(func(tx *store.Tx) error { return tx.Roles().Put(r) })
	return r
}

// may is a policy that allows actions on everything.
func may(actions string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":` + actions + `,"Resource":"*"}]}`
}

const assume = `["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]`

// trusts is a trust policy: a principal of AWS, and a condition or "".
func trusts(principal, condition string) string {
	if condition != "" {
		condition = `,"Condition":` + condition
	}
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"` + principal + `"},"Action":` + assume + condition + `}]}`
}

// code is the error code of an answer, "" for none.
func code(err error) string {
	var e smithy.APIError
	if errors.As(err, &e) {
		return e.ErrorCode()
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// who is the ARN a client is known by, or the code of why not.
func who(t *testing.T, c *sdk.Client) string {
	t.Helper()
	out, err := c.GetCallerIdentity(t.Context(), &sdk.GetCallerIdentityInput{})
	if err != nil {
		return code(err)
	}
	return *out.Arn
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		ok(t, os.MkdirAll("testdata", 0o755))
		ok(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	ok(t, err)
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", name, d)
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
