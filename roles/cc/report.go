package cc

import (
	"cmp"
	"context"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// reportLoop tells the clc what the nodes are and see: on every change what
// changed, and often enough to notice a node that fell silent everything.
func (c *Cluster) reportLoop(ctx context.Context) {
	tick := time.NewTicker(max(c.cfg.DownAfter/4, 100*time.Millisecond))
	defer tick.Stop()
	all := true
	for {
		select {
		case <-c.report:
		case <-tick.C:
			all = true
		case <-ctx.Done():
			return
		}
		r, ok := c.zoneReport(all)
		if !ok {
			continue
		}
		err := c.upper.ReportZone(ctx, r)
		if all = err != nil; all && ctx.Err() == nil {
			c.log.Warn("could not report to the cloud controller", "err", err)
			pause(ctx, time.Second)
			kick(c.report)
		}
	}
}

// zoneReport gathers all nodes and the newest report of each, or only reports
// the clc was not told of. There is none before the zone's intent is known.
func (c *Cluster) zoneReport(all bool) (rpc.ZoneReport, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return rpc.ZoneReport{}, false
	}
	r := rpc.ZoneReport{Zone: c.cfg.Zone}
	for _, n := range c.nodes {
		n.record.Down = c.now().Sub(n.heard) > c.cfg.DownAfter
		r.Nodes = append(r.Nodes, n.record)
		if n.report != nil && !n.record.Down && (all || n.news) {
			r.Reports = append(r.Reports, *n.report)
			n.news = false
		}
	}
	slices.SortFunc(r.Nodes, func(a, b cloud.Node) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(r.Reports, func(a, b rpc.NodeReport) int { return cmp.Compare(a.Node, b.Node) })
	return r, true
}
