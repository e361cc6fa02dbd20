package cc

import (
	"context"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// Hello takes a node in, or anew.
func (c *Cluster) Hello(_ context.Context, h rpc.NodeHello) (rpc.NodeWelcome, error) {
	if !cloud.ValidNodeID(string(h.Node)) {
		return rpc.NodeWelcome{}, cloud.Errorf(cloud.Malformed, cloud.ResNode, string(h.Node), "not a node's name")
	}
	if h.Zone != c.cfg.Zone {
		return rpc.NodeWelcome{}, cloud.Errorf(cloud.Invalid, cloud.ResZone, h.Zone, "this cluster controller serves zone %s", c.cfg.Zone)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.welcome == nil || c.zone == nil {
		return rpc.NodeWelcome{}, unready()
	}
	n := c.nodes[h.Node]
	if n == nil {
		n = &node{}
		c.nodes[h.Node] = n
	}
	n.record = cloud.Node{ID: h.Node, Zone: h.Zone, Hypervisor: h.Hypervisor, Accelerator: h.Accelerator,
		Version: h.Version, Address: h.Address, Capacity: h.Capacity, Joined: n.record.Joined}
	n.heard = c.now()
	n.take(split(*c.zone)[h.Node], c.zone.Revision)
	c.log.Info("node said hello", "node", h.Node, "accelerator", h.Accelerator)
	kick(c.report)
	return *c.welcome, nil
}

// Watch is the node's long poll.
func (c *Cluster) Watch(ctx context.Context, id cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	end := time.NewTimer(c.cfg.Poll)
	defer end.Stop()
	for {
		in, wait, err := c.intent(id, after)
		if err != nil || wait == nil {
			return in, err
		}
		select {
		case <-wait:
		case <-end.C:
			return in, nil
		case <-ctx.Done():
			return rpc.NodeIntent{}, ctx.Err()
		}
	}
}

// intent returns the node's intent as it is now, and a channel to wait on when
// there is nothing new in it after the given revision.
func (c *Cluster) intent(id cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, <-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.known(id)
	if err != nil {
		return rpc.NodeIntent{}, nil, err
	}
	if after > c.zone.Revision {
		return rpc.NodeIntent{}, nil, cloud.Errorf(cloud.Stale, cloud.ResNode, string(id), "revision %d is ahead of the cluster's %d", after, c.zone.Revision)
	}
	n.heard = c.now()
	in := split(*c.zone)[id]
	in.Revision = c.zone.Revision
	if after == 0 || n.since > after || n.untold(in.Asks) {
		return in, nil, nil
	}
	return in, c.changed, nil
}

// untold reports whether the node was not told one of the questions yet, and
// notes that it is now. Questions have no revision.
func (n *node) untold(asks []rpc.Ask) bool {
	was := n.told
	n.told = make(map[string]bool, len(asks))
	fresh := false
	for _, a := range asks {
		fresh = fresh || !was[a.ID]
		n.told[a.ID] = true
	}
	return fresh
}

// known returns a node that has said hello. c.mu is held.
func (c *Cluster) known(id cloud.NodeID) (*node, error) {
	if c.zone == nil {
		return nil, unready()
	}
	n := c.nodes[id]
	if n == nil {
		return nil, cloud.Errorf(cloud.Unavailable, cloud.ResNode, string(id), "say hello first")
	}
	return n, nil
}

func unready() error {
	return cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "the zone's state is not known here yet")
}

// Report takes what a node sees.
func (c *Cluster) Report(_ context.Context, r rpc.NodeReport) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.known(r.Node)
	if err != nil {
		return err
	}
	if r.Revision > c.zone.Revision {
		return cloud.Errorf(cloud.Stale, cloud.ResNode, string(r.Node), "revision %d is ahead of the cluster's %d", r.Revision, c.zone.Revision)
	}
	n.heard, n.report = c.now(), &r
	kick(c.report)
	return nil
}

// GrantImage passes a request on: the clc knows which images a node needs.
func (c *Cluster) GrantImage(ctx context.Context, id cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	return c.upper.GrantImage(ctx, id, image)
}

// Answer passes a node's answer on.
func (c *Cluster) Answer(ctx context.Context, id cloud.NodeID, a rpc.Answer) error {
	return c.upper.Answer(ctx, id, a)
}

// kick puts a token in a channel of size one.
func kick(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
