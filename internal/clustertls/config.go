package clustertls

import (
	"crypto/sha256"
	"crypto/subtle"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"
)

// Pin names an authority by the SHA-256 of its certificate.
type Pin [sha256.Size]byte

// ServerTLS is the setting of an edge listener. Callers may come without a
// certificate, to join; one that is shown must be of the authority and for
// clients. Who may do what is for package rpc to decide.
func (id *Identity) ServerTLS() *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"http/1.1"},
		ClientAuth: tls.VerifyClientCertIfGiven,
		ClientCAs:  poolOf(id.authority()),
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			return &id.current.Load().tls, nil
		},
	}
}

// ClientTLS is the setting of a caller that shows this identity and expects a
// server of the same authority in one of the roles: without any, in a role
// above its own.
func (id *Identity) ClientTLS(serverRoles ...string) *tls.Config {
	if len(serverRoles) == 0 {
		serverRoles = uppers(id.Subject().Role)
	}
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"http/1.1"},
		RootCAs:    poolOf(id.authority()),
		GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return &id.current.Load().tls, nil
		},
		VerifyConnection: func(c tls.ConnectionState) error {
			return checkRole(c.PeerCertificates, serverRoles)
		},
	}
}

// uppers are the roles that a role dials. An nc's cc may be in the process of
// the clc.
func uppers(role string) []string {
	if role == RoleNC {
		return []string{RoleCC, RoleCLC}
	}
	return []string{RoleCLC}
}

// PinnedTLS is the setting of a host that has no identity yet: it shows none,
// and expects the clc at host (a name or address without port) with a chain
// that ends in the pinned authority.
func PinnedTLS(pin Pin, host string) *tls.Config {
	return &tls.Config{
		MinVersion: tls.VersionTLS13,
		NextProtos: []string{"http/1.1"},
		// The library cannot verify against an authority that only arrives in
		// the handshake; VerifyConnection below does all it would do.
		InsecureSkipVerify: true, //nolint:gosec // verified by pin, see verifyPinned
		VerifyConnection: func(c tls.ConnectionState) error {
			return verifyPinned(c.PeerCertificates, pin, host)
		},
	}
}

// ErrPin is in the chain of a join's error when the server is not of the
// cluster the token is for.
var ErrPin = errors.New("the server is not of the cluster this token is for")

// verifyPinned is told the host, because ConnectionState.ServerName is empty
// for addresses.
func verifyPinned(chain []*x509.Certificate, pin Pin, host string) error {
	ca := pinned(chain, pin)
	if ca == nil {
		return untrusted(chain, ErrPin)
	}
	if host == "" { // would turn the check of the name off
		return errors.New("no host to verify the server's certificate for")
	}
	_, err := chain[0].Verify(x509.VerifyOptions{
		DNSName:   host,
		Roots:     poolOf(ca),
		KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	if err != nil {
		return untrusted(chain, err)
	}
	return checkRole(chain, []string{RoleCLC})
}

func pinned(chain []*x509.Certificate, pin Pin) *x509.Certificate {
	for _, c := range chain {
		sum := sha256.Sum256(c.Raw)
		if subtle.ConstantTimeCompare(sum[:], pin[:]) == 1 {
			return c
		}
	}
	return nil
}

// checkRole keeps a node's certificate from serving as the head's: both are
// of the same authority.
func checkRole(chain []*x509.Certificate, roles []string) error {
	s, err := SubjectOf(chain[0])
	if err == nil && !slices.Contains(roles, s.Role) {
		err = fmt.Errorf("the server is a %s, want %v", s.Role, roles)
	}
	if err != nil {
		return untrusted(chain, err)
	}
	return nil
}

// untrusted gives our own checks the type of the library's.
func untrusted(chain []*x509.Certificate, err error) error {
	return &tls.CertificateVerificationError{UnverifiedCertificates: chain, Err: err}
}

func poolOf(ca *x509.Certificate) *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(ca)
	return pool
}
