package clc

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"ecc/cloud"
	"ecc/store"
)

// zeroAddr is "no address".
var zeroAddr netip.Addr

// tokenLife is how long a client token replays, as on AWS.
const tokenLife = 24 * time.Hour

// expireRound removes records whose time has passed: terminated instances,
// client tokens, used and expired join tokens, versions of launch templates that
// are gone. Each kind has transactions of
// its own, as many as it takes. (Images go with their bytes, see ingest.go.)
func (s *Service) expireRound(ctx context.Context) error {
	var instances []cloud.InstanceID
	var tokens, joins, versions []string
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for i := range tx.Instances().All() {
			if s.forgotten(i, tx.Now) {
				instances = append(instances, i.ID)
			}
		}
		for t := range tx.ClientTokens().All() {
			if tx.Now.Sub(t.Created) > tokenLife {
				tokens = append(tokens, t.ID)
			}
		}
		for v := range tx.LaunchTemplateVersions().All() {
			if _, ok := tx.LaunchTemplates().Get(v.Template); !ok {
				versions = append(versions, v.ID)
			}
		}
		for t := range tx.JoinTokens().All() {
			if tx.Now.Sub(t.Expires) > tokenLife {
				joins = append(joins, t.ID)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = errors.Join(
		inBatches(ctx, s, instances, s.forget),
		inBatches(ctx, s, tokens, func(tx *store.Tx, id string) error {
			if t, ok := tx.ClientTokens().Get(id); !ok || tx.Now.Sub(t.Created) <= tokenLife {
				return nil // used anew meanwhile
			}
			return tx.ClientTokens().Delete(id)
		}),
		inBatches(ctx, s, versions, func(tx *store.Tx, id string) error { return tx.LaunchTemplateVersions().Delete(id) }),
		inBatches(ctx, s, joins, func(tx *store.Tx, id string) error { return tx.JoinTokens().Delete(id) }))
	if err != nil {
		return fmt.Errorf("remove expired records: %w", err)
	}
	return nil
}

// forgotten reports whether a terminated instance has been described long
// enough.
func (s *Service) forgotten(i cloud.Instance, now time.Time) bool {
	return i.State() == cloud.StateTerminated && now.Sub(i.Transitioned()) > s.cfg.Visible
}

// forget removes a terminated instance with its tags.
func (s *Service) forget(tx *store.Tx, id cloud.InstanceID) error {
	if i, ok := tx.Instances().Get(id); !ok || !s.forgotten(i, tx.Now) {
		return nil
	}
	if err := tx.Instances().Delete(id); err != nil {
		return err
	}
	return tx.TagSets().Delete(string(id))
}
