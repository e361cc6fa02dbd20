package oidc

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // thumbprints are SHA-1 in IAM's interface; they only choose among certificates that verify
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/go-jose/go-jose/v4"

	"ecc/cloud"
)

// Bounds of a fetch.
const (
	fetchTime   = 5 * time.Second // for both documents
	maxDocument = 128 << 10       // bytes
	maxKeys     = 100
	minRSA      = 2048 // bits
)

// fetch gets the keys a provider publishes: its configuration says where.
func (v *Verifier) fetch(ctx context.Context, p cloud.OIDCProvider) ([]jose.JSONWebKey, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	client := v.client(p.Thumbprints)
	defer client.CloseIdleConnections()
	var site struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	issuer := "https://" + strings.TrimSuffix(p.URL, "/")
	if err := get(ctx, client, issuer+"/.well-known/openid-configuration", &site); err != nil {
		return nil, err
	}
	if strings.TrimSuffix(site.Issuer, "/") != issuer {
		return nil, errors.New("the configuration is another issuer's")
	}
	var set jose.JSONWebKeySet
	if err := get(ctx, client, site.Keys, &set); err != nil {
		return nil, err
	}
	if len(set.Keys) > maxKeys {
		return nil, fmt.Errorf("%d keys, %d at most", len(set.Keys), maxKeys)
	}
	return slices.DeleteFunc(set.Keys, func(k jose.JSONWebKey) bool { return !good(k) }), nil
}

// good reports whether a key is a public one that is strong enough.
func good(k jose.JSONWebKey) bool {
	switch key := k.Key.(type) {
	case *rsa.PublicKey:
		return k.Valid() && key.N.BitLen() >= minRSA
	case *ecdsa.PublicKey:
		return k.Valid()
	}
	return false // a secret, or a private key, that should not be there
}

// get reads a JSON document.
func get(ctx context.Context, client *http.Client, address string, out any) error {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil {
		return errors.New("not an https address")
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	r.Header.Set("Accept", "application/json")
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }() // it was only read
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", u.Host, resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxDocument+1))
	switch {
	case err != nil:
		return err
	case len(b) > maxDocument:
		return fmt.Errorf("%s answers more than %d bytes", u.Host, maxDocument)
	}
	return json.Unmarshal(b, out)
}

// client is an HTTP client that goes where it is told only if that may be, and
// nowhere else.
func (v *Verifier) client(thumbprints []string) *http.Client {
	dialer := &net.Dialer{Timeout: fetchTime, ControlContext: v.control}
	return &http.Client{
		Timeout: fetchTime,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, Proxy: nil, TLSHandshakeTimeout: fetchTime, MaxResponseHeaderBytes: 32 << 10, ForceAttemptHTTP2: true,
			TLSClientConfig: &tls.Config{
				MinVersion: tls.VersionTLS12,
				//nolint:gosec // verified below, by the system's roots or a thumbprint
				InsecureSkipVerify: true,
				VerifyConnection:   func(c tls.ConnectionState) error { return v.vouched(c, thumbprints) },
			},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// control sees every address right before it is connected to, when names are
// numbers already: no answer of a name server can change it any more.
func (v *Verifier) control(_ context.Context, _, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	if !v.may(at.Addr().Unmap()) {
		return fmt.Errorf("%s is not an address identity providers may have here (clc.identity_networks)", at.Addr())
	}
	return nil
}

// may reports whether a provider may have an address: a public one, or one of
// the networks the administrator has named.
func (v *Verifier) may(a netip.Addr) bool {
	for _, p := range v.cfg.Networks {
		if p.Contains(a) {
			return true
		}
	}
	return a.IsGlobalUnicast() && !a.IsPrivate() && !slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(a) })
}

// reserved are networks that are not public though they look like it: of
// carriers, of benchmarks, of translations to IPv4.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("100.64.0.0/10"), netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("64:ff9b::/96"), netip.MustParsePrefix("64:ff9b:1::/48"), netip.MustParsePrefix("2002::/16"), netip.MustParsePrefix("2001::/32"),
}

// vouched checks the certificate of a provider: roots that everybody trusts
// vouch for it, or the certificate with a thumbprint the tenant gave does.
func (v *Verifier) vouched(c tls.ConnectionState, thumbprints []string) error {
	if len(c.PeerCertificates) == 0 {
		return errors.New("no certificate")
	}
	rest := x509.NewCertPool()
	for _, cert := range c.PeerCertificates[1:] {
		rest.AddCert(cert)
	}
	o := x509.VerifyOptions{DNSName: c.ServerName, Roots: v.cfg.Roots, Intermediates: rest, CurrentTime: v.cfg.Now()}
	_, err := c.PeerCertificates[0].Verify(o)
	if err == nil {
		return nil
	}
	for _, cert := range c.PeerCertificates {
		sum := sha1.Sum(cert.Raw) //nolint:gosec // see the import
		if !slices.ContainsFunc(thumbprints, func(t string) bool { return strings.EqualFold(t, hex.EncodeToString(sum[:])) }) {
			continue
		}
		o.Roots = x509.NewCertPool()
		o.Roots.AddCert(cert)
		if _, err = c.PeerCertificates[0].Verify(o); err == nil {
			return nil
		}
	}
	return fmt.Errorf("the certificate of %s: %w", c.ServerName, err)
}
