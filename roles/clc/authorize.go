package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// Authorize decides whether a caller may use an action of EC2. An account's
// first request makes its default network.
func (s *Service) Authorize(ctx context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	return s.ensureNetwork(ctx, c)
}

// ensureNetwork makes an account's default VPC when it comes for the first
// time. One that its tenant deleted stays so.
func (s *Service) ensureNetwork(ctx context.Context, c *awsquery.Call) error {
	done := false
	err := s.store.View(ctx, func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(c.Caller.Account)
		done = a.Networked
		return nil
	})
	if done || err != nil {
		return err
	}
	net, err := s.newDefaultVPC(c.Caller.Account)
	if err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx *store.Tx) error {
		a, ok := tx.Accounts().Get(c.Caller.Account)
		switch {
		case !ok:
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, string(c.Caller.Account), "")
		case a.Networked:
			return nil
		}
		a.Networked = true
		if err := tx.Accounts().Put(a); err != nil {
			return err
		}
		if defaultVPCOf(tx, a.ID) != "" { // of an ecc that made it with the account
			return nil
		}
		return net.put(tx)
	})
}
