package keyring_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ecc/cloud"
	"ecc/roles/walrus/keyring"
)

const (
	blue  cloud.AccountID = "111111111111"
	green cloud.AccountID = "222222222222"
)

var (
	now     = time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	object  = bytes.Repeat([]byte{5}, 32) // the key of an object
	binding = keyring.Binding{Bucket: 3, Object: "a/key", Blob: 9, Context: `{"a":"b"}`}
)

func config(tb testing.TB) keyring.Config {
	return keyring.Config{Path: filepath.Join(tb.TempDir(), "keys", "walrus.keyring"), Region: "us-east-1", Now: func() time.Time { return now }}
}

func mustCreate(tb testing.TB, cfg keyring.Config) *keyring.Ring {
	tb.Helper()
	r, err := keyring.Create(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func mustOpen(tb testing.TB, cfg keyring.Config) *keyring.Ring {
	tb.Helper()
	r, err := keyring.Open(cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

func mustSeal(tb testing.TB, r *keyring.Ring, key string) keyring.Sealed {
	tb.Helper()
	s, err := r.Seal(key, binding, object)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func wantOpen(tb testing.TB, r *keyring.Ring, s keyring.Sealed) {
	tb.Helper()
	got, err := r.Open(s, binding)
	if err != nil || !bytes.Equal(got, object) {
		tb.Errorf("open version %d of %s: %x, %v", s.Version, s.Key, got, err)
	}
}

func TestKeyringIsMadeOnce(t *testing.T) {
	cfg := config(t)
	if _, err := keyring.Open(cfg); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("open before it is made: %v", err)
	}
	r := mustCreate(t, cfg)
	if _, err := keyring.Create(cfg); !errors.Is(err, keyring.ErrExists) {
		t.Errorf("make it again: %v", err)
	}
	s := mustSeal(t, r, keyring.Master)
	again := mustOpen(t, cfg)
	if again.ID() != r.ID() || r.ID() == "" {
		t.Errorf("id %q after opening, %q when made", again.ID(), r.ID())
	}
	wantOpen(t, again, s)
	for path, want := range map[string]os.FileMode{cfg.Path: 0o600, filepath.Dir(cfg.Path): 0o700} {
		fi, err := os.Stat(path)
		if err != nil || fi.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v; want %v", path, fi.Mode(), err, want)
		}
	}
}

func TestSealedKeyBelongsToOneObject(t *testing.T) {
	r := mustCreate(t, config(t))
	k, err := r.Create(blue, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*keyring.Sealed, *keyring.Binding){
		"bucket":  func(_ *keyring.Sealed, b *keyring.Binding) { b.Bucket++ },
		"object":  func(_ *keyring.Sealed, b *keyring.Binding) { b.Object = "a/kex" },
		"shifted": func(_ *keyring.Sealed, b *keyring.Binding) { b.Object, b.Context = "a/key{", `"a":"b"}` },
		"blob":    func(_ *keyring.Sealed, b *keyring.Binding) { b.Blob++ },
		"context": func(_ *keyring.Sealed, b *keyring.Binding) { b.Context = "" },
		"key":     func(s *keyring.Sealed, _ *keyring.Binding) { s.Key = k.ID },
		"box":     func(s *keyring.Sealed, _ *keyring.Binding) { s.Box[40] ^= 1 },
		"salt":    func(s *keyring.Sealed, _ *keyring.Binding) { s.Box[0] ^= 1 },
		"cut":     func(s *keyring.Sealed, _ *keyring.Binding) { s.Box = s.Box[:20] },
	} {
		s, b := mustSeal(t, r, keyring.Master), binding
		change(&s, &b)
		if _, err := r.Open(s, b); !errors.Is(err, keyring.ErrOpen) {
			t.Errorf("with another %s: %v", name, err)
		}
	}
	for _, version := range []int{0, 2, -1} {
		s := mustSeal(t, r, keyring.Master)
		s.Version = version
		if _, err := r.Open(s, binding); !errors.Is(err, keyring.ErrNotFound) {
			t.Errorf("version %d: %v", version, err)
		}
	}
}

func TestCustomersKey(t *testing.T) {
	r := mustCreate(t, config(t))
	secret := bytes.Repeat([]byte{8}, 32)
	sealed, err := r.SealWith(secret, binding, object)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := r.OpenWith(secret, binding, sealed); err != nil || !bytes.Equal(got, object) {
		t.Errorf("open: %x, %v", got, err)
	}
	if _, err := r.OpenWith(bytes.Repeat([]byte{9}, 32), binding, sealed); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("open with another key: %v", err)
	}
	if _, err := r.Open(keyring.Sealed{Key: keyring.Master, Version: 1, Box: sealed}, binding); !errors.Is(err, keyring.ErrOpen) {
		t.Errorf("open with the master key: %v", err)
	}
}

// What another process does to the file counts at once, for good and for bad.
func TestChangesOfAnotherProcess(t *testing.T) {
	cfg := config(t)
	serving := mustCreate(t, cfg)
	operator := mustOpen(t, cfg)
	old := mustSeal(t, serving, keyring.Master)
	if _, err := operator.Rotate(keyring.Master); err != nil {
		t.Fatal(err)
	}
	fresh := mustSeal(t, serving, keyring.Master)
	if old.Version != 1 || fresh.Version != 2 {
		t.Errorf("sealed with version %d, after rotation with %d", old.Version, fresh.Version)
	}
	wantOpen(t, serving, old)
	wantOpen(t, serving, fresh)
	k, err := serving.Create("", "")
	if err != nil {
		t.Fatal(err)
	}
	s := mustSeal(t, operator, k.ID)
	for range 2 {
		if _, err := operator.SetDisabled(k.ID, true); err != nil {
			t.Fatal(err)
		}
		if _, err := serving.Seal(k.ID, binding, object); !errors.Is(err, keyring.ErrDisabled) {
			t.Errorf("seal with a disabled key: %v", err)
		}
		if _, err := serving.Open(s, binding); !errors.Is(err, keyring.ErrDisabled) {
			t.Errorf("open with a disabled key: %v", err)
		}
		if _, err := operator.SetDisabled(k.ID, false); err != nil {
			t.Fatal(err)
		}
		wantOpen(t, serving, s)
	}
	if _, err := operator.SetDisabled(keyring.Master, true); err == nil {
		t.Error("the master key was disabled")
	}
}

// A file that goes away under a running walrus: reading goes on, nothing is
// sealed any more that could not be opened after a restart.
func TestFileIsLost(t *testing.T) {
	cfg := config(t)
	r := mustCreate(t, cfg)
	s := mustSeal(t, r, keyring.Master)
	if err := os.Rename(cfg.Path, cfg.Path+".away"); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, r, s)
	if _, err := r.Seal(keyring.Master, binding, object); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("seal: %v", err)
	}
	if _, err := r.Rotate(keyring.Master); !errors.Is(err, keyring.ErrMissing) {
		t.Errorf("rotate: %v", err)
	}
	mustCreate(t, cfg)
	wantOpen(t, r, s)
	if _, err := r.Seal(keyring.Master, binding, object); err == nil || !strings.Contains(err.Error(), r.ID()) {
		t.Errorf("seal with another keyring in its place: %v", err)
	}
	if err := os.Rename(cfg.Path+".away", cfg.Path); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, r, mustSeal(t, r, keyring.Master))
}

