package rpc

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
)

// JoinConfig is how a host joins its cluster.
type JoinConfig struct {
	Dir     string             // of keys and certificates, made by the caller
	Address string             // of the clc's edge listener, see ParseAddress
	Token   string             // as printed by ecc token create; not needed by a host that has joined
	Subject clustertls.Subject // what to be
	Names   []string           // a cc's, see clustertls.Names; others serve nobody
}

// Join returns the host's identity: the one it has, or the one it gets for
// its token. It may be interrupted anywhere and called again with the same
// token: the key is kept from the first try on.
func Join(ctx context.Context, cfg JoinConfig, now time.Time) (*clustertls.Identity, error) {
	id, err := clustertls.Load(cfg.Dir, cfg.Subject.Role)
	if err == nil {
		return id, usable(id, cfg, now)
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if cfg.Token == "" {
		return nil, fmt.Errorf("this host has not joined as %s: make a token on the head (ecc token create --role %s) and start with --join and --token", cfg.Subject.Role, cfg.Subject.Role)
	}
	return enrol(ctx, cfg)
}

// usable says early, and with what to do, what TLS would say late.
func usable(id *clustertls.Identity, cfg JoinConfig, now time.Time) error {
	if got := id.Subject(); got != cfg.Subject {
		return fmt.Errorf("this host joined as %s and is configured as %s: name it as before, or remove %s to join anew", got, cfg.Subject, cfg.Dir)
	}
	if now.After(id.Expires()) {
		return fmt.Errorf("the certificate of %s expired at %v: remove %s and join with a new token", cfg.Subject, id.Expires().UTC().Format(time.RFC3339), cfg.Dir)
	}
	return nil
}

func enrol(ctx context.Context, cfg JoinConfig) (*clustertls.Identity, error) {
	token, err := clustertls.ParseToken(cfg.Token)
	if err != nil {
		return nil, err
	}
	address, err := ParseAddress(cfg.Address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	csr, err := clustertls.Key(cfg.Dir, cfg.Subject, cfg.Names)
	if err != nil {
		return nil, fmt.Errorf("join %s: %w", address, err)
	}
	client, err := NewClient(address, clustertls.PinnedTLS(token.Pin, host))
	if err != nil {
		return nil, err
	}
	defer client.Close()
	answer, err := client.Enroll().Join(ctx, request(cfg.Subject, cfg.Token, csr))
	if err != nil {
		return nil, fmt.Errorf("join %s: %w", address, err)
	}
	return clustertls.Save(cfg.Dir, cfg.Subject, answer.Cert, answer.CA)
}

func request(s clustertls.Subject, token string, csr []byte) JoinRequest {
	return JoinRequest{Token: token, Node: string(s.Node), Role: s.Role, CSR: csr}
}

// Renew gets a new certificate for id through an Enroll that was dialled with
// it, when it is due. It is made to be the round of a daily loop.
func Renew(ctx context.Context, id *clustertls.Identity, e Enroll, now time.Time) error {
	if !id.Due(now) {
		return nil
	}
	csr, err := id.Request()
	if err != nil {
		return err
	}
	answer, err := e.Join(ctx, request(id.Subject(), "", csr))
	if err != nil {
		return fmt.Errorf("renew the certificate of %s: %w", id.Subject(), err)
	}
	return id.Renew(answer.Cert)
}

// Refused reports whether trying the same again is pointless: the other side
// does not take this host's token, certificate or name.
func Refused(err error) bool {
	return errors.Is(err, cloud.Denied) || errors.Is(err, clustertls.ErrPin)
}
