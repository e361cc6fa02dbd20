package clc

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// zoneMemo remembers what was compiled for a zone, node by node: a change
// costs what the nodes it is about have, however large the zone is, and one
// elsewhere in the store wakes nobody.
type zoneMemo struct {
	mu        sync.Mutex
	begun     cloud.Revision // when the memo began; what changed before is not known
	at        cloud.Revision // up to which it is; 0: it has not begun
	since     cloud.Revision // of the newest change
	elsewhere map[cloud.NodeID]string
	parts     map[cloud.NodeID]zonePart // also of nodes that have nothing any more
	where     map[cloud.InstanceID]cloud.NodeID
}

// zonePart is one node's share. Its slices are never changed: others read them.
type zonePart struct {
	since     cloud.Revision       // when it last changed
	instances []rpc.InstanceIntent // in the order of ids
	groups    []rpc.GroupIntent    // those the instances are in
}

// memo returns the memo of a zone.
func (s *Service) memo(zone string) *zoneMemo {
	s.mu.Lock()
	defer s.mu.Unlock()
	m := s.zones[zone]
	if m == nil {
		m = &zoneMemo{parts: map[cloud.NodeID]zonePart{}, where: map[cloud.InstanceID]cloud.NodeID{}}
		s.zones[zone] = m
	}
	return m
}

// refresh brings a memo up to the store.
func (s *Service) refresh(ctx context.Context, zone string, m *zoneMemo) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	rev := s.store.Revision()
	if m.at == rev {
		return nil
	}
	changes, known := []store.Change(nil), false
	if m.at > 0 {
		changes, known = s.changes(ctx, m.at, rev)
	}
	err := s.store.View(ctx, func(tx *store.Tx) error {
		about := concern{whole: !known}
		for _, c := range changes {
			about.note(tx, c)
		}
		s.patch(tx, zone, m, about, rev)
		return nil
	})
	if err != nil {
		return fmt.Errorf("compile zone %s: %w", zone, err)
	}
	// tx may have shown newer changes: they are looked at again next time.
	if m.at = rev; m.begun == 0 {
		m.begun, m.since = rev, rev
	}
	return nil
}

// patch makes the parts what the records say, as far as a concern goes.
func (s *Service) patch(tx *store.Tx, zone string, m *zoneMemo, about concern, rev cloud.Revision) {
	if about.whole || about.nodes {
		if now := elsewhere(tx, zone); !maps.Equal(now, m.elsewhere) {
			m.elsewhere, m.since = now, rev
		}
	}
	if about.whole {
		m.divide(s.compileZone(tx, zone), rev)
		return
	}
	touched := map[cloud.NodeID]zonePart{}
	for id := range about.instances {
		now := s.instanceIntent(tx, zone, id)
		if at, had := m.where[id]; had && (now == nil || now.Node != at) {
			m.edit(touched, at, id, nil)
		}
		if now != nil {
			m.edit(touched, now.Node, id, now)
		}
	}
	for node, part := range touched {
		part.groups = compileGroups(tx, part.instances)
		m.put(node, part, rev)
	}
}

// edit replaces one instance of a node, or takes it away, in a copy of its part.
func (m *zoneMemo) edit(touched map[cloud.NodeID]zonePart, node cloud.NodeID, id cloud.InstanceID, now *rpc.InstanceIntent) {
	part, again := touched[node]
	if !again {
		part = zonePart{instances: slices.Clone(m.parts[node].instances)}
	}
	at, found := slices.BinarySearchFunc(part.instances, id, func(i rpc.InstanceIntent, id cloud.InstanceID) int { return cmp.Compare(i.ID, id) })
	switch {
	case now == nil && found:
		part.instances = slices.Delete(part.instances, at, at+1)
	case now != nil && found:
		part.instances[at] = *now
	case now != nil:
		part.instances = slices.Insert(part.instances, at, *now)
	}
	touched[node] = part
	if now != nil {
		m.where[id] = node
	} else if m.where[id] == node {
		delete(m.where, id)
	}
}

// put takes a node's part, if it is another one.
func (m *zoneMemo) put(node cloud.NodeID, part zonePart, rev cloud.Revision) {
	old := m.parts[node]
	part.since = old.since
	if !reflect.DeepEqual(old.instances, part.instances) || !reflect.DeepEqual(old.groups, part.groups) {
		part.since, m.since = rev, rev
	}
	m.parts[node] = part
}

// divide takes a zone that was compiled as a whole.
func (m *zoneMemo) divide(z rpc.ZoneIntent, rev cloud.Revision) {
	clear(m.where)
	parts := map[cloud.NodeID]zonePart{}
	for _, i := range z.Instances {
		part := parts[i.Node]
		part.instances = append(part.instances, i)
		parts[i.Node], m.where[i.ID] = part, i.Node
	}
	for node := range m.parts {
		if _, has := parts[node]; !has {
			parts[node] = zonePart{}
		}
	}
	for node, part := range parts {
		part.groups = groupsOf(z.Groups, part.instances)
		m.put(node, part, rev)
	}
}

// intent is what the zone should do, as far as it may have changed after a
// revision, and whether it has.
func (m *zoneMemo) intent(after cloud.Revision) (z rpc.ZoneIntent, newer bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	z = rpc.ZoneIntent{Revision: m.at, Elsewhere: m.elsewhere}
	if after >= m.begun && after > 0 {
		z.Since = after
	}
	groups := map[cloud.GroupID]rpc.GroupIntent{}
	for node, part := range m.parts {
		if part.since <= z.Since {
			continue
		}
		if z.Since > 0 {
			z.Changed = append(z.Changed, node)
		}
		z.Instances = append(z.Instances, part.instances...)
		for _, g := range part.groups {
			groups[g.ID] = g
		}
	}
	slices.Sort(z.Changed)
	slices.SortFunc(z.Instances, func(a, b rpc.InstanceIntent) int { return cmp.Compare(a.ID, b.ID) })
	for _, id := range slices.Sorted(maps.Keys(groups)) {
		z.Groups = append(z.Groups, groups[id])
	}
	return z, m.since > after
}
