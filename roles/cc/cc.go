// Package cc is the cluster controller of one zone: it hands each node its
// part of the zone's intent, gathers what the nodes see, notices the ones that
// fall silent, and tells the clc.
//
// It keeps nothing on disk. What it knows comes from its two sides: the zone's
// intent from the clc, everything else from the nodes, who say hello again
// after it restarts. Until it has an intent it answers no node, because a node
// erases what an intent does not know.
//
// Placement is not here: it is part of the transaction that accepts an
// instance (package roles/clc), because a tenant must be told at once when
// there is no room. See docs/architecture.md.
//
// Imported by package roles only.
package cc

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"ecc/cloud"
	"ecc/rpc"
)

// Config is what a cluster controller needs to know of itself.
type Config struct {
	Zone      string
	DownAfter time.Duration // a node silent for so long is down
	Poll      time.Duration // length of a node's long poll; 0 means 25 s
}

// Cluster is the role. It serves rpc.Node to the zone's nodes.
type Cluster struct {
	cfg    Config
	upper  rpc.Cluster
	now    func() time.Time
	log    *slog.Logger
	report chan struct{}

	mu       sync.Mutex
	welcome  *rpc.NodeWelcome
	known    bool           // the zone's intent is
	revision cloud.Revision // of it
	parts    map[cloud.NodeID]rpc.NodeIntent
	others   map[cloud.NodeID]string // nodes of other zones → their zone
	nodes    map[cloud.NodeID]*node
}

var _ rpc.Node = (*Cluster)(nil)

// New makes a cluster controller below upper.
func New(cfg Config, upper rpc.Cluster, now func() time.Time, log *slog.Logger) *Cluster {
	if cfg.Poll == 0 {
		cfg.Poll = 25 * time.Second
	}
	return &Cluster{cfg: cfg, upper: upper, now: now, log: log.With("role", "cc", "zone", cfg.Zone),
		report: make(chan struct{}, 1), nodes: map[cloud.NodeID]*node{}}
}

// Name is the role's name.
func (c *Cluster) Name() string { return "cc" }

// Run serves the zone until ctx ends; ready is called when the zone's intent
// is known.
func (c *Cluster) Run(ctx context.Context, ready func()) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { c.watchLoop(ctx, ready); return nil })
	g.Go(func() error { c.reportLoop(ctx); return nil })
	return g.Wait()
}

// watchLoop follows the zone's intent.
func (c *Cluster) watchLoop(ctx context.Context, ready func()) {
	var after cloud.Revision
	for ctx.Err() == nil {
		z, err := c.watch(ctx, after)
		if err != nil {
			after = 0
			if ctx.Err() == nil {
				c.log.Warn("the cloud controller does not answer; nodes go on", "err", err)
			}
			pause(ctx, time.Second)
			continue
		}
		after = c.setZone(z)
		ready()
	}
}

func (c *Cluster) watch(ctx context.Context, after cloud.Revision) (rpc.ZoneIntent, error) {
	w, err := c.upper.Welcome(ctx, c.cfg.Zone)
	if err != nil {
		return rpc.ZoneIntent{}, err
	}
	c.mu.Lock()
	c.welcome = &w
	c.mu.Unlock()
	return c.upper.WatchZone(ctx, c.cfg.Zone, after)
}

// setZone takes a new intent, or what changed of it, wakes the nodes whose part
// changed, and returns the revision it has: 0 if it has to be told everything.
func (c *Cluster) setZone(z rpc.ZoneIntent) cloud.Revision {
	parts := split(z)
	c.mu.Lock()
	defer c.mu.Unlock()
	if z.Since > 0 && (!c.known || z.Since != c.revision) {
		return 0
	}
	if z.Since > 0 {
		c.merge(z.Changed, parts)
	} else {
		c.parts = parts
	}
	c.known, c.revision, c.others = true, z.Revision, z.Elsewhere
	for id := range z.Elsewhere {
		c.drop(id)
	}
	for id, n := range c.nodes {
		n.take(c.parts[id], z.Revision)
	}
	return z.Revision
}

// merge takes new parts of some nodes, and the questions to all.
func (c *Cluster) merge(changed []cloud.NodeID, parts map[cloud.NodeID]rpc.NodeIntent) {
	for _, id := range changed {
		c.parts[id] = rpc.NodeIntent{Instances: parts[id].Instances, Groups: parts[id].Groups}
	}
	for id, part := range c.parts {
		if part.Asks != nil || parts[id].Asks != nil {
			part.Asks = parts[id].Asks
			c.parts[id] = part
		}
	}
	for id, part := range parts {
		if _, has := c.parts[id]; !has {
			c.parts[id] = rpc.NodeIntent{Asks: part.Asks}
		}
	}
}

// pause waits, or until ctx ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
