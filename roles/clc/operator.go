package clc

import (
	"context"
	"crypto/rand"
	"time"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/internal/clustertls"
	"ecc/roles/clc/ledger"
	"ecc/roles/clc/trail"
	"ecc/rpc"
	"ecc/store"
)

// Operator serves the command line of people who operate the cloud.
type Operator struct {
	Service  *Service
	Endpoint string         // of the tenants' API
	Pin      clustertls.Pin // of the cluster's authority, put into join tokens
	Trail    *trail.Trail   // of what was done
}

var _ rpc.Operator = (*Operator)(nil)

// Nodes implements rpc.Operator.
func (o *Operator) Nodes(ctx context.Context) ([]rpc.NodeRow, error) {
	var out []rpc.NodeRow
	err := o.Service.store.View(ctx, func(tx *store.Tx) error {
		for n := range tx.Nodes().All() {
			row := rpc.NodeRow{Node: n, Free: n.Capacity}
			for i := range tx.Instances().By(store.ByNode, string(n.ID)) {
				row.Free = row.Free.Sub(i.Holds())
				if i.State() != cloud.StateTerminated {
					row.Instances++
				}
			}
			out = append(out, row)
		}
		return nil
	})
	return out, err
}

// maxTokenLife bounds a join token's life.
const maxTokenLife = 24 * time.Hour

// CreateToken implements rpc.Operator.
func (o *Operator) CreateToken(ctx context.Context, r rpc.TokenRequest) (string, error) {
	switch {
	case !clustertls.Joins(r.Role):
		return "", cloud.Errorf(cloud.Invalid, cloud.ResToken, "", "no host joins as %q", r.Role)
	case r.Node != "" && !cloud.ValidNodeID(string(r.Node)):
		return "", cloud.Errorf(cloud.Invalid, cloud.ResNode, string(r.Node), "not a node's name")
	case r.Life <= 0 || r.Life > maxTokenLife:
		return "", cloud.Errorf(cloud.Invalid, cloud.ResToken, "", "a token lives from a moment to %s", maxTokenLife)
	}
	rec, text, err := clustertls.Mint(r.Role, r.Node, r.Life, o.Service.now(), o.Pin, rand.Reader)
	if err != nil {
		return "", err
	}
	err = o.Service.ledger.Update(ctx, ledger.Operator("CreateJoinToken", &r), func(tx *store.Tx) error { return tx.JoinTokens().Put(rec) })
	return text.String(), err
}

// UseToken changes the record of a join token in one transaction; it serves
// rpc.RegistrarDeps.
func (s *Service) UseToken(ctx context.Context, id string, use func(cloud.JoinToken) (cloud.JoinToken, error)) error {
	call := ledger.Operator("UseJoinToken", &struct{ TokenID string }{id})
	err := s.ledger.Update(ctx, call, func(tx *store.Tx) error {
		rec, ok := tx.JoinTokens().Get(id)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResToken, id, "")
		}
		used, err := use(rec)
		if err != nil {
			return err
		}
		return tx.JoinTokens().Put(used)
	})
	if err != nil {
		s.ledger.Observe(awsquery.Outcome{Call: call, Code: cloud.AsError(err).Kind.String(), Err: err})
	}
	return err
}

// Taken reports whether the cluster has had that node; it serves
// rpc.RegistrarDeps. Only nodes that run instances are kept by name.
func (s *Service) Taken(ctx context.Context, sub clustertls.Subject) (bool, error) {
	var taken bool
	err := s.store.View(ctx, func(tx *store.Tx) error {
		_, taken = tx.Nodes().Get(sub.Node)
		return nil
	})
	return taken && sub.Role == clustertls.RoleNC, err
}

// ImageStore implements rpc.Operator.
func (o *Operator) ImageStore(ctx context.Context) (rpc.ImageStoreAccess, error) {
	return o.Service.images.Access(ctx)
}

// RegisterImage implements rpc.Operator.
func (o *Operator) RegisterImage(ctx context.Context, r rpc.RegisterRequest) (cloud.ImageID, error) {
	return o.Service.registerBlob(ctx, r)
}
