package authorization_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"ecc/api/auth"
	"ecc/api/awsquery"
	apiec2 "ecc/api/ec2"
	apiiam "ecc/api/iam"
	apists "ecc/api/sts"
	"ecc/cloud"
	"ecc/roles/clc"
	clciam "ecc/roles/clc/iam"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	clcsts "ecc/roles/clc/sts"
	"ecc/store"
)

const region = "us-east-1"

// world is a head with its three fronts behind real signatures, and its callers.
type world struct {
	t     *testing.T
	store *store.Store
	svc   *clc.Service
	url   string
	keys  map[string]credential

	header map[string]string // that requests bring besides
}

type credential struct {
	aws.Credentials
	account cloud.AccountID
	user    string // id
}

func newWorld(t *testing.T) *world {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{Logger: log, Fatal: func(err error) { t.Error(err) }})
	ok(t, err)
	t.Cleanup(func() { ok(t, st.Close()) })
	v, err := vault.New(make([]byte, vault.Size), rand.Reader)
	ok(t, err)
	svc := clc.New(clc.Config{Cluster: "c-test", Region: region, Zones: []string{"us-east-1a"}, PublicPool: netip.MustParsePrefix("198.51.100.0/24"),
		Types: cloud.InstanceTypes{{Name: "m1.small", VCPU: 1, Memory: cloud.GiB}}, MaxPerCall: 10, MaxPerAcct: 10, Administrator: "admin"},
		clc.Deps{Store: st, Images: noImages{}, Vault: v, Log: log})
	ok(t, svc.Bootstrap(t.Context()))
	w := &world{t: t, store: st, svc: svc, keys: map[string]credential{}}
	w.serve(log)
	w.account("alice")
	w.account("bob")
	for _, name := range []string{"allowed", "poor", "denied"} {
		w.user("alice", name)
	}
	w.user("bob", "outsider")
	w.expired()
	return w
}

func (w *world) serve(log *slog.Logger) {
	a := auth.New(auth.Config{Region: region}, w.svc)
	config := func(s awsquery.Service, may awsquery.Authorize) awsquery.Config {
		return awsquery.Config{Service: s, Authorize: may, Authenticate: func(r *http.Request) (awsquery.Verified, error) {
			req, err := a.Authenticate(r, s.Name)
			if err != nil {
				return awsquery.Verified{}, err
			}
			return awsquery.Verified{Caller: req.Caller, Query: req.Query, Body: req.Body}, nil
		}}
	}
	users := clciam.New(clciam.Deps{Store: w.store, Ledger: w.svc.Ledger(), Identity: w.svc.Service, Log: log})
	tokens := clcsts.New(clcsts.Config{Region: region}, clcsts.Deps{Store: w.store, Ledger: w.svc.Ledger(), Identity: w.svc.Service, Log: log})
	fronts := map[string]http.Handler{}
	var err error
	fronts["ec2"], err = awsquery.New(config(apiec2.Service(), w.svc.Authorize), w.svc, clc.Actions(), log)
	ok(w.t, err)
	fronts["iam"], err = awsquery.New(config(apiiam.Service(), w.svc.AuthorizeIAM), users, clciam.Actions(), log)
	ok(w.t, err)
	fronts["sts"], err = awsquery.New(config(apists.Service(), tokens.Authorize), tokens, clcsts.Actions(), log)
	ok(w.t, err)
	srv := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { fronts[r.Header.Get("Front")].ServeHTTP(rw, r) }))
	w.t.Cleanup(srv.Close)
	w.url = srv.URL
}

func (w *world) account(name string) {
	a, k, err := w.svc.CreateAccount(w.t.Context(), name, false)
	ok(w.t, err)
	w.keys[name] = credential{Credentials: aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret}, account: a.ID}
}

// user makes a user of an account.
func (w *world) user(owner, name string) {
	account := w.keys[owner].account
	u := cloud.User{ID: "AIDA" + name, Account: account, Name: name, Path: "/"}
	shown, kept, err := w.svc.NewAccessKey(account, u.ID)
	ok(w.t, err)
	w.change(func(tx *store.Tx) error {
		if err := tx.Users().Put(u); err != nil {
			return err
		}
		return tx.AccessKeys().Put(kept)
	})
	w.keys[name] = credential{Credentials: aws.Credentials{AccessKeyID: shown.ID, SecretAccessKey: shown.Secret}, account: account, user: u.ID}
}

// grant gives a user one policy.
func (w *world) grant(name, statements string) {
	w.change(func(tx *store.Tx) error {
		u, _ := tx.Users().Get(w.keys[name].user)
		u.Attachments.Inline = map[string]string{"p": `{"Version":"2012-10-17","Statement":[` + statements + `]}`}
		return tx.Users().Put(u)
	})
}

// expired makes a session of a role that may everything, and that has ended.
func (w *world) expired() {
	account := w.keys["alice"].account
	w.change(func(tx *store.Tx) error {
		return tx.Roles().Put(cloud.Role{ID: "AROAX", Account: account, Name: "mighty", Path: "/", Trust: `{}`,
			Attachments: cloud.Attachments{Inline: map[string]string{"p": `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`}}})
	})
	k, err := w.svc.NewSession(identity.Session{Kind: cloud.PrincipalRole, Account: account, Principal: "AROAX", Name: "s", Parent: w.keys["alice"].AccessKeyID}, -time.Second)
	ok(w.t, err)
	w.keys["expired"] = credential{Credentials: aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret, SessionToken: k.Token}, account: account}
}

func (w *world) change(fn func(*store.Tx) error) {
	w.t.Helper()
	ok(w.t, w.store.Update(context.Background(), fn))
}

// answer is what a request was answered.
type answer struct {
	status    int
	code, msg string
}

// send sends a request, signed by a caller unless the caller is anonymous.
func (w *world) send(who, service, version, action string, form url.Values) answer {
	w.t.Helper()
	form.Set("Action", action)
	form.Set("Version", version)
	body := form.Encode()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/", bytes.NewReader([]byte(body)))
	ok(w.t, err)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Front", service)
	for k, v := range w.header {
		req.Header.Set(k, v)
	}
	if who != "anonymous" {
		sum := sha256.Sum256([]byte(body))
		ok(w.t, v4.NewSigner().SignHTTP(w.t.Context(), w.keys[who].Credentials, req, hex.EncodeToString(sum[:]), service, region, time.Now()))
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	ok(w.t, err)
	defer func() { ok(w.t, resp.Body.Close()) }()
	b, err := io.ReadAll(resp.Body)
	ok(w.t, err)
	var e struct {
		Code    string `xml:"Errors>Error>Code"`
		Message string `xml:"Errors>Error>Message"`
		Error   struct{ Code, Message string }
	}
	ok(w.t, xml.Unmarshal(b, &e))
	if e.Error.Code != "" {
		return answer{resp.StatusCode, e.Error.Code, e.Error.Message}
	}
	return answer{resp.StatusCode, e.Code, e.Message}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// noImages is an image store with nothing in it.
type noImages struct{ clc.ImageStore }

func (noImages) Inspect(context.Context, clc.Object) (cloud.Bytes, error) {
	return 0, cloud.Errorf(cloud.Invalid, cloud.ResManifest, "", "HTTP 404 (Not Found)")
}

func (noImages) Buckets(context.Context, cloud.SessionKey) ([]string, error) { return nil, nil }
