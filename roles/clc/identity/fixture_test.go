package identity_test

import (
	"context"
	"crypto/rand"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var begin = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

// fixture is identity on a real store, with the account alice and her user ann,
// who has a key.
type fixture struct {
	*identity.Service
	t     testing.TB
	dir   string
	store *store.Store
	vault *vault.Vault

	alice cloud.Account
	root  cloud.AccessKey
	ann   cloud.AccessKey

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

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{t: t, dir: t.TempDir(), now: begin}
	f.open(slog.New(slog.DiscardHandler))
	t.Cleanup(func() { ok(t, f.store.Close()) })
	var err error
	f.alice, f.root, err = f.CreateAccount(context.Background(), "alice", false)
	ok(t, err)
	f.ann = f.user("ann")
	return f
}

// open opens the store and the vault, as a start does.
func (f *fixture) open(log *slog.Logger) {
	f.t.Helper()
	var err error
	f.store, err = store.Open(filepath.Join(f.dir, "clc.db"), store.Options{Now: f.clock, Logger: log})
	ok(f.t, err)
	f.vault, err = identity.OpenVault(context.Background(), f.store, filepath.Join(f.dir, "keys", "identity.key"), rand.Reader)
	ok(f.t, err)
	f.Service = identity.New(identity.Config{Region: "us-east-1", Administrator: "admin"},
		identity.Deps{Store: f.store, Vault: f.vault, Now: f.clock, Entropy: rand.Reader})
	ok(f.t, f.SealSecrets(context.Background()))
}

// user makes a user of alice, with a key.
func (f *fixture) user(name string) cloud.AccessKey {
	f.t.Helper()
	id := "AIDA" + name
	shown, kept, err := f.NewAccessKey(f.alice.ID, id)
	ok(f.t, err)
	f.change(func(tx *store.Tx) error {
		if err := tx.Users().Put(cloud.User{ID: id, Account: f.alice.ID, Name: name, Path: "/dev/", Created: tx.Now}); err != nil {
			return err
		}
		return tx.AccessKeys().Put(kept)
	})
	return shown
}

// role makes a role of alice.
func (f *fixture) role(name string) cloud.Role {
	f.t.Helper()
	r := cloud.Role{ID: "AROA" + name, Account: f.alice.ID, Name: name, Path: "/", MaxSession: 3600, Trust: "{}",
		Attachments: cloud.Attachments{Inline: map[string]string{"own": policyText("s3:*")}}, Tags: map[string]string{"team": "red", "kind": "role"}}
	f.change(func(tx *store.Tx) error { return tx.Roles().Put(r) })
	return r
}

func policyText(action string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"` + action + `","Resource":"*"}}`
}

func (f *fixture) change(fn func(tx *store.Tx) error) {
	f.t.Helper()
	ok(f.t, f.store.Update(context.Background(), fn))
}

// alter changes one user's or key's record.
func alter[T any](f *fixture, of func(*store.Tx) store.Table[string, T], id string, fn func(*T)) {
	f.t.Helper()
	f.change(func(tx *store.Tx) error {
		rec, found := of(tx).Get(id)
		if !found {
			f.t.Fatalf("no record %s", id)
		}
		fn(&rec)
		return of(tx).Put(rec)
	})
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
