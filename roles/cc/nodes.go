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
	if c.welcome == nil || !c.known {
		return rpc.NodeWelcome{}, unready()
	}
	if home := c.others[h.Node]; home != "" {
		return rpc.NodeWelcome{}, elsewhere(h.Node, home)
	}
	n := newNode()
	if old := c.nodes[h.Node]; old != nil {
		n.report, n.news = old.report, old.news
		close(old.changed) // a watch from before this hello has nobody to tell any more
	}
	c.nodes[h.Node] = n
	n.record = recordOf(h)
	n.heard = c.now()
	n.take(c.parts[h.Node], c.revision)
	c.log.Info("node said hello", "node", h.Node, "accelerator", n.record.Accelerator)
	kick(c.report)
	return *c.welcome, nil
}

// Watch is the node's long poll.
func (c *Cluster) Watch(ctx context.Context, id cloud.NodeID, after cloud.Revision) (rpc.NodeIntent, error) {
	n, err := c.of(id)
	if err != nil {
		return rpc.NodeIntent{}, err
	}
	end := time.NewTimer(c.cfg.Poll)
	defer end.Stop()
	for last := false; ; {
		in, wait, err := c.intent(n, after, last)
		if err != nil || wait == nil {
			return in, err
		}
		select {
		case <-wait:
		case <-end.C:
			last = true
		case <-ctx.Done():
			return rpc.NodeIntent{}, ctx.Err()
		}
	}
}

// intent returns the node's intent as it is now or, when there is nothing new
// in it after the given revision and it is not the last look, a channel to
// wait on.
func (c *Cluster) intent(n *node, after cloud.Revision, last bool) (rpc.NodeIntent, <-chan struct{}, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.nodes[n.record.ID] != n {
		return rpc.NodeIntent{}, nil, stranger(n.record.ID)
	}
	if after > c.revision {
		return rpc.NodeIntent{}, nil, c.ahead(n.record.ID, after)
	}
	n.heard = c.now()
	if last || after == 0 || n.since > after || n.asked() {
		return n.hand(c.revision), nil, nil
	}
	return rpc.NodeIntent{}, n.changed, nil
}

// of returns a node that has said hello.
func (c *Cluster) of(id cloud.NodeID) (*node, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.node(id)
}

// node returns a node that has said hello. c.mu is held.
func (c *Cluster) node(id cloud.NodeID) (*node, error) {
	if !c.known {
		return nil, unready()
	}
	n := c.nodes[id]
	if n == nil {
		return nil, stranger(id)
	}
	return n, nil
}

// elsewhere refuses a node of another zone: this one's intent knows none of its
// instances, and the node would erase them.
func elsewhere(id cloud.NodeID, home string) error {
	return cloud.Errorf(cloud.Denied, cloud.ResNode, string(id),
		"node %s belongs to zone %s, where its instances are; set its zone to %s again, or let the host join under another name", id, home, home)
}

func stranger(id cloud.NodeID) error {
	return cloud.Errorf(cloud.Unavailable, cloud.ResNode, string(id), "say hello first")
}

// ahead refuses a node that has seen what this cluster has not. c.mu is held.
func (c *Cluster) ahead(id cloud.NodeID, rev cloud.Revision) error {
	return cloud.Errorf(cloud.Stale, cloud.ResNode, string(id), "revision %d is ahead of the cluster's %d", rev, c.revision)
}

// forget drops a node that has said hello in another zone.
func (c *Cluster) forget(id cloud.NodeID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(id)
}

// drop is forget with c.mu held.
func (c *Cluster) drop(id cloud.NodeID) {
	if n := c.nodes[id]; n != nil {
		delete(c.nodes, id)
		close(n.changed) // a watch under way is told to say hello
	}
}

func unready() error {
	return cloud.Errorf(cloud.Unavailable, cloud.AnyResource, "", "the zone's state is not known here yet")
}

// Report takes what a node sees.
func (c *Cluster) Report(_ context.Context, r rpc.NodeReport) error {
	if err := bound(&r); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	n, err := c.node(r.Node)
	if err != nil {
		return err
	}
	if r.Revision > c.revision {
		return c.ahead(r.Node, r.Revision)
	}
	if n.heardReport(r, c.now()) {
		kick(c.report)
	}
	return nil
}

// GrantImage passes a request on: the clc knows which images a node needs.
func (c *Cluster) GrantImage(ctx context.Context, id cloud.NodeID, image cloud.ImageID) (rpc.ImageGrant, error) {
	return c.upper.GrantImage(ctx, id, image)
}

// Credentials passes a request on: the clc knows which instances a node has, and
// this role keeps no secrets.
func (c *Cluster) Credentials(ctx context.Context, id cloud.NodeID, instance cloud.InstanceID) (cloud.RoleKey, error) {
	return c.upper.Credentials(ctx, id, instance)
}

// Answer passes a node's answer on.
func (c *Cluster) Answer(ctx context.Context, id cloud.NodeID, a rpc.Answer) error {
	return c.upper.Answer(ctx, id, boundAnswer(a, c.asked(id, a.ID)))
}

// asked is what an open question to a node asks for, "" if there is none.
func (c *Cluster) asked(id cloud.NodeID, question string) rpc.AskKind {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, q := range c.parts[id].Asks {
		if q.ID == question {
			return q.Kind
		}
	}
	return ""
}

// kick puts a token in a channel of size one.
func kick(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}
