package roles

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/rpc"
)

// joinRetry is between attempts to reach a head that does not answer.
const joinRetry = 2 * time.Second

// join returns a client of the head in the given role. It waits for a head
// that is not there yet, so that hosts may start in any order; a head that
// refuses, and anything wrong on this host, ends the start.
func (p *Process) join(role string) (*rpc.Client, *clustertls.Identity, error) {
	if p.cfg.Join.URL == "" {
		return nil, nil, fmt.Errorf("the role %s needs a head: run clc in this process too (--roles=all), or join one (--join URL --token TOKEN; make the token on the head with: ecc token create --role %s)", role, role)
	}
	cfg := rpc.JoinConfig{Dir: p.tlsDir(), Address: p.cfg.Join.URL, Token: string(p.cfg.Join.Token), Subject: p.subject(role)}
	if role == RoleCC {
		cfg.Names = clustertls.Names(p.cfg.Edge.Listen, "", hostAddrs(p.log), p.cfg.Edge.Names)
	}
	for {
		id, err := rpc.Join(p.ctx, cfg, time.Now())
		if err == nil {
			client, err := rpc.NewClient(p.cfg.Join.URL, id.ClientTLS())
			if err != nil {
				return nil, nil, err
			}
			p.atClose(func() error { client.Close(); return nil })
			p.renew(role, id, client)
			return client, id, nil
		}
		if !passing(err) {
			return nil, nil, fmt.Errorf("join the cluster as %s: %w", role, err)
		}
		p.log.Warn("waiting for the head to join", "role", role, "head", p.cfg.Join.URL, "err", err)
		select {
		case <-p.ctx.Done():
			return nil, nil, p.ctx.Err()
		case <-time.After(joinRetry):
		}
	}
}

// passing reports whether a join may succeed later as it is: only the other
// side's failures pass. A missing token never does.
func passing(err error) bool {
	var e *cloud.Error
	return !rpc.Refused(err) && errors.As(err, &e) && (e.Kind == cloud.Unavailable || e.Kind == cloud.Internal)
}

// renew adds a role that renews a certificate before it ends.
func (p *Process) renew(role string, id *clustertls.Identity, client *rpc.Client) {
	p.renewal(role, func(ctx context.Context) error { return rpc.Renew(ctx, id, client.Enroll(), time.Now()) })
}

// renewal has a certificate looked at now and then and renewed when it is due.
func (p *Process) renewal(role string, round func(context.Context) error) {
	p.addLoop("certificate "+role, 6*time.Hour, round)
}
