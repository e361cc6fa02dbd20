// Package ledger is the one way an API action changes the cloud: one
// transaction holds what the action writes, the event that tells it in the audit
// trail, and the check of the account's limits.
//
// The actions of EC2, IAM and STS (roles/clc, …/iam, …/sts) use it; loops and
// reports, which nobody called, write to the store themselves.
package ledger

import (
	"context"

	"ecc/api/awsquery"
	"ecc/store"
)

// Ledger makes the transactions of actions.
type Ledger struct {
	store *store.Store
}

// New makes a ledger on an open store.
func New(s *store.Store) *Ledger { return &Ledger{store: s} }

// Update runs fn as store.Update does, for the call c: fn is pure, and may run
// again.
func (l *Ledger) Update(ctx context.Context, c *awsquery.Call, fn func(*store.Tx) error) error {
	return l.store.Update(ctx, fn)
}
