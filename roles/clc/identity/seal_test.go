package identity_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/identity/vault"
	"ecc/store"
)

// TestNoSecretOutside: the secrets of keys and sessions are in no file of the
// state, no log line and no error, and come back whole after a restart.
func TestNoSecretOutside(t *testing.T) {
	f := newFixture(t)
	var log bytes.Buffer
	logger := slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	k, err := f.NewSession(identity.Session{Kind: cloud.PrincipalUser, Account: f.alice.ID, Principal: "AIDAann", Parent: f.ann.ID}, time.Hour)
	ok(t, err)
	canaries := []string{f.root.Secret, f.ann.Secret, k.Secret, k.Token}
	for range 3 { // pages are written again and again
		ok(t, f.store.Close())
		f.open(logger)
		got, err := f.Credential(t.Context(), f.ann.ID, "")
		if err != nil || got.Key.Secret != f.ann.Secret {
			t.Fatalf("after a restart: %v", err)
		}
		_, err = f.Credential(t.Context(), f.ann.ID, k.Token)
		logger.Warn("a refusal", "err", err)
		_, err = f.Credential(t.Context(), k.ID, k.Token[:len(k.Token)-8]+"AAAAAAA=")
		logger.Warn("a refusal", "err", err)
	}
	for _, secret := range canaries {
		if strings.Contains(log.String(), secret) {
			t.Errorf("a secret is in the log:\n%s", log.String())
		}
	}
	key, err := os.ReadFile(filepath.Join(f.dir, "keys", "identity.key"))
	ok(t, err)
	canaries = append(canaries, strings.TrimSpace(string(key)))
	ok(t, filepath.WalkDir(f.dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, "identity.key") {
			return err
		}
		b, err := os.ReadFile(path)
		for _, secret := range canaries {
			if bytes.Contains(b, []byte(secret)) {
				t.Errorf("a secret is in %s", path)
			}
		}
		return err
	}))
}

// TestSealsWhatWasPlain: keys of an ecc that did not seal are sealed at the
// start, once, and go on working.
func TestSealsWhatWasPlain(t *testing.T) {
	f := newFixture(t)
	plain := cloud.AccessKey{ID: "AKIAOLD", Account: f.alice.ID, Secret: "an old secret", Active: true}
	f.change(func(tx *store.Tx) error { return tx.AccessKeys().Put(plain) })
	if got, err := f.Credential(t.Context(), "AKIAOLD", ""); err != nil || got.Key.Secret != plain.Secret {
		t.Errorf("before: %+v, %v", got.Key, err)
	}
	ok(t, f.SealSecrets(t.Context()))
	var kept cloud.AccessKey
	look := func() {
		ok(t, f.store.View(t.Context(), func(tx *store.Tx) error {
			kept, _ = tx.AccessKeys().Get("AKIAOLD")
			return nil
		}))
	}
	look()
	if kept.Secret != "" || len(kept.Sealed) == 0 {
		t.Errorf("kept as %+v", kept)
	}
	first := kept.Sealed
	ok(t, f.SealSecrets(t.Context()))
	if look(); !bytes.Equal(kept.Sealed, first) {
		t.Error("sealed again")
	}
	if got, err := f.Credential(t.Context(), "AKIAOLD", ""); err != nil || got.Key.Secret != plain.Secret {
		t.Errorf("after: %+v, %v", got.Key, err)
	}
}

// TestOpenVault: a state whose secrets were sealed opens with their key only.
func TestOpenVault(t *testing.T) {
	f := newFixture(t)
	path := filepath.Join(f.dir, "keys", "identity.key")
	open := func(at string) error {
		_, err := identity.OpenVault(context.Background(), f.store, at, rand.Reader)
		return err
	}
	ok(t, open(path))
	other := filepath.Join(t.TempDir(), "other.key")
	if err := open(other); !errors.Is(err, vault.ErrMissing) || !strings.Contains(err.Error(), f.vault.Fingerprint()) {
		t.Errorf("without the key: %v", err)
	}
	if _, err := os.Stat(other); err == nil {
		t.Error("a new key was made for a state that has secrets")
	}
	_, err := vault.Create(other, rand.Reader)
	ok(t, err)
	if err := open(other); err == nil || !strings.Contains(err.Error(), f.vault.Fingerprint()) {
		t.Errorf("with another key: %v", err)
	}
	// A key that was made before a crash, and not noted, is taken up.
	fresh, err := store.Open(filepath.Join(t.TempDir(), "clc.db"), store.Options{})
	ok(t, err)
	defer func() { ok(t, fresh.Close()) }()
	if _, err := identity.OpenVault(context.Background(), fresh, other, rand.Reader); err != nil {
		t.Errorf("a key that is there at the first start: %v", err)
	}
}
