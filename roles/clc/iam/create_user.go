package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// CreateUser makes a user without credentials or permissions.
func (s *Service) CreateUser(ctx context.Context, c *awsquery.Call, in *iam.CreateUserRequest) (*iam.CreateUserResult, error) {
	u := cloud.User{Account: c.Caller.Account, Name: text(in.UserName), Boundary: text(in.PermissionsBoundary)}
	if err := checkName("userName", u.Name, maxUserName); err != nil {
		return nil, err
	}
	var err error
	if u.Path, err = readPath("path", in.Path); err != nil {
		return nil, err
	}
	if u.Tags, err = readTags(in.Tags); err != nil {
		return nil, err
	}
	if u.ID, err = s.uniqueID(prefixUser); err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if taken(tx.Users(), u.Account, u.Name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResUser, u.Name, "")
		}
		if err := checkBoundary(tx, c, u.Boundary); err != nil {
			return err
		}
		u.Created = tx.Now
		return tx.Users().Put(u)
	})
	return &iam.CreateUserResult{User: ptr(renderUser(u))}, err
}
