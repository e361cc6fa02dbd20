package clustertls

import (
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"time"
)

// Identity is a certificate, its key and the authority behind it, as kept in
// a folder. It can be renewed while connections use it.
type Identity struct {
	path    string // of the chain
	key     *ecdsa.PrivateKey
	current atomic.Pointer[chain]
}

// chain is what is replaced by a renewal.
type chain struct {
	leaf, ca *x509.Certificate
	tls      tls.Certificate
}

// Load reads the identity of a role from dir. fs.ErrNotExist means there is
// none yet.
func Load(dir, role string) (*Identity, error) {
	id := &Identity{path: filepath.Join(dir, role+".crt")}
	certs, err := readChain(id.path)
	if err != nil {
		return nil, fmt.Errorf("load the identity of this host as %s: %w", role, err)
	}
	if id.key, err = readKey(filepath.Join(dir, role+".key")); err != nil {
		return nil, fmt.Errorf("load the identity of this host as %s: %w", role, err)
	}
	if len(certs) != 2 {
		return nil, fmt.Errorf("%s holds %d certificates, want this host's and the authority's", id.path, len(certs))
	}
	c, err := id.chain(certs[0], certs[1])
	if err != nil {
		return nil, fmt.Errorf("%s: %w", id.path, err)
	}
	id.current.Store(c)
	return id, nil
}

// Key reads or makes the key a host joins with in a role, and returns a
// certificate request for s signed by it. Of names see Names.
func Key(dir string, s Subject, want []string) (csr []byte, err error) {
	key, err := loadOrMakeKey(filepath.Join(dir, s.Role+".key"))
	if err != nil {
		return nil, err
	}
	return request(key, s, parseNames(want))
}

// Save writes the certificate that a host got for its Key, and the authority,
// durably, and returns the identity they make.
func Save(dir string, s Subject, cert, ca []byte) (*Identity, error) {
	key, err := readKey(filepath.Join(dir, s.Role+".key"))
	if err != nil {
		return nil, err
	}
	id := &Identity{path: filepath.Join(dir, s.Role+".crt"), key: key}
	if err := id.install(s, cert, ca); err != nil {
		return nil, err
	}
	return id, nil
}

// Request returns a certificate request for the identity's renewal.
func (id *Identity) Request() ([]byte, error) {
	c := id.current.Load()
	return request(id.key, id.Subject(), names{c.leaf.DNSNames, c.leaf.IPAddresses})
}

// Renew replaces the certificate by a newer one of the same subject, key and
// authority, durably. Connections made from now on use it.
func (id *Identity) Renew(cert []byte) error {
	return id.install(id.Subject(), cert, id.authority().Raw)
}

func (id *Identity) install(s Subject, cert, ca []byte) error {
	leaf, err := x509.ParseCertificate(cert)
	if err != nil {
		return fmt.Errorf("the certificate of %s: %w", s, err)
	}
	root, err := x509.ParseCertificate(ca)
	if err != nil {
		return fmt.Errorf("the authority of %s: %w", s, err)
	}
	c, err := id.chain(leaf, root)
	if err != nil {
		return err
	}
	if got, err := SubjectOf(leaf); err != nil || got != s {
		return errors.Join(fmt.Errorf("got a certificate for %s, asked for %s", got, s), err)
	}
	if err := writeChain(id.path, cert, ca); err != nil {
		return err
	}
	id.current.Store(c)
	return nil
}

// chain checks that the parts belong together. Time is not looked at: an
// expired identity can still be loaded, to say so.
func (id *Identity) chain(leaf, ca *x509.Certificate) (*chain, error) {
	if err := leaf.CheckSignatureFrom(ca); err != nil {
		return nil, fmt.Errorf("the certificate is not of its authority: %w", err)
	}
	if !id.key.PublicKey.Equal(leaf.PublicKey) {
		return nil, errors.New("the certificate is not for this host's key")
	}
	if _, err := SubjectOf(leaf); err != nil {
		return nil, err
	}
	return &chain{leaf, ca, tls.Certificate{
		Certificate: [][]byte{leaf.Raw, ca.Raw}, // the authority too: joining hosts look for the one their token pins
		PrivateKey:  id.key,
		Leaf:        leaf,
	}}, nil
}

// Subject is whom the identity is of.
func (id *Identity) Subject() Subject {
	s, err := SubjectOf(id.current.Load().leaf)
	if err != nil {
		panic("clustertls: an identity was kept without a subject: " + err.Error()) // chain checks it
	}
	return s
}

// Expires is when the certificate ends.
func (id *Identity) Expires() time.Time { return id.current.Load().leaf.NotAfter }

// Due reports whether it is time to renew: less than a third of its life is
// left.
func (id *Identity) Due(now time.Time) bool {
	leaf := id.current.Load().leaf
	return now.After(leaf.NotAfter.Add(-leaf.NotAfter.Sub(leaf.NotBefore) / 3))
}

func (id *Identity) authority() *x509.Certificate { return id.current.Load().ca }

// covers reports whether the certificate is for exactly these names.
func (id *Identity) covers(n names) bool {
	leaf := id.current.Load().leaf
	return n.equal(names{leaf.DNSNames, leaf.IPAddresses})
}

// Known reports whether dir holds an identity of the role, whatever its
// state.
func Known(dir, role string) bool {
	_, err := Load(dir, role)
	return !errors.Is(err, fs.ErrNotExist)
}

func request(key *ecdsa.PrivateKey, s Subject, n names) ([]byte, error) {
	template := &x509.CertificateRequest{
		Subject:  pkix.Name{CommonName: string(s.Node), OrganizationalUnit: []string{s.Role}},
		DNSNames: n.hosts, IPAddresses: n.ips,
	}
	csr, err := x509.CreateCertificateRequest(rand.Reader, template, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate request for %s: %w", s, err)
	}
	return csr, nil
}
