package clustertls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"time"

	"ecc/internal/atomicfile"
)

// Lifetimes. A certificate is renewed when a third of its life is left, so a
// host may be off for eight months and still belong to its cluster.
const (
	authorityLife = 10 * 365 * 24 * time.Hour
	leafLife      = 365 * 24 * time.Hour
	backdate      = time.Hour // for hosts whose clocks are behind
)

// Limits of what a certificate request may ask for.
const (
	maxCSR   = 8 << 10
	maxNames = 64
)

// Authority signs a cluster's certificates.
type Authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// OpenAuthority reads the authority of dir, or makes a new one when dir has
// none. The folder is made when missing.
func OpenAuthority(dir string, now time.Time) (*Authority, error) {
	if err := atomicfile.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open the cluster's authority: %w", err)
	}
	key, err := loadOrMakeKey(filepath.Join(dir, "ca.key"))
	if err != nil {
		return nil, fmt.Errorf("open the cluster's authority: %w", err)
	}
	path := filepath.Join(dir, "ca.crt")
	chain, err := readChain(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeAuthority(path, key, now)
	}
	if err != nil {
		return nil, fmt.Errorf("open the cluster's authority: %w", err)
	}
	if !key.PublicKey.Equal(chain[0].PublicKey) {
		return nil, fmt.Errorf("%s and ca.key do not belong together: restore both from one backup", path)
	}
	return &Authority{chain[0], key}, nil
}

// makeAuthority signs the key with itself. A crash before the certificate is
// written leaves the key, which the next start uses.
func makeAuthority(path string, key *ecdsa.PrivateKey, now time.Time) (*Authority, error) {
	template := &x509.Certificate{
		Subject:               pkix.Name{CommonName: "ecc cluster authority", SerialNumber: fingerprint(&key.PublicKey)[:16]},
		NotBefore:             now.Add(-backdate),
		NotAfter:              now.Add(authorityLife),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
		MaxPathLenZero:        true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("make the cluster's authority: %w", err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("make the cluster's authority: %w", err)
	}
	if err := writeChain(path, der); err != nil {
		return nil, fmt.Errorf("make the cluster's authority: %w", err)
	}
	return &Authority{cert, key}, nil
}

// Certificate returns the authority's certificate, DER.
func (a *Authority) Certificate() []byte { return a.cert.Raw }

// Pin returns what join tokens pin: the SHA-256 of the certificate.
func (a *Authority) Pin() Pin { return sha256.Sum256(a.cert.Raw) }

// Sign answers a certificate request with a certificate for s. Of the request
// only the key counts; a cc, which serves nodes, also gets the names it asks
// for. Errors are about the request and safe to show to who sent it.
func (a *Authority) Sign(csr []byte, s Subject, now time.Time) ([]byte, error) {
	if err := s.Valid(); err != nil {
		return nil, err
	}
	if !Joins(s.Role) {
		return nil, fmt.Errorf("hosts cannot join as %s", s.Role)
	}
	req, err := ParseRequest(csr)
	if err != nil {
		return nil, err
	}
	names := names{}
	usage := []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	if s.Role == RoleCC {
		names.hosts, names.ips = req.DNSNames, req.IPAddresses
		usage = append(usage, x509.ExtKeyUsageServerAuth)
	}
	return a.sign(s, req.PublicKey.(*ecdsa.PublicKey), names, usage, now)
}

// ParseRequest reads a certificate request and checks that its sender holds
// the key. Only P-256 keys are taken.
func ParseRequest(csr []byte) (*x509.CertificateRequest, error) {
	if len(csr) > maxCSR {
		return nil, fmt.Errorf("certificate request of %d bytes, %d at most", len(csr), maxCSR)
	}
	req, err := x509.ParseCertificateRequest(csr)
	if err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	if err := req.CheckSignature(); err != nil {
		return nil, fmt.Errorf("certificate request: %w", err)
	}
	key, ok := req.PublicKey.(*ecdsa.PublicKey)
	if !ok || key.Curve != elliptic.P256() {
		return nil, errors.New("certificate request: the key is not a P-256 key")
	}
	if n := len(req.DNSNames) + len(req.IPAddresses); n > maxNames {
		return nil, fmt.Errorf("certificate request for %d names, %d at most", n, maxNames)
	}
	return req, nil
}

// KeyOf names the key of a parsed request: two requests with the same key
// come from the same host.
func KeyOf(req *x509.CertificateRequest) string {
	return fingerprint(req.PublicKey.(*ecdsa.PublicKey))
}

func (a *Authority) sign(s Subject, key *ecdsa.PublicKey, n names, usage []x509.ExtKeyUsage, now time.Time) ([]byte, error) {
	template := &x509.Certificate{
		Subject:     pkix.Name{CommonName: string(s.Node), OrganizationalUnit: []string{s.Role}},
		NotBefore:   now.Add(-backdate),
		NotAfter:    now.Add(leafLife),
		KeyUsage:    x509.KeyUsageDigitalSignature,
		ExtKeyUsage: usage,
		DNSNames:    n.hosts,
		IPAddresses: n.ips,
	}
	if template.NotAfter.After(a.cert.NotAfter) {
		template.NotAfter = a.cert.NotAfter
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, key, a.key)
	if err != nil {
		return nil, fmt.Errorf("sign a certificate for %s: %w", s, err)
	}
	return der, nil
}

// Server returns the identity of the process that holds the authority, for
// its edge listener: certified for these names (see Names), made again when
// the names have changed or it is due.
func (a *Authority) Server(dir string, s Subject, want []string, now time.Time) (*Identity, error) {
	n := parseNames(want)
	id, err := Load(dir, s.Role)
	if err == nil && id.Subject() == s && id.covers(n) && !id.Due(now) && bytes.Equal(id.authority().Raw, a.cert.Raw) {
		return id, nil
	}
	key, err := loadOrMakeKey(filepath.Join(dir, s.Role+".key"))
	if err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	der, err := a.sign(s, &key.PublicKey, n, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, now)
	if err != nil {
		return nil, err
	}
	if err := writeChain(filepath.Join(dir, s.Role+".crt"), der, a.cert.Raw); err != nil {
		return nil, fmt.Errorf("make the server's certificate: %w", err)
	}
	return Load(dir, s.Role)
}

// Refresh renews a Server's identity in place when it is due. It is made to
// be the round of a daily loop: a head may run for longer than a certificate
// lives.
func (a *Authority) Refresh(id *Identity, now time.Time) error {
	if !id.Due(now) {
		return nil
	}
	leaf := id.current.Load().leaf
	der, err := a.sign(id.Subject(), &id.key.PublicKey, names{leaf.DNSNames, leaf.IPAddresses}, leaf.ExtKeyUsage, now)
	if err != nil {
		return err
	}
	return id.Renew(der)
}
