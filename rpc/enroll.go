package rpc

import "context"

// Enroll is the edge of a host that wants to join: it presents a join token
// instead of a certificate. A host that has one renews it here, without a
// token. Registrar implements it, Join and Renew call it.
type Enroll interface {
	// Join exchanges a one-time token and a certificate request for a
	// certificate of exactly that node and role. A wrong, used or expired
	// token is Denied; the same key may use its token again while it lives.
	// Without a token the peer's own certificate is renewed.
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

var enrollEdge = edge[Enroll]{
	name:       "enroll",
	anyone:     true,
	maxRequest: 32 << 10, maxAnswer: 32 << 10,
	methods: map[string]method[Enroll]{
		"join": verb(Enroll.Join),
	},
}

// Enroll returns the client's Enroll edge.
func (c *Client) Enroll() Enroll { return enrollClient{c} }

type enrollClient struct{ carrier }

var _ Enroll = enrollClient{}

func (c enrollClient) Join(ctx context.Context, r JoinRequest) (JoinAnswer, error) {
	return ask[JoinAnswer](ctx, c, enrollEdge.line("join"), r)
}
