package rpc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// Registrar is the clc's side of Enroll.
type Registrar struct {
	authority *clustertls.Authority
	deps      RegistrarDeps
	logger    *slog.Logger
}

// RegistrarDeps is what a Registrar needs of the store and the world.
type RegistrarDeps struct {
	// UseToken replaces the record of a join token by what use makes of it,
	// in one durable transaction, and returns use's error. An unknown id is
	// NotFound.
	UseToken func(ctx context.Context, id string, use func(cloud.JoinToken) (cloud.JoinToken, error)) error

	// Taken reports whether the cluster has had a node of that name and role.
	// A token that is not for this very name does not admit another one.
	Taken func(ctx context.Context, s clustertls.Subject) (bool, error)

	Now func() time.Time
}

var _ Enroll = (*Registrar)(nil)

// NewRegistrar makes the server of Enroll.
func NewRegistrar(authority *clustertls.Authority, deps RegistrarDeps, logger *slog.Logger) *Registrar {
	return &Registrar{authority, deps, logger}
}

// Join admits a host with a token, or renews the certificate of a peer that
// sends none.
func (r *Registrar) Join(ctx context.Context, req JoinRequest) (JoinAnswer, error) {
	s := clustertls.Subject{Node: cloud.NodeID(req.Node), Role: req.Role}
	csr, err := clustertls.ParseRequest(req.CSR)
	if err == nil {
		err = s.Valid()
	}
	if err != nil {
		return JoinAnswer{}, cloud.Errorf(cloud.Invalid, cloud.ResNode, req.Node, "The request to join: %v.", err)
	}
	how := "renewed"
	if req.Token != "" {
		how, err = "joined", r.spend(ctx, req.Token, s, clustertls.KeyOf(csr))
	} else {
		err = renews(ctx, s)
	}
	if err != nil {
		r.logger.Warn("a host was refused", "node", s.Node, "as", s.Role, "err", err)
		return JoinAnswer{}, err
	}
	cert, err := r.authority.Sign(req.CSR, s, r.deps.Now())
	if err != nil {
		return JoinAnswer{}, cloud.Errorf(cloud.Invalid, cloud.ResNode, req.Node, "The request to join: %v.", err)
	}
	r.logger.Info("a host "+how, "node", s.Node, "as", s.Role)
	return JoinAnswer{Cert: cert, CA: r.authority.Certificate()}, nil
}

// renews admits a peer that asks for its own name and role. A call inside
// this process has no certificate to renew.
func renews(ctx context.Context, s clustertls.Subject) error {
	if peer, ok := Peer(ctx); ok && peer == s {
		return nil
	}
	return cloud.Errorf(cloud.Denied, cloud.ResToken, "", "Joining needs a join token. Make one on the head: ecc token create")
}

// spend marks the token used. The name is checked before, so that a token is
// not lost on a name that is taken.
func (r *Registrar) spend(ctx context.Context, text string, s clustertls.Subject, key string) error {
	token, err := clustertls.ParseToken(text)
	if err != nil {
		return cloud.Errorf(cloud.Denied, cloud.ResToken, "", "%v", err)
	}
	if token.Pin != r.authority.Pin() {
		return clustertls.Refuse(token.ID, "is of another cluster")
	}
	taken, err := r.deps.Taken(ctx, s)
	if err != nil {
		return fmt.Errorf("look for %s: %w", s, err)
	}
	claim := clustertls.Claim{Secret: token.Secret, Subject: s, Key: key}
	err = r.deps.UseToken(ctx, token.ID, func(rec cloud.JoinToken) (cloud.JoinToken, error) {
		again := !rec.Used.IsZero() // by the same key, or Spend refuses
		used, err := clustertls.Spend(rec, claim, r.deps.Now())
		if err == nil && taken && !again && rec.Node != s.Node {
			err = cloud.Errorf(cloud.Denied, cloud.ResNode, string(s.Node),
				"The cluster has this %s already. If this host replaces it, make a token for its name on the head: ecc token create --role %s --node %s", s.Role, s.Role, s.Node)
		}
		return used, err
	})
	if errors.Is(err, cloud.NotFound) {
		return clustertls.Refuse(token.ID, "is not known")
	}
	return err
}
