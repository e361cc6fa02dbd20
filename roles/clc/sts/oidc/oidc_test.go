package oidc

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ecc/cloud"
)

// TestAddresses: where a provider may be, by itself and with networks of the
// administrator's.
func TestAddresses(t *testing.T) {
	none, some := New(Config{}), New(Config{Networks: []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16")}})
	for text, want := range map[string][2]bool{
		"8.8.8.8": {true, true}, "2606:4700::1": {true, true}, "10.1.2.3": {false, true}, "10.2.2.3": {},
		"127.0.0.1": {}, "127.9.9.9": {}, "::1": {}, "0.0.0.0": {}, "::": {}, "169.254.169.254": {}, "fe80::1": {}, "fd00::1": {},
		"192.168.1.1": {}, "172.16.0.1": {}, "100.64.0.1": {}, "198.18.0.1": {}, "224.0.0.1": {}, "255.255.255.255": {}, "240.0.0.1": {},
		"::ffff:10.0.0.1": {}, "::ffff:127.0.0.1": {}, "::ffff:10.1.0.1": {false, true}, "64:ff9b::a00:1": {}, "2002:a00:1::": {}, "2001::1": {},
	} {
		a := netip.MustParseAddr(text).Unmap()
		if got := [2]bool{none.may(a), some.may(a)}; got != want {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
	}
}

// site is a provider on this host that answers as it is told.
type site struct {
	srv    *httptest.Server
	key    *rsa.PrivateKey
	asked  atomic.Int32
	config func(w http.ResponseWriter, r *http.Request)
	keys   func(w http.ResponseWriter, r *http.Request)
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{}
	var err error
	if s.key, err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) { s.asked.Add(1); s.config(w, r) })
	mux.HandleFunc("/keys", func(w http.ResponseWriter, r *http.Request) { s.keys(w, r) })
	s.srv = httptest.NewTLSServer(mux)
	t.Cleanup(s.srv.Close)
	s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, s.srv.URL, s.srv.URL+"/keys") }
	s.keys = func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: s.key.Public(), KeyID: "k"}}})
	}
	return s
}

func (s *site) say(w http.ResponseWriter, issuer, keys string) {
	_ = json.NewEncoder(w).Encode(map[string]string{"issuer": issuer, "jwks_uri": keys})
}

func (s *site) provider() cloud.OIDCProvider {
	sum := sha1.Sum(s.srv.Certificate().Raw)
	return cloud.OIDCProvider{ID: "1/" + s.srv.URL, URL: strings.TrimPrefix(s.srv.URL, "https://"), ClientIDs: []string{"app"}, Thumbprints: []string{hex.EncodeToString(sum[:])}}
}

func (s *site) token(t *testing.T, id string) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: s.key, KeyID: id}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	token, err := jwt.Signed(signer).Claims(jwt.Claims{Issuer: s.srv.URL, Subject: "x", Audience: jwt.Audience{"app"}, IssuedAt: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(time.Hour))}).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

