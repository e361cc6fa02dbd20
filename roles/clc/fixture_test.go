package clc_test

import (
	"context"
	"flag"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"go.uber.org/goleak"

	"ecc/api/auth"
	"ecc/api/awsquery"
	"ecc/api/ec2"
	apists "ecc/api/sts"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/roles/clc"
	"ecc/roles/clc/identity/vault"
	clcsts "ecc/roles/clc/sts"
	"ecc/store"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The clock begins here.
var begin = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

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

// fixture is a cloud controller behind its real front, on a real store, with
// nodes that are played by the tests.
type fixture struct {
	t      *testing.T
	svc    *clc.Service
	store  *store.Store
	clock  *clock
	images *fakeImages
	vault  *vault.Vault
	url    string
	zone   *fakeZone // the first, with nodes n1 and n2
	zoneB  *fakeZone // the second, with node b1
	alice  *tenant
	bob    *tenant
}

// tenant is an account with its clients.
type tenant struct {
	f       *fixture
	account cloud.Account
	key     cloud.AccessKey
	ec2     *sdk.Client
	sts     *sts.Client
}

const (
	region = "us-east-1"
	zoneA  = "us-east-1a"
	zoneB  = "us-east-1b"
)

func testConfig() clc.Config {
	return clc.Config{Cluster: "c-test", Region: region, Endpoint: "https://cloud.test:8773", Zones: []string{zoneA, zoneB},
		PublicPool: netip.MustParsePrefix("198.51.100.0/24"), Policy: cloud.Spread, Heartbeat: time.Second,
		DownAfter: 10 * time.Second, Visible: time.Hour, MaxPerCall: 100, MaxPerAcct: 200, Administrator: "admin",
		Types: cloud.InstanceTypes{
			{Name: "m1.small", VCPU: 1, Memory: cloud.GiB},
			{Name: "m5.large", VCPU: 2, Memory: 8 * cloud.GiB},
			{Name: "t3.micro", VCPU: 1, Memory: cloud.GiB},
			{Name: "d1.disk", VCPU: 1, Memory: cloud.GiB, Disk: 20 * cloud.GiB},
			{Name: "x1.huge", VCPU: 999, Memory: 999 * cloud.GiB},
		}}
}

// newCloud makes a cloud with two nodes in the first zone and one in the
// second.
func newCloud(t *testing.T, change ...func(*clc.Config)) *fixture {
	t.Helper()
	cfg := testConfig()
	for _, c := range change {
		c(&cfg)
	}
	f := &fixture{t: t, clock: &clock{t: begin}, images: newFakeImages()}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	f.store, err = store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Now: f.clock.now, Logger: log,
		Fatal: func(err error) { t.Error("the store failed:", err) }})
	ok(t, err)
	t.Cleanup(func() { ok(t, f.store.Close()) })
	ent := &entropy{src: rand.NewChaCha8([32]byte{1})}
	f.vault = must[*vault.Vault](t)(vault.New(make([]byte, vault.Size), ent))
	f.svc = clc.New(cfg, clc.Deps{Store: f.store, Images: f.images, Vault: f.vault, Now: f.clock.now, Entropy: ent, Log: log})
	ok(t, f.svc.Bootstrap(t.Context()))
	f.serve(&entropy{src: rand.NewChaCha8([32]byte{2})}, log)
	f.alice, f.bob = f.tenant("alice"), f.tenant("bob")
	f.zone = f.newZone(zoneA, "n1", "n2")
	f.zoneB = f.newZone(zoneB, "b1")
	f.image(imageID, f.alice, false)
	f.image(publicID, f.bob, true)
	f.image(privateID, f.bob, false)
	return f
}

