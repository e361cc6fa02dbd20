// Package clustertls is the identity of a cluster's processes: its authority,
// the certificates that say which node and role a process is, and the TLS
// settings of both ends of an edge.
//
//	<data>/tls/
//	  ca.key       0600  the authority's private key       (on the clc only)
//	  ca.crt       0644  the authority, self-signed, 10 years
//	  clc.key      0600  key of the process's own identity; <role>.key
//	  clc.crt      0644  its certificate, then the authority; <role>.crt
//
// A certificate is for exactly one node (common name) and one role
// (organizational unit). It says who is calling, never what may be done: that
// is decided in package rpc and by the roles.
//
// Keys are drawn from crypto/rand directly, because the standard library does
// not let them be drawn from anywhere else. Package rpc, roles and main import
// it.
package clustertls

import (
	"crypto/x509"
	"fmt"

	"ecc/cloud"
)

// The roles a certificate can be for. Clc's is made by the authority for
// itself, the others' by joining.
const (
	RoleCLC    = "clc"
	RoleCC     = "cc"
	RoleNC     = "nc"
	RoleWalrus = "walrus"
)

// Subject is whom a certificate is for.
type Subject struct {
	Node cloud.NodeID
	Role string
}

func (s Subject) String() string { return s.Role + " " + string(s.Node) }

// Joins reports whether hosts can join a cluster in this role.
func Joins(role string) bool {
	return role == RoleCC || role == RoleNC || role == RoleWalrus
}

// Valid returns what is wrong with the subject, or nil.
func (s Subject) Valid() error {
	if !cloud.ValidNodeID(string(s.Node)) {
		return fmt.Errorf("%q cannot name a node: lower-case letters, digits, '.' and '-', 63 at most", s.Node)
	}
	if !Joins(s.Role) && s.Role != RoleCLC {
		return fmt.Errorf("%q is not a role with certificates: clc, cc, nc or walrus", s.Role)
	}
	return nil
}

// SubjectOf reads the subject of a certificate. The caller has verified the
// certificate.
func SubjectOf(c *x509.Certificate) (Subject, error) {
	if len(c.Subject.OrganizationalUnit) != 1 {
		return Subject{}, fmt.Errorf("certificate %q is for %d roles, want one", c.Subject.CommonName, len(c.Subject.OrganizationalUnit))
	}
	s := Subject{Node: cloud.NodeID(c.Subject.CommonName), Role: c.Subject.OrganizationalUnit[0]}
	return s, s.Valid()
}