var local = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// TestFetch: keys are taken from where the provider says, if that is one place,
// reached safely and small; the tenant is told no more than that it failed.
func TestFetch(t *testing.T) {
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a place nobody may be sent to was reached") }))
	t.Cleanup(inner.Close)
	for name, c := range map[string]struct {
		edit func(s *site, p *cloud.OIDCProvider)
		cfg  Config
		fine bool
	}{
		"good":               {func(*site, *cloud.OIDCProvider) {}, Config{Networks: local}, true},
		"an address of ours": {func(*site, *cloud.OIDCProvider) {}, Config{}, false},
		"no thumbprint":      {func(_ *site, p *cloud.OIDCProvider) { p.Thumbprints = nil }, Config{Networks: local}, false},
		"another thumbprint": {func(_ *site, p *cloud.OIDCProvider) { p.Thumbprints = []string{strings.Repeat("00", 20)} }, Config{Networks: local}, false},
		"another issuer": {func(s *site, _ *cloud.OIDCProvider) {
			s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, "https://example.com", s.srv.URL+"/keys") }
		}, Config{Networks: local}, false},
		"keys by http": {func(s *site, _ *cloud.OIDCProvider) {
			s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, s.srv.URL, inner.URL+"/keys") }
		}, Config{Networks: local}, false},
		"keys from a file": {func(s *site, _ *cloud.OIDCProvider) {
			s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, s.srv.URL, "file:///etc/passwd") }
		}, Config{Networks: local}, false},
		"keys from metadata": {func(s *site, _ *cloud.OIDCProvider) {
			s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, s.srv.URL, "https://169.254.169.254/latest") }
		}, Config{Networks: local}, false},
		"keys from an odd number": {func(s *site, _ *cloud.OIDCProvider) {
			s.config = func(w http.ResponseWriter, _ *http.Request) { s.say(w, s.srv.URL, "https://0x7f.1/") }
		}, Config{}, false},
		"a redirect": {func(s *site, _ *cloud.OIDCProvider) {
			s.keys = func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inner.URL, http.StatusFound) }
		}, Config{Networks: local}, false},
		"too much": {func(s *site, _ *cloud.OIDCProvider) {
			s.keys = func(w http.ResponseWriter, _ *http.Request) {
				_, _ = fmt.Fprintf(w, `{"keys":[],"x":%q}`, strings.Repeat("x", maxDocument))
			}
		}, Config{Networks: local}, false},
		"no JSON": {func(s *site, _ *cloud.OIDCProvider) {
			s.keys = func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) }
		}, Config{Networks: local}, false},
		"an error": {func(s *site, _ *cloud.OIDCProvider) {
			s.keys = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }
		}, Config{Networks: local}, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			p := s.provider()
			c.edit(s, &p)
			_, err := New(c.cfg).Verify(t.Context(), p, s.token(t, "k"))
			if c.fine {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			e := cloud.AsError(err)
			if e.Kind != cloud.Unavailable || e.Resource != cloud.ResProvider || strings.Contains(e.Msg, "127.0.0.1") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestRoots: roots that everybody trusts vouch for a provider without thumbprints.
func TestRoots(t *testing.T) {
	s := newSite(t)
	p := s.provider()
	p.Thumbprints = nil
	pool := x509.NewCertPool()
	pool.AddCert(s.srv.Certificate())
	if _, err := New(Config{Networks: local, Roots: pool}).Verify(t.Context(), p, s.token(t, "k")); err != nil {
		t.Error(err)
	}
}

// TestKeysAreKept: one fetch serves many tokens, an unknown key is looked for
// once a minute, and keys are fetched anew after an hour.
func TestKeysAreKept(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	v := New(Config{Networks: local, Now: func() time.Time { return now }})
	verify := func(id string) error {
		_, err := v.Verify(context.Background(), s.provider(), s.token(t, id))
		return err
	}
	for range 3 {
		if err := verify("k"); err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := verify("unknown"); !errors.Is(err, cloud.Invalid) {
			t.Errorf("an unknown key: %v", err)
		}
	}
	if n := s.asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
	now = now.Add(2 * time.Minute)
	_, _ = verify("unknown"), verify("unknown")
	if n := s.asked.Load(); n != 2 {
		t.Errorf("asked %d times for an unknown key after a while, want 2", n)
	}
	now = now.Add(keysLife + time.Minute)
	_ = verify("k") // expired by now; its key is looked up nevertheless
	if n := s.asked.Load(); n != 3 {
		t.Errorf("asked %d times after the keys' life, want 3", n)
	}
}

// TestFailedFetchIsNoFetch: keys are not believed longer because the provider
// did not answer when it was asked for others.
func TestFailedFetchIsNoFetch(t *testing.T) {
	s := newSite(t)
	now := time.Now()
	v := New(Config{Networks: local, Now: func() time.Time { return now }})
	verify := func(id string) error {
		_, err := v.Verify(t.Context(), s.provider(), s.token(t, id))
		return err
	}
	if err := verify("k"); err != nil {
		t.Fatal(err)
	}
	s.config = func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	now = now.Add(50 * time.Minute)
	if err := verify("unknown"); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("an unknown key: %v", err)
	}
	if err := verify("k"); err != nil {
		t.Errorf("a known key while the provider is away: %v", err)
	}
	now = now.Add(11 * time.Minute)
	if err := verify("k"); !errors.Is(err, cloud.Unavailable) {
		t.Errorf("a key of more than an hour ago: %v", err)
	}
}

// FuzzVerify: no bytes are a token of the provider but those it signed.
func FuzzVerify(f *testing.F) {
	f.Add("eyJhbGciOiJub25lIn0.e30.")
	f.Add("a.b.c")
	f.Add(`{"payload":"e30","signatures":[{"protected":"eyJhbGciOiJSUzI1NiJ9","signature":""}]}`)
	v := New(Config{})
	f.Fuzz(func(t *testing.T, token string) {
		if _, err := Issuer(token); err != nil && !errors.Is(err, cloud.Invalid) {
			t.Errorf("%q: %v", token, err)
		}
		p := cloud.OIDCProvider{ID: "1/none.invalid", URL: "none.invalid"}
		v.keys.find("1/none.invalid\n").fetched = time.Now() // nothing is asked
		if _, err := v.Verify(t.Context(), p, token); err == nil {
			t.Errorf("%q is a token", token)
		}
	})
}
