package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/cloud"
	"ecc/store"
)

// changeInstance changes one instance that is not terminated, in one
// transaction.
func (s *Service) changeInstance(ctx context.Context, c *awsquery.Call, id string, change changeFunc) error {
	if err := checkInstanceIDs([]string{id}); err != nil {
		return err
	}
	return s.update(ctx, c, func(tx *store.Tx) error {
		i, err := instanceOf(tx, c.Caller.Account, id)
		if err != nil {
			return err
		}
		if i.Desired.Goal == cloud.GoalTerminated {
			return wrongState(&i, "modified")
		}
		if err := change(tx, &i); err != nil {
			return err
		}
		return tx.Instances().Put(i)
	})
}