func TestFind(t *testing.T) {
	cfg := config(t)
	r := mustCreate(t, cfg)
	must := func(k keyring.Key, err error) keyring.Key {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	mine, theirs := must(r.Create(blue, "alias/disks")), must(r.Create(green, "alias/disks"))
	shared := must(r.Create("", "alias/all"))
	if want := "arn:aws:kms:us-east-1:111111111111:key/" + mine.ID; mine.ARN != want {
		t.Errorf("ARN %s, want %s", mine.ARN, want)
	}
	for name, want := range map[string]string{
		mine.ID: mine.ID, mine.ARN: mine.ID, "alias/disks": mine.ID,
		"arn:aws:kms:us-east-1:111111111111:alias/disks": mine.ID,
		shared.ID: shared.ID, shared.ARN: shared.ID, "alias/all": shared.ID,
		"arn:aws:kms:us-east-1:000000000000:alias/all": shared.ID,
		theirs.ID: "", theirs.ARN: "", "arn:aws:kms:us-east-1:222222222222:alias/disks": "",
		"arn:aws:kms:eu-west-1:111111111111:key/" + mine.ID: "",
		"": "", "alias/none": "", keyring.Master: "", "alias/aws/s3": "",
	} {
		got, err := r.Find(blue, name)
		if got.ID != want || (want == "") != errors.Is(err, keyring.ErrNotFound) {
			t.Errorf("find %q: %q, %v; want %q", name, got.ID, err, want)
		}
	}
	if _, err := r.Create(blue, "alias/disks"); !errors.Is(err, keyring.ErrExists) {
		t.Errorf("an alias twice: %v", err)
	}
	for _, alias := range []string{"disks", "alias/", "alias/aws/s3", "alias/a b", "alias/" + strings.Repeat("x", 300)} {
		if _, err := r.Create(blue, alias); err == nil {
			t.Errorf("alias %q was taken", alias)
		}
	}
	keys, err := r.Keys()
	if err != nil || len(keys) != 4 || keys[0].ID != keyring.Master || keys[1].ID != mine.ID {
		t.Errorf("keys: %v, %v", keys, err)
	}
	if diff := cmp.Diff(must(mustOpen(t, cfg).Key(mine.ID)), mine); diff != "" {
		t.Errorf("as it was made, and as it is read (-read +made):\n%s", diff)
	}
}

// Every account has a key of its own unasked: one, however many ask at once.
func TestDefaultKey(t *testing.T) {
	cfg := config(t)
	mustCreate(t, cfg)
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		r := mustOpen(t, cfg)
		wg.Go(func() {
			k, err := r.Default(blue)
			if err != nil {
				t.Error(err)
			}
			ids[i] = k.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] || id == "" {
			t.Fatalf("default keys %q", ids)
		}
	}
	r := mustOpen(t, cfg)
	if k, err := r.Default(green); err != nil || k.ID == ids[0] || k.Account != green {
		t.Errorf("default key of another account: %v, %v", k, err)
	}
	if keys, err := r.Keys(); err != nil || len(keys) != 3 {
		t.Errorf("%d keys, %v", len(keys), err)
	}
}

// The file can be sealed itself, with a key that comes from outside.
func TestWrappedFile(t *testing.T) {
	cfg := config(t)
	s := mustSeal(t, mustCreate(t, cfg), keyring.Master)
	plain, err := os.ReadFile(cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	wrapped := cfg
	wrapped.Wrap = bytes.Repeat([]byte{1}, 32)
	r := mustOpen(t, wrapped)
	sealed, err := os.ReadFile(cfg.Path)
	if err != nil || bytes.Contains(sealed, []byte("secret")) || !bytes.Contains(plain, []byte("secret")) {
		t.Errorf("after sealing, %v:\n%s", err, sealed)
	}
	if _, err := r.Rotate(keyring.Master); err != nil {
		t.Fatal(err)
	}
	wantOpen(t, mustOpen(t, wrapped), s)
	if _, err := keyring.Open(cfg); err == nil || !strings.Contains(err.Error(), "keyring_key") {
		t.Errorf("open without the key: %v", err)
	}
	other := cfg
	other.Wrap = bytes.Repeat([]byte{2}, 32)
	if _, err := keyring.Open(other); err == nil || !strings.Contains(err.Error(), "another key") {
		t.Errorf("open with another key: %v", err)
	}
}

// The key of the file can be changed, and taken away.
func TestReseal(t *testing.T) {
	cfg := config(t)
	cfg.Wrap = bytes.Repeat([]byte{1}, 32)
	s := mustSeal(t, mustCreate(t, cfg), keyring.Master)
	serving := mustOpen(t, cfg)
	for _, wrap := range [][]byte{bytes.Repeat([]byte{2}, 32), nil} {
		if err := mustOpen(t, cfg).Reseal(wrap); err != nil {
			t.Fatal(err)
		}
		if wrap != nil {
			if _, err := keyring.Open(cfg); err == nil {
				t.Error("the old key opens it still")
			}
			wantOpen(t, serving, s)
			if _, err := serving.Seal(keyring.Master, binding, object); err == nil {
				t.Error("sealed with a keyring that cannot be read")
			}
		}
		cfg.Wrap = wrap
		wantOpen(t, mustOpen(t, cfg), s)
	}
}

func TestParseWrap(t *testing.T) {
	key := bytes.Repeat([]byte{0xab}, 32)
	for text, want := range map[string][]byte{
		"": nil, " \n": nil, strings.Repeat("ab", 32): key, base64.StdEncoding.EncodeToString(key) + "\n": key,
	} {
		if got, err := keyring.ParseWrap(text); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: %x, %v", text, got, err)
		}
	}
	for _, text := range []string{"password", strings.Repeat("ab", 31), base64.StdEncoding.EncodeToString(key[1:])} {
		if _, err := keyring.ParseWrap(text); err == nil {
			t.Errorf("%q was taken for a key", text)
		}
	}
}

// A damaged keyring is refused, and never made anew.
func TestDamagedFile(t *testing.T) {
	cfg := config(t)
	mustCreate(t, cfg)
	good, err := os.ReadFile(cfg.Path)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string]string{
		"empty": "", "cut": string(good[:len(good)/2]), "not JSON": "keys", "no keys": `{"format":1,"id":"x"}`,
		"of a later ecc": strings.Replace(string(good), `"format": 1`, `"format": 2`, 1),
		"unknown field":  strings.Replace(string(good), `"master"`, `"more": 1, "master"`, 1),
		"short secret":   strings.Replace(string(good), `"secret": "`, `"secret": "AAAA", "ignored": "`, 1),
	} {
		if err := os.WriteFile(cfg.Path, []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Open(cfg); err == nil || errors.Is(err, keyring.ErrMissing) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two that change the keyring at the same time lose nothing of each other.
func TestConcurrentChanges(t *testing.T) {
	cfg := config(t)
	mustCreate(t, cfg)
	var wg sync.WaitGroup
	for range 4 {
		r := mustOpen(t, cfg)
		wg.Go(func() {
			for range 5 {
				if _, err := r.Rotate(keyring.Master); err != nil {
					t.Error(err)
				}
				if _, err := r.Create(blue, ""); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	keys, err := mustOpen(t, cfg).Keys()
	if err != nil || len(keys) != 21 || keys[0].Versions != 21 {
		t.Errorf("%d keys, the first of %d versions, %v; want 21 and 21", len(keys), keys[0].Versions, err)
	}
}

// FuzzDecode reads arbitrary files: they may be refused, and never panic.
func FuzzDecode(f *testing.F) {
	cfg := keyring.Config{Path: filepath.Join(f.TempDir(), "keys", "k"), Region: "r"}
	mustCreate(f, cfg)
	good, err := os.ReadFile(cfg.Path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte(`{"format":1,"wrapped":"AAAA"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "k")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		r, err := keyring.Open(keyring.Config{Path: path, Region: "r", Wrap: bytes.Repeat([]byte{1}, 32)})
		if err != nil {
			return
		}
		wantOpen(t, r, mustSeal(t, r, keyring.Master))
	})
}
