package vault_test

import (
	"bytes"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"ecc/roles/clc/identity/vault"
)

func newVault(tb testing.TB, first byte) *vault.Vault {
	tb.Helper()
	master := make([]byte, vault.Size)
	master[0] = first
	v, err := vault.New(master, rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	return v
}

// TestSealedOpensForItsOwnOnly: nothing opens for another id, purpose or master
// key, nor altered in any bit.
func TestSealedOpensForItsOwnOnly(t *testing.T) {
	v, other := newVault(t, 1), newVault(t, 2)
	const id, secret = "AKIAONE", "a secret of a tenant"
	key, err := v.SealKey(id, secret)
	if err != nil {
		t.Fatal(err)
	}
	token, err := v.SealToken(id, []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	message, err := v.SealMessage("111111111111", []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	again, err := v.SealKey(id, secret)
	if err != nil || bytes.Equal(key, again) {
		t.Error("sealing twice makes the same bytes")
	}
	if got, err := v.OpenKey(id, key); err != nil || got != secret {
		t.Errorf("key: %q, %v", got, err)
	}
	if got, err := v.OpenToken(id, token); err != nil || string(got) != secret {
		t.Errorf("token: %q, %v", got, err)
	}
	if got, err := v.OpenMessage("111111111111", message); err != nil || string(got) != secret {
		t.Errorf("message: %q, %v", got, err)
	}
	refused := func(what string, err error) {
		t.Helper()
		if !errors.Is(err, vault.ErrOpen) {
			t.Errorf("%s: %v, want ErrOpen", what, err)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error tells the secret", what)
		}
	}
	open := func(what string, v *vault.Vault, id string, sealed []byte) {
		_, err := v.OpenKey(id, sealed)
		refused(what, err)
	}
	open("another id", v, "AKIATWO", key)
	open("another master key", other, id, key)
	open("a token as a key", v, id, token)
	open("a message as a key", v, "", message)
	open("nothing", v, id, nil)
	open("too short", v, id, key[:20])
	for i := range key {
		altered := bytes.Clone(key)
		altered[i] ^= 1
		open("altered", v, id, altered)
	}
	_, err = v.OpenToken(id, key)
	refused("a key as a token", err)
	_, err = v.OpenMessage("111111111111", token)
	refused("a token as a message", err)
	if bytes.Equal(v.SessionSecret("ASIAONE"), v.SessionSecret("ASIATWO")) || bytes.Equal(v.SessionSecret("ASIAONE"), other.SessionSecret("ASIAONE")) {
		t.Error("two sessions have the same secret")
	}
	if v.Fingerprint() == other.Fingerprint() || v.Fingerprint() != newVault(t, 1).Fingerprint() {
		t.Error("the fingerprint does not tell master keys apart")
	}
}

// TestFile: the master key survives in its file, and a file that is not right is
// refused with what to do, and not with what is in it.
func TestFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys", "identity.key")
	if _, err := vault.Load(path, rand.Reader); !errors.Is(err, vault.ErrMissing) {
		t.Errorf("no file: %v", err)
	}
	made, err := vault.Create(path, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	loaded, err := vault.Load(path, rand.Reader)
	if err != nil || loaded.Fingerprint() != made.Fingerprint() {
		t.Errorf("loaded: %v", err)
	}
	if _, err := vault.Create(path, rand.Reader); err == nil {
		t.Error("a key that is there was made anew")
	}
	for _, p := range []string{path, filepath.Dir(path)} {
		if fi, err := os.Stat(p); err != nil || fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", p, fi.Mode(), err)
		}
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
	}{
		"readable": {"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", 0o644},
		"short":    {"QUFBQQ==", 0o600},
		"text":     {"hunter2", 0o600},
		"empty":    {"", 0o600},
		"large":    {strings.Repeat("A", 5000), 0o600},
	} {
		p := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(p, []byte(c.text), c.mode); err != nil {
			t.Fatal(err)
		}
		_, err := vault.Load(p, rand.Reader)
		if err == nil || errors.Is(err, vault.ErrMissing) || (c.text != "" && strings.Contains(err.Error(), c.text)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzOpen: bytes that nobody sealed open nothing.
func FuzzOpen(f *testing.F) {
	v := newVault(f, 1)
	sealed, err := v.SealToken("ASIAX", []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("ASIAY", sealed)
	f.Add("", []byte{1})
	f.Fuzz(func(t *testing.T, id string, b []byte) {
		if _, err := v.OpenToken(id, b); err == nil && (id != "ASIAX" || !bytes.Equal(b, sealed)) {
			t.Errorf("%q opens for %q", b, id)
		}
		if _, err := v.OpenKey(id, b); err == nil {
			t.Errorf("%q opens as a key", b)
		}
	})
}
