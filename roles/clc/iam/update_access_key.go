package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// UpdateAccessKey makes a key active or inactive.
func (s *Service) UpdateAccessKey(ctx context.Context, c *awsquery.Call, in *iam.UpdateAccessKeyRequest) (*iam.UpdateAccessKeyResult, error) {
	if text(in.Status) == "Expired" {
		return nil, invalid("The status of an access key can be set to Active or Inactive.")
	}
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		k, err := keyOf(tx, c, in.UserName, text(in.AccessKeyId))
		if err != nil {
			return err
		}
		k.Active = text(in.Status) == "Active"
		return tx.AccessKeys().Put(k)
	})
}

// keyOf finds a key of a user, or of the caller.
func keyOf(tx *store.Tx, c *awsquery.Call, user *string, id string) (cloud.AccessKey, error) {
	owner, err := userOrSelf(tx, c, user)
	if err != nil {
		return cloud.AccessKey{}, err
	}
	k, ok := tx.AccessKeys().Get(id)
	if !ok || k.Account != c.Caller.Account || k.User != owner.ID {
		return k, cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, id, "")
	}
	return k, nil
}
