package cc

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// reportLoop tells the clc what the nodes are and see, on every change and
// often enough to notice a node that fell silent.
func (c *Cluster) reportLoop(ctx context.Context) {
	tick := time.NewTicker(max(c.cfg.DownAfter/4, 100*time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-c.report:
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		r, ok := c.zoneReport()
		if !ok {
			continue
		}
		if err := c.upper.ReportZone(ctx, r); err != nil && ctx.Err() == nil {
			c.log.Warn("could not report to the cloud controller", "err", err)
			pause(ctx, time.Second)
			kick(c.report)
		}
	}
}

// zoneReport gathers the newest of every node. There is none before the zone's
// intent is known.
func (c *Cluster) zoneReport() (rpc.ZoneReport, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.zone == nil {
		return rpc.ZoneReport{}, false
	}
	r := rpc.ZoneReport{Zone: c.cfg.Zone}
	for _, n := range c.nodes {
		rec := n.record
		rec.Down = c.now().Sub(n.heard) > c.cfg.DownAfter
		r.Nodes = append(r.Nodes, rec)
		if n.report != nil && !rec.Down {
			r.Reports = append(r.Reports, *n.report)
		}
	}
	slices.SortFunc(r.Nodes, func(a, b cloud.Node) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Reports, func(a, b rpc.NodeReport) int { return cmp.Compare(a.Node, b.Node) })
	return r, true
}
