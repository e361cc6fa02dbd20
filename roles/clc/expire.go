package clc

import (
	"context"
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

// expireBatch bounds one round's transaction.
const expireBatch = 200

// expireRound removes records whose time has passed: terminated instances,
// client tokens, used and expired join tokens, deregistered images no instance
// uses.
func (s *Service) expireRound(ctx context.Context) error {
	err := s.store.Update(ctx, func(tx *store.Tx) error {
		left := expireBatch
		return s.expireAll(tx, &left)
	})
	if err != nil {
		return fmt.Errorf("remove expired records: %w", err)
	}
	return nil
}

func (s *Service) expireAll(tx *store.Tx, left *int) error {
	for i := range tx.Instances().All() {
		if i.State() == cloud.StateTerminated && tx.Now.Sub(i.Transitioned()) > s.cfg.Visible && *left > 0 {
			*left -= 2
			if err := tx.Instances().Delete(i.ID); err != nil {
				return err
			}
			if err := tx.TagSets().Delete(string(i.ID)); err != nil {
				return err
			}
		}
	}
	for t := range tx.ClientTokens().All() {
		if tx.Now.Sub(t.Created) > tokenLife && *left > 0 {
			*left--
			if err := tx.ClientTokens().Delete(t.ID); err != nil {
				return err
			}
		}
	}
	for t := range tx.JoinTokens().All() {
		if tx.Now.Sub(t.Expires) > tokenLife && *left > 0 {
			*left--
			if err := tx.JoinTokens().Delete(t.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
