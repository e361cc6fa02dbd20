package simulation_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"go.uber.org/goleak"

	"ecc/api/auth"
	"ecc/api/awsquery"
	apiec2 "ecc/api/ec2"
	apiiam "ecc/api/iam"
	"ecc/cloud"
	"ecc/internal/bufferedhttp"
	"ecc/roles/clc"
	clciam "ecc/roles/clc/iam"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/roles/walrus"
	"ecc/store"
)

const region = "us-east-1"

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a head and a walrus behind their real fronts.
type world struct {
	url, s3url string
	account    cloud.Account
	root       clients
	callers    []caller
}

// caller is who makes calls, with the ARN that is simulated: a user, or a session
// of a role.
type caller struct {
	clients
	arn, kind, name string
}

// clients are the SDK's clients of one caller.
type clients struct {
	ec2 *ec2.Client
	iam *iam.Client
	s3  *s3.Client
}

// newWorld makes an account with the user ann and the bucket b.
func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st := must[*store.Store](t)(store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Logger: log, Fatal: func(err error) { t.Error(err) }}))
	t.Cleanup(func() { ok(t, st.Close()) })
	head := clc.New(clc.Config{Cluster: "c-test", Region: region, Zones: []string{"us-east-1a"}, Administrator: "admin"},
		clc.Deps{Store: st, Vault: must[*vault.Vault](t)(vault.New(make([]byte, vault.Size), rand.Reader)), Log: log})
	ok(t, head.Bootstrap(t.Context()))
	w := &world{}
	w.serveHead(t, head, st, log)
	w.serveObjects(t, head, log)
	a, k, err := head.CreateAccount(t.Context(), "alice", false)
	ok(t, err)
	w.account, w.root = a, w.clients(k.ID, k.Secret, "")
	must[*iam.CreateUserOutput](t)(w.root.iam.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("ann")}))
	key := must[*iam.CreateAccessKeyOutput](t)(w.root.iam.CreateAccessKey(t.Context(), &iam.CreateAccessKeyInput{UserName: aws.String("ann")})).AccessKey
	w.callers = append(w.callers, caller{w.clients(*key.AccessKeyId, *key.SecretAccessKey, ""), cloud.IAMARN(a.ID, "user/ann"), "user", "ann"})
	role := must[*iam.CreateRoleOutput](t)(w.root.iam.CreateRole(t.Context(), &iam.CreateRoleInput{RoleName: aws.String("batch"), AssumeRolePolicyDocument: aws.String(
		`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`)})).Role
	session := must[cloud.SessionKey](t)(head.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: a.ID, Principal: *role.RoleId, Name: "s", Parent: k.ID}, time.Hour))
	w.callers = append(w.callers, caller{w.clients(session.ID, session.Secret, session.Token), *role.Arn, "role", "batch"})
	must[*s3.CreateBucketOutput](t)(w.root.s3.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: aws.String("bucket")}))
	must[*s3.DeletePublicAccessBlockOutput](t)(w.root.s3.DeletePublicAccessBlock(t.Context(), &s3.DeletePublicAccessBlockInput{Bucket: aws.String("bucket")}))
	for _, name := range []string{"ann/x", "bea/x"} {
		must[*s3.PutObjectOutput](t)(w.root.s3.PutObject(t.Context(), &s3.PutObjectInput{Bucket: aws.String("bucket"), Key: &name, Body: strings.NewReader("x")}))
	}
	return w
}

func (w *world) serveHead(t *testing.T, head *clc.Service, st *store.Store, log *slog.Logger) {
	a := auth.New(auth.Config{Region: region}, head)
	config := func(s awsquery.Service, may awsquery.Authorize) awsquery.Config {
		return awsquery.Config{Service: s, Authorize: may, Authenticate: func(r *http.Request) (awsquery.Verified, error) {
			req, err := a.Authenticate(r, s.Name)
			if err != nil {
				return awsquery.Verified{}, err
			}
			return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
		}}
	}
	users := clciam.New(clciam.Deps{Store: st, Ledger: head.Ledger(), Identity: head.Service, Log: log})
	fronts := map[string]http.Handler{
		"ec2": must[*awsquery.Dispatcher](t)(awsquery.New(config(apiec2.Service(), head.Authorize), head, clc.Actions(), log)),
		"iam": must[*awsquery.Dispatcher](t)(awsquery.New(config(apiiam.Service(), head.AuthorizeIAM), users, clciam.Actions(), log)),
	}
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fronts[auth.ScopeService(r)].ServeHTTP(rw, r) }))
	t.Cleanup(srv.Close)
	w.url = srv.URL
}

func (w *world) serveObjects(t *testing.T, head *clc.Service, log *slog.Logger) {
	objects := must[*walrus.Walrus](t)(walrus.New(walrus.Config{Dir: filepath.Join(t.TempDir(), "walrus"), Region: region}, head, log))
	ctx, cancel := context.WithCancel(context.Background())
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := objects.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	srv := httptest.NewServer(objects.Handler())
	t.Cleanup(func() {
		srv.Close()
		cancel()
		wg.Wait()
		ok(t, objects.Close())
	})
	w.s3url = srv.URL
}

func (w *world) clients(id, secret, token string) clients {
	cfg := aws.Config{Region: region, BaseEndpoint: &w.url, HTTPClient: bufferedhttp.Client{}, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token)}
	return clients{ec2.NewFromConfig(cfg), iam.NewFromConfig(cfg), s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.BaseEndpoint, o.UsePathStyle = &w.s3url, true
	})}
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
