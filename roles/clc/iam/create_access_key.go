package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// maxKeys is how many access keys a user, or an account's root, may have.
const maxKeys = identity.MaxKeys

// CreateAccessKey makes a key of a user, or of the caller. This answer is the
// only one that ever shows its secret.
func (s *Service) CreateAccessKey(ctx context.Context, c *awsquery.Call, in *iam.CreateAccessKeyRequest) (*iam.CreateAccessKeyResult, error) {
	var owner cloud.User
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		owner, err = userOrSelf(tx, c, in.UserName)
		return err
	})
	if err != nil {
		return nil, err
	}
	shown, kept, err := s.identity.NewAccessKey(c.Caller.Account, owner.ID)
	if err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if _, still := tx.Users().Get(owner.ID); !still && owner.ID != "" {
			return cloud.Errorf(cloud.NotFound, cloud.ResUser, owner.Name, "")
		}
		if len(keysOf(tx, c.Caller.Account, owner.ID)) >= maxKeys {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResAccessKey, owner.Name, "Cannot exceed quota for AccessKeysPerUser: %d", maxKeys)
		}
		return tx.AccessKeys().Put(kept)
	})
	return &iam.CreateAccessKeyResult{AccessKey: &iam.AccessKey{UserName: nameOf(owner), AccessKeyId: ptr(shown.ID), Status: ptr(status(shown)),
		SecretAccessKey: ptr(shown.Secret), CreateDate: when(shown.Created)}}, err
}

// nameOf is a user's name, nil of an account's root.
func nameOf(u cloud.User) *string {
	if u.ID == "" {
		return nil
	}
	return ptr(u.Name)
}

// status is a key's, as IAM writes it.
func status(k cloud.AccessKey) string {
	if k.Active {
		return "Active"
	}
	return "Inactive"
}
