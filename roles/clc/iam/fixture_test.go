package iam_test

import (
	"flag"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/iam"
	"go.uber.org/goleak"

	"ecc/api/auth"
	"ecc/api/awsquery"
	api "ecc/api/iam"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/roles/clc/access"
	"ecc/roles/clc/iam"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The clock begins here.
var begin = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

const region = "us-east-1"

// clock is a clock that tests move.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) forward(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// entropy is randomness that is the same in every run, for any goroutine.
type entropy struct {
	mu  sync.Mutex
	src *rand.ChaCha8
}

func (e *entropy) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.src.Read(p)
}

// fixture is IAM behind its real front, on a real store.
type fixture struct {
	t     *testing.T
	who   *identity.Service
	svc   *iam.Service
	store *store.Store
	clock *clock
	url   string
	alice *tenant
	bob   *tenant
}

// tenant is a caller with its client: an account's root, or a user of one.
type tenant struct {
	f       *fixture
	account cloud.Account
	key     cloud.AccessKey
	iam     *sdk.Client
}

// newCloud makes a cloud with the accounts of alice and bob.
func newCloud(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, clock: &clock{t: begin}}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	f.store, err = store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Now: f.clock.now, Logger: log,
		Fatal: func(err error) { t.Error("the store failed:", err) }})
	ok(t, err)
	t.Cleanup(func() { ok(t, f.store.Close()) })
	ent := &entropy{src: rand.NewChaCha8([32]byte{1})}
	secrets, err := vault.New(make([]byte, vault.Size), ent)
	ok(t, err)
	f.who = identity.New(identity.Config{Region: region, Administrator: "admin"},
		identity.Deps{Store: f.store, Vault: secrets, Now: f.clock.now, Entropy: ent})
	books := ledger.New(ledger.Config{Region: region, Limits: cloud.DefaultLimits(), Entropy: ent, Log: log}, f.store)
	f.svc = iam.New(iam.Deps{Store: f.store, Ledger: books, Identity: f.who, Now: f.clock.now, Entropy: ent, Log: log})
	f.serve(&entropy{src: rand.NewChaCha8([32]byte{2})}, log)
	f.alice, f.bob = f.tenant("alice"), f.tenant("bob")
	return f
}

// serve puts the real dispatcher, authentication and authorization before the
// service.
func (f *fixture) serve(ent io.Reader, log *slog.Logger) {
	a := auth.New(auth.Config{Region: region}, f.who)
	guard := access.New(access.Config{Region: region, Seal: f.who.SealMessage}, f.store)
	h, err := awsquery.New(awsquery.Config{Service: api.Service(), Now: f.clock.now, Entropy: ent, Authorize: guard.IAM,
		Authenticate: func(r *http.Request) (awsquery.Verified, error) {
			req, err := a.Authenticate(r, "iam")
			if err != nil {
				return awsquery.Verified{}, err
			}
			return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
		}}, f.svc, iam.Actions(), log)
	ok(f.t, err)
	srv := httptest.NewServer(h)
	f.t.Cleanup(srv.Close)
	f.url = srv.URL
}

// tenant makes an account and is its root.
func (f *fixture) tenant(name string) *tenant {
	f.t.Helper()
	a, k, err := f.who.CreateAccount(f.t.Context(), name, false)
	ok(f.t, err)
	return f.with(a, k)
}

// with is who uses a key.
func (f *fixture) with(a cloud.Account, k cloud.AccessKey) *tenant {
	cfg := aws.Config{Region: region, BaseEndpoint: aws.String(f.url), HTTPClient: bufferedhttp.Client{}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(k.ID, k.Secret, "")}
	return &tenant{f: f, account: a, key: k, iam: sdk.NewFromConfig(cfg)}
}

// user makes a user of the tenant's account with an access key, and is it.
func (tn *tenant) user(name string) *tenant {
	t := tn.f.t
	t.Helper()
	must[*sdk.CreateUserOutput](t)(tn.iam.CreateUser(t.Context(), &sdk.CreateUserInput{UserName: &name}))
	k := must[*sdk.CreateAccessKeyOutput](t)(tn.iam.CreateAccessKey(t.Context(), &sdk.CreateAccessKeyInput{UserName: &name})).AccessKey
	return tn.f.with(tn.account, cloud.AccessKey{ID: *k.AccessKeyId, Secret: *k.SecretAccessKey})
}

// view and change read and write records behind the service's back.
func (f *fixture) view(fn func(tx *store.Tx)) {
	f.t.Helper()
	ok(f.t, f.store.View(f.t.Context(), func(tx *store.Tx) error { fn(tx); return nil }))
}

func (f *fixture) change(fn func(tx *store.Tx) error) {
	f.t.Helper()
	ok(f.t, f.store.Update(f.t.Context(), fn))
}

// ok ends the test on an error.
func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// must returns v, or ends the test on an error.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		ok(t, err)
		return v
	}
}
