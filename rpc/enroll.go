package rpc

import "context"

// Enroll is the edge of a host that wants to join: it presents a join token
// instead of a certificate.
type Enroll interface {
	// Join exchanges a one-time token and a certificate request for a
	// certificate of exactly that node and role. A wrong, used or expired
	// token is Denied.
	Join(ctx context.Context, r JoinRequest) (JoinAnswer, error)
}

// JoinRequest asks for a certificate.
type JoinRequest struct {
	Token string `json:"token"`
	Node  string `json:"node"` // the name asked for
	Role  string `json:"role"`
	CSR   []byte `json:"csr"` // PKCS #10, DER
}

// JoinAnswer is a certificate and the authority that signed it.
type JoinAnswer struct {
	Cert []byte `json:"cert"` // DER
	CA   []byte `json:"ca"`   // DER
}
