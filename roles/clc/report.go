package clc

import (
	"context"
	"fmt"
	"slices"
	"time"

	"ecc/cloud"
	"ecc/internal/failpoint"
	"ecc/rpc"
	"ecc/store"
)

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
				Reason: i.Reason, Failed: i.Failed, GuestDown: i.GuestDown, Ran: i.Ran}
		}
	}
	changed, err := s.changed(ctx, seen)
	if err != nil {
		return err
	}
	if err := s.observe(ctx, changed, seen); err != nil {
		return fmt.Errorf("take in instances of %s: %w", r.Zone, err)
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
	if len(ids) == 0 {
		return nil
	}
	if err := failpoint.Hit("clc.observe"); err != nil {
		return err
	}
	return inBatches(ctx, s, ids, func(tx *store.Tx, id cloud.InstanceID) error {
		i, ok := tx.Instances().Get(id)
		if !ok || !seen.observe(&i, tx.Now) {
			return nil
		}
		if i.State() == cloud.StateTerminated {
			if err := release(tx, &i); err != nil {
				return err
			}
		}
		return tx.Instances().Put(i)
	})
}

// release gives back what a terminated instance held: its instance profile, and
// its interface with the addresses, unless that is to stay. The record stays to be described for a while.
func release(tx *store.Tx, i *cloud.Instance) error {
	if err := dropAssociation(tx, i.ID); err != nil {
		return err
	}
	if i.ENI == "" {
		return nil
	}
	if e, ok := tx.ENIs().Get(i.ENI); ok {
		if err := leave(tx, e); err != nil {
			return err
		}
	}
	i.ENI, i.MAC = "", ""
	i.PrivateIP, i.PublicIP = zeroAddr, zeroAddr
	return nil
}
