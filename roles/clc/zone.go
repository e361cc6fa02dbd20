package clc

import (
	"context"
	"encoding/json"
	"fmt"
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
	text  string         // the intent, encoded, without its revision
	since cloud.Revision // at which the text last changed
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
	if rev := s.store.Revision(); rev == m.value.Revision && m.text != "" {
		return m.value, m.since, nil
	}
	var z rpc.ZoneIntent
	err := s.store.View(ctx, func(tx *store.Tx) error {
		z = s.compileZone(tx, zone)
		return nil
	})
	if err != nil {
		return z, 0, fmt.Errorf("compile zone %s: %w", zone, err)
	}
	return m.keep(z)
}

// keep notes a compiled intent.
func (m *zoneMemo) keep(z rpc.ZoneIntent) (rpc.ZoneIntent, cloud.Revision, error) {
	rev := z.Revision
	z.Revision = 0
	b, err := json.Marshal(z)
	if err != nil {
		return z, 0, fmt.Errorf("encode an intent: %w", err)
	}
	z.Revision = rev
	if string(b) != m.text {
		m.text, m.since = string(b), rev
	}
	m.value = z
	return z, m.since, nil
}
