package clc

import (
	"context"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/rpc"
)

// zonePoll is the length of a cluster controller's long poll.
const zonePoll = 25 * time.Second

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
	m := s.memo(zone)
	for {
		if err := s.refresh(ctx, zone, m); err != nil {
			return rpc.ZoneIntent{}, err
		}
		z, newer := m.intent(after)
		asks, fresh, asked := s.asks.of(zone)
		if z.Asks = asks; after == 0 || newer || fresh {
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
