package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/store"
)

// DeleteAccessKey removes a key. What was signed with it, and sessions it made,
// are refused from now on.
func (s *Service) DeleteAccessKey(ctx context.Context, c *awsquery.Call, in *iam.DeleteAccessKeyRequest) (*iam.DeleteAccessKeyResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		k, err := keyOf(tx, c, in.UserName, text(in.AccessKeyId))
		if err != nil {
			return err
		}
		return tx.AccessKeys().Delete(k.ID)
	})
}
