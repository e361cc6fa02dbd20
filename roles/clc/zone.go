package clc

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"ecc/cloud"
	"ecc/rpc"
	"ecc/store"
)

// zonePoll is the length of a cluster controller's long poll.
const zonePoll = 25 * time.Second

// zoneMemo remembers what was compiled for a zone, so that a change elsewhere
// in the store wakes nobody.
type zoneMemo struct {
	mu    sync.Mutex
	known bool
	since cloud.Revision // at which it last changed, but for the revision itself
	value rpc.ZoneIntent // at revision value.Revision
}

// Welcome implements rpc.Cluster.
func (s *Service) Welcome(_ context.Context, zone string) (rpc.NodeWelcome, error) {
	if !slices.Contains(s.cfg.Zones, zone) {
		return rpc.NodeWelcome{}, cloud.Errorf(cloud.NotFound, cloud.ResZone, zone, "this cloud has no zone %s; it has %v", zone, s.cfg.Zones)
	}
	return rpc.NodeWelcome{Cluster: s.cfg.Cluster, Region: s.cfg.Region, Heartbeat: s.cfg.Heartbeat}, nil
}

// WatchZone implements rpc.Cluster.
func (s *Service) WatchZone(ctx context.Context, zone string, after cloud.Revision) (rpc.ZoneIntent, error) {
	if _, err := s.Welcome(ctx, zone); err != nil {
		return rpc.ZoneIntent{}, err
	}
	if at := s.store.Revision(); after > at {
		return rpc.ZoneIntent{}, cloud.Errorf(cloud.Stale, cloud.ResZone, zone, "revision %d is ahead of this cloud's %d", after, at)
	}
	ctx, cancel := context.WithTimeout(ctx, zonePoll)
	defer cancel()
	for {
		z, since, err := s.compiled(ctx, zone)
		if err != nil {
			return z, err
		}
		asks, fresh, asked := s.asks.of(zone)
		if z.Asks = asks; after == 0 || since > after || fresh {
			return z, nil
		}
		if !s.wait(ctx, z.Revision, asked) {
			return z, nil
		}
	}
}

// wait waits for a newer state or a question. It is false when ctx ended
// first.
func (s *Service) wait(ctx context.Context, after cloud.Revision, asked <-chan struct{}) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	newer := make(chan error, 1)
	go func() {
		_, err := s.store.Wait(ctx, after)
		newer <- err
	}()
	select {
	case err := <-newer:
		return err == nil
	case <-asked:
		cancel()
		<-newer //nolint:errcheck // of the wait that was called off
		return true
	}
}

// compiled returns the zone's intent as of now and the revision since which
// its content is what it is.
func (s *Service) compiled(ctx context.Context, zone string) (rpc.ZoneIntent, cloud.Revision, error) {
	s.mu.Lock()
	m := s.zones[zone]
	if m == nil {
		m = &zoneMemo{}
		s.zones[zone] = m
	}
	s.mu.Unlock()
	m.mu.Lock()
	defer m.mu.Unlock()
	rev := s.store.Revision()
	if m.known && rev == m.value.Revision {
		return m.value, m.since, nil
	}
	written, whole := []cloud.InstanceID(nil), true
	if m.known {
		written, whole = s.concerned(ctx, m.value.Revision, rev)
	}
	var z rpc.ZoneIntent
	changed := true
	err := s.store.View(ctx, func(tx *store.Tx) error {
		if whole {
			z = s.compileZone(tx, zone)
			return nil
		}
		z, changed = s.patchZone(tx, zone, m.value, written)
		z.Revision = rev // tx may show newer changes: they are looked at next time
		return nil
	})
	if err != nil {
		return z, 0, fmt.Errorf("compile zone %s: %w", zone, err)
	}
	if whole {
		changed = !m.same(z)
	}
	if changed {
		m.since = z.Revision
	}
	m.value, m.known = z, true
	return z, m.since, nil
}

// same reports whether an intent is the one there, but for the revision.
func (m *zoneMemo) same(z rpc.ZoneIntent) bool {
	z.Revision = m.value.Revision
	return m.known && reflect.DeepEqual(z, m.value)
}
