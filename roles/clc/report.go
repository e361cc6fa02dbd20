package clc

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/rpc"
	"ecc/store"
)

// reportBatch is how many changed instances one transaction takes.
const reportBatch = 200

// ReportZone implements rpc.Cluster: it writes what changed, and only that.
func (s *Service) ReportZone(ctx context.Context, r rpc.ZoneReport) error {
	if _, err := s.Welcome(ctx, r.Zone); err != nil {
		return err
	}
	if err := failpoint.Hit("clc.report"); err != nil {
		return err
	}
	if err := s.reportNodes(ctx, r); err != nil {
		return fmt.Errorf("take in the nodes of %s: %w", r.Zone, err)
	}
	seen := sightings{}
	for _, nr := range r.Reports {
		for _, i := range nr.Instances {
			seen[sighted{r.Zone, nr.Node, i.ID}] = cloud.Sighting{Node: nr.Node, Generation: i.Generation, Phase: i.Phase,
				Reason: i.Reason, Failed: i.Failed, GuestDown: i.GuestDown}
		}
	}
	changed, err := s.changed(ctx, seen)
	if err != nil {
		return err
	}
	for batch := range slices.Chunk(changed, reportBatch) {
		if err := s.observe(ctx, batch, seen); err != nil {
			return fmt.Errorf("take in instances of %s: %w", r.Zone, err)
		}
	}
	return nil
}

// sightings are what the nodes of a zone report. Each node's word counts only
// for the instances placed on it: what another says of them, by mistake or with
// intent, neither counts nor hides it.
type (
	sightings map[sighted]cloud.Sighting
	sighted   struct {
		zone     string
		node     cloud.NodeID
		instance cloud.InstanceID
	}
)

// observe takes what its node says into an instance.
func (s sightings) observe(i *cloud.Instance, now time.Time) bool {
	seen, ok := s[sighted{i.Zone, i.Desired.Node, i.ID}]
	return ok && i.Observe(seen, now)
}

// instances are the ids of all instances seen, in order.
func (s sightings) instances() []cloud.InstanceID {
	var out []cloud.InstanceID
	for k := range s {
		out = append(out, k.instance)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// changed returns the instances a sighting would change.
func (s *Service) changed(ctx context.Context, seen sightings) ([]cloud.InstanceID, error) {
	var out []cloud.InstanceID
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for _, id := range seen.instances() {
			if i, ok := tx.Instances().Get(id); ok && seen.observe(&i, tx.Now) {
				out = append(out, id)
			}
		}
		return nil
	})
	return out, err
}

// observe writes sightings. An instance that is gone gives its addresses back.
func (s *Service) observe(ctx context.Context, ids []cloud.InstanceID, seen sightings) error {
	if err := failpoint.Hit("clc.observe"); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			i, ok := tx.Instances().Get(id)
			if !ok || !seen.observe(&i, tx.Now) {
				continue
			}
			if i.State() == cloud.StateTerminated {
				if err := release(tx, &i); err != nil {
					return err
				}
			}
			if err := tx.Instances().Put(i); err != nil {
				return err
			}
		}
		return nil
	})
}

// release gives back what a terminated instance held: its interface with the
// addresses. The record stays to be described for a while.
func release(tx *store.Tx, i *cloud.Instance) error {
	if i.ENI == "" {
		return nil
	}
	if err := tx.TagSets().Delete(string(i.ENI)); err != nil {
		return err
	}
	if err := tx.ENIs().Delete(i.ENI); err != nil {
		return err
	}
	i.ENI, i.MAC = "", ""
	i.PrivateIP, i.PublicIP = zeroAddr, zeroAddr
	return nil
}

// reportNodes writes nodes that are new or changed, and marks the ones nobody
// hears. Being heard is kept in memory.
func (s *Service) reportNodes(ctx context.Context, r rpc.ZoneReport) error {
	now := s.now()
	s.mu.Lock()
	for _, n := range r.Nodes {
		if !n.Down {
			s.heard[n.ID] = now
		}
	}
	s.mu.Unlock()
	told := map[cloud.NodeID]cloud.Node{}
	for _, n := range r.Nodes {
		if n.Zone != r.Zone {
			return cloud.Errorf(cloud.Denied, cloud.ResNode, string(n.ID), "node of zone %s reported by zone %s", n.Zone, r.Zone)
		}
		told[n.ID] = n
	}
	var changes []cloud.Node
	err := s.store.View(ctx, func(tx *store.Tx) error {
		changes = s.nodeChanges(tx, r.Zone, told)
		return nil
	})
	if err != nil || len(changes) == 0 {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		for _, n := range s.nodeChanges(tx, r.Zone, told) {
			if err := putNode(tx, n); err != nil {
				return err
			}
		}
		return nil
	})
}

// putNode writes a node and tells its instances whether it is heard.
func putNode(tx *store.Tx, n cloud.Node) error {
	if err := tx.Nodes().Put(n); err != nil {
		return err
	}
	for i := range tx.Instances().By(store.ByNode, string(n.ID)) {
		if i.Observed.Unheard == n.Down {
			continue
		}
		i.Observed.Unheard = n.Down
		if err := tx.Instances().Put(i); err != nil {
			return err
		}
	}
	return nil
}

// nodeChanges compares what was told with the records. Joined, Cordoned and
// DownSince are the record's own.
func (s *Service) nodeChanges(tx *store.Tx, zone string, told map[cloud.NodeID]cloud.Node) []cloud.Node {
	var out []cloud.Node
	known := map[cloud.NodeID]bool{}
	for old := range tx.Nodes().By(store.ByZone, zone) {
		known[old.ID] = true
		n, ok := told[old.ID]
		if !ok {
			n = old
		}
		n.Down = n.Down || (!ok && s.silent(old.ID))
		n.Joined, n.Cordoned, n.DownSince = old.Joined, old.Cordoned, old.DownSince
		switch {
		case !n.Down:
			n.DownSince = time.Time{}
		case !old.Down:
			n.DownSince = tx.Now
		}
		if n != old {
			out = append(out, n)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(told)) {
		if known[id] {
			continue
		}
		n := told[id]
		if other, taken := tx.Nodes().Get(id); taken {
			s.log.Warn("a node of that name is in another zone", "node", id, "zone", zone, "other", other.Zone)
			continue
		}
		n.Joined = tx.Now
		out = append(out, n)
	}
	return out
}

// silent reports whether nobody has heard a node for long; since this process
// started at the earliest.
func (s *Service) silent(id cloud.NodeID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	t, ok := s.heard[id]
	if !ok {
		s.heard[id] = s.now()
		return false
	}
	return s.now().Sub(t) > s.cfg.DownAfter
}
