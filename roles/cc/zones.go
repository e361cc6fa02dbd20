package cc

import (
	"context"
	"sync"

	"ecc/cloud"
	"ecc/rpc"
)

// Zones serves the nodes of several zones from one process: each node's calls
// go to the cluster controller of the zone it said hello to.
type Zones struct {
	of map[string]*Cluster

	mu    sync.Mutex
	nodes map[cloud.NodeID]*Cluster
}

var _ rpc.Node = (*Zones)(nil)

// NewZones joins cluster controllers.
func NewZones(clusters ...*Cluster) *Zones {
	z := &Zones{of: map[string]*Cluster{}, nodes: map[cloud.NodeID]*Cluster{}}
	for _, c := range clusters {
		z.of[c.cfg.Zone] = c
	}
	return z
}

// Hello takes a node in.
func (z *Zones) Hello(ctx context.Context, h rpc.NodeHello) (rpc.NodeWelcome, error) {
	c := z.of[h.Zone]
	if c == nil {
		return rpc.NodeWelcome{}, cloud.Errorf(cloud.Invalid, cloud.ResZone, h.Zone, "zone %s is not served here", h.Zone)
	}
	w, err := c.Hello(ctx, h)
	if err != nil {
		return w, err
	}
	z.mu.Lock()
	old := z.nodes[h.Node]
	z.nodes[h.Node] = c
	z.mu.Unlock()
	if old != nil && old != c {
		old.forget(h.Node) // it was moved: it must not be reported from both
	}
	return w, nil
}

// at is the controller of a node's zone.
func (z *Zones) at(id cloud.NodeID) (*Cluster, error) {
	z.mu.Lock()
	defer z.mu.Unlock()
	if c := z.nodes[id]; c != nil {
		return c, nil
	}
	return nil, cloud.Errorf(cloud.Unavailable, cloud.ResNode, string(id), "say hello first")
}

// Watch is the node's long poll.
func (z *Zones) Watch(ctx context.Context, id cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	c, err := z.at(id)
	if err != nil {
		return rpc.NodeIntent{}, err
	}
	return c.Watch(ctx, id, after)
}

// Report takes what a node sees.
func (z *Zones) Report(ctx context.Context, r rpc.NodeReport) error {
	c, err := z.at(r.Node)
	if err != nil {
		return err
	}
	return c.Report(ctx, r)
}

// GrantImage passes a request on.
func (z *Zones) GrantImage(ctx context.Context, id cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	c, err := z.at(id)
	if err != nil {
		return rpc.ImageGrant{}, err
	}
	return c.GrantImage(ctx, id, image)
}

// Credentials passes a request on.
func (z *Zones) Credentials(ctx context.Context, id cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	c, err := z.at(id)
	if err != nil {
		return cloud.RoleKey{}, err
	}
	return c.Credentials(ctx, id, instance)
}

// Answer passes a node's answer on.
func (z *Zones) Answer(ctx context.Context, id cloud.NodeID, a rpc.Answer) error {
	c, err := z.at(id)
	if err != nil {
		return err
	}
	return c.Answer(ctx, id, a)
}