// serve puts the real dispatchers and authentication before the service.
func (f *fixture) serve(ent io.Reader, log *slog.Logger) {
	a := auth.New(auth.Config{Region: region}, f.svc)
	proven := func(s awsquery.Service, may awsquery.Authorize) awsquery.Config {
		return awsquery.Config{Service: s, Now: f.clock.now, Entropy: ent, Authorize: may,
			Authenticate: func(r *http.Request) (awsquery.Verified, error) {
				req, err := a.Authenticate(r, s.Name)
				if err != nil {
					return awsquery.Verified{}, err
				}
				return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
			}}
	}
	front := must[*awsquery.Dispatcher](f.t)
	roles := clcsts.New(clcsts.Config{Region: region}, clcsts.Deps{Store: f.store, Ledger: f.svc.Ledger(), Identity: f.svc.Service, Log: log})
	fronts := map[string]http.Handler{
		"ec2": front(awsquery.New(proven(ec2.Service(), f.svc.Authorize), f.svc, clc.Actions(), log)),
		"sts": front(awsquery.New(proven(apists.Service(), roles.Authorize), roles, clcsts.Actions(), log)),
	}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := fronts[auth.ScopeService(r)]
		if h == nil {
			h = fronts["ec2"]
		}
		h.ServeHTTP(w, r)
	}))
	f.t.Cleanup(srv.Close)
	f.url = srv.URL
}

// tenant makes an account.
func (f *fixture) tenant(name string) *tenant {
	f.t.Helper()
	a, k, err := f.svc.CreateAccount(f.t.Context(), name, false)
	ok(f.t, err)
	ok(f.t, f.svc.EnsureNetwork(f.t.Context(), a.ID))
	return f.tenantOf(a, k)
}

func (f *fixture) tenantOf(a cloud.Account, k cloud.AccessKey) *tenant {
	cfg := aws.Config{Region: region, BaseEndpoint: aws.String(f.url), HTTPClient: bufferedhttp.Client{}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(k.ID, k.Secret, "")}
	return &tenant{f: f, account: a, key: k, ec2: sdk.NewFromConfig(cfg), sts: sts.NewFromConfig(cfg)}
}

// admin is the account that operates the cloud.
func (f *fixture) admin() *tenant {
	f.t.Helper()
	a, k, err := f.svc.AccountByName(f.t.Context(), "admin")
	ok(f.t, err)
	return f.tenantOf(a, k)
}

// view and change read and write records behind the service's back.
func (f *fixture) view(fn func(tx *store.Tx)) {
	f.t.Helper()
	ok(f.t, f.store.View(context.Background(), func(tx *store.Tx) error { fn(tx); return nil }))
}

func (f *fixture) change(fn func(tx *store.Tx) error) {
	f.t.Helper()
	ok(f.t, f.store.Update(context.Background(), fn))
}

// image makes an available image of an account.
func (f *fixture) image(id string, owner *tenant, public bool) string {
	f.t.Helper()
	f.change(func(tx *store.Tx) error {
		return tx.Images().Put(cloud.Image{ID: cloud.ImageID(id), Account: owner.account.ID, Name: "image " + id, Location: "bucket/" + id,
			Architecture: "x86_64", RootDevice: "/dev/sda1", Public: public, State: cloud.ImageAvailable, Created: tx.Now,
			Blob: cloud.ImageBlob{Bucket: "images", Index: "images/" + id + "/index", Digest: "d1", Size: 2 * cloud.GiB}})
	})
	return id
}

const (
	imageID   = "ami-00000000000000001" // alice's
	publicID  = "ami-00000000000000002" // bob's, public
	privateID = "ami-00000000000000003" // bob's
)

// instance reads an instance's record.
func (f *fixture) instance(id string) (i cloud.Instance) {
	f.t.Helper()
	f.view(func(tx *store.Tx) { i, _ = tx.Instances().Get(cloud.InstanceID(id)) })
	return i
}

// audit fails the test if the records do not hold together.
func (f *fixture) audit() {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for _, finding := range clc.AuditRecords(tx) {
			f.t.Error(finding)
		}
		for n := range tx.Nodes().All() {
			free := n.Capacity
			for i := range tx.Instances().By(store.ByNode, string(n.ID)) {
				free = free.Sub(i.Holds())
			}
			if free.VCPU < 0 || free.Memory < 0 || free.Disk < 0 {
				f.t.Errorf("node %s is over-committed: %+v left", n.ID, free)
			}
		}
		for s := range tx.TagSets().All() {
			if _, eni := tx.ENIs().Get(cloud.ENIID(s.Resource)); s.Type == "network-interface" && !eni {
				f.t.Errorf("tags of the interface %s, which is gone", s.Resource)
			}
		}
	})
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
