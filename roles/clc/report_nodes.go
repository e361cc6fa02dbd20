package clc

import (
	"context"
	"maps"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// reportNodes writes nodes that are new or changed, then tells the instances
// of those whether their node is heard. Being heard is kept in memory.
func (s *Service) reportNodes(ctx context.Context, r rpc.ZoneReport) error {
	told := map[cloud.NodeID]cloud.Node{}
	for _, n := range r.Nodes {
		if n.Zone != r.Zone {
			return cloud.Errorf(cloud.Denied, cloud.ResNode, string(n.ID), "node of zone %s reported by zone %s", n.Zone, r.Zone)
		}
		told[n.ID] = n
	}
	var changed []cloud.NodeID
	err := s.store.View(ctx, func(tx *store.Tx) error {
		s.hear(tx, r.Zone, told)
		changed = s.changedNodes(tx, r.Zone, told)
		return nil
	})
	if err != nil {
		return err
	}
	err = inBatches(ctx, s, changed, func(tx *store.Tx, id cloud.NodeID) error {
		if n, changed := s.nodeChange(tx, id, told); changed {
			return tx.Nodes().Put(n)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return s.flagUnheard(ctx, r.Zone)
}

// hear notes which nodes are heard, and forgets the told ones of other zones:
// they are refused when they say hello.
func (s *Service) hear(tx *store.Tx, zone string, told map[cloud.NodeID]cloud.Node) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, n := range told {
		if old, ok := tx.Nodes().Get(id); ok && old.Zone != zone {
			s.log.Warn("a node of that name is in another zone", "node", id, "zone", zone, "other", old.Zone)
			delete(told, id)
			continue
		}
		if !n.Down {
			s.heard[id] = now
		}
	}
}

// changedNodes are the nodes of a zone, on record or told, whose record is to
// be written, in order.
func (s *Service) changedNodes(tx *store.Tx, zone string, told map[cloud.NodeID]cloud.Node) []cloud.NodeID {
	all := map[cloud.NodeID]bool{}
	for id := range told {
		all[id] = true
	}
	for n := range tx.Nodes().By(store.ByZone, zone) {
		all[n.ID] = true
	}
	return slices.DeleteFunc(slices.Sorted(maps.Keys(all)), func(id cloud.NodeID) bool {
		_, changed := s.nodeChange(tx, id, told)
		return !changed
	})
}

// nodeChange compares what was told with the record, of which one at least
// there is. Joined, Cordoned and DownSince are the record's own.
func (s *Service) nodeChange(tx *store.Tx, id cloud.NodeID, told map[cloud.NodeID]cloud.Node) (n cloud.Node, changed bool) {
	old, known := tx.Nodes().Get(id)
	n, heardOf := told[id]
	switch {
	case !known && !heardOf:
		return n, false // removed meanwhile
	case !known:
		n.Joined = tx.Now
		return n, true
	case !heardOf:
		n = old
		n.Down = n.Down || s.silent(id)
	case n.Zone != old.Zone:
		return old, false // joined another zone meanwhile
	}
	n.Joined, n.Cordoned, n.DownSince = old.Joined, old.Cordoned, old.DownSince
	switch {
	case !n.Down:
		n.DownSince = time.Time{}
	case !old.Down:
		n.DownSince = tx.Now
	}
	return n, n != old
}

// flagUnheard tells the instances of a zone's nodes whether their node is
// heard. It looks at those of nodes that are down, and once at those of each
// node that came back: a process that ended before it had told them all goes
// on here.
func (s *Service) flagUnheard(ctx context.Context, zone string) error {
	var wrong []cloud.InstanceID
	var heard []cloud.NodeID
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for n := range tx.Nodes().By(store.ByZone, zone) {
			if !n.Down && s.isTold(n.ID) {
				continue
			}
			s.setTold(n.ID, false)
			if !n.Down {
				heard = append(heard, n.ID)
			}
			for i := range tx.Instances().By(store.ByNode, string(n.ID)) {
				if i.Observed.Unheard != n.Down {
					wrong = append(wrong, i.ID)
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = inBatches(ctx, s, wrong, func(tx *store.Tx, id cloud.InstanceID) error {
		i, ok := tx.Instances().Get(id)
		n, placed := tx.Nodes().Get(i.Desired.Node)
		if !ok || !placed || i.Observed.Unheard == n.Down {
			return nil
		}
		i.Observed.Unheard = n.Down
		return tx.Instances().Put(i)
	})
	for _, id := range heard {
		s.setTold(id, err == nil)
	}
	return err
}

// isTold reports whether the instances of a node know that it is heard.
func (s *Service) isTold(id cloud.NodeID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.told[id]
}

func (s *Service) setTold(id cloud.NodeID, told bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.told[id] = told
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
