package iam

import (
	"context"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// UpdateUser gives a user another name or path. Keys, groups and policies stay
// the user's.
func (s *Service) UpdateUser(ctx context.Context, c *awsquery.Call, in *iam.UpdateUserRequest) (*iam.UpdateUserResult, error) {
	path, err := readPath("newPath", in.NewPath)
	if err != nil {
		return nil, err
	}
	return nil, s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, u *cloud.User) error {
		if in.NewPath != nil {
			u.Path = path
		}
		if in.NewUserName == nil || *in.NewUserName == u.Name {
			return nil
		}
		if !strings.EqualFold(*in.NewUserName, u.Name) && taken(tx.Users(), u.Account, *in.NewUserName) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResUser, *in.NewUserName, "")
		}
		u.Name = *in.NewUserName
		return nil
	})
}

// changeUser changes one user of the caller's account in one transaction.
func (s *Service) changeUser(ctx context.Context, c *awsquery.Call, name *string, change func(*store.Tx, *cloud.User) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(name))
		if err != nil {
			return err
		}
		if err := change(tx, &u); err != nil {
			return err
		}
		return tx.Users().Put(u)
	})
}
