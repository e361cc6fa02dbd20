package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// DeleteUser removes a user who has nothing left.
func (s *Service) DeleteUser(ctx context.Context, c *awsquery.Call, in *iam.DeleteUserRequest) (*iam.DeleteUserResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		if err := aUser.bare(u.Attachments, u.Name); err != nil {
			return err
		}
		switch {
		case len(keysOf(tx, u.Account, u.ID)) > 0:
			return inUse(u.Name, "delete access keys")
		case u.Login != nil:
			return inUse(u.Name, "delete login profile")
		case len(u.Groups) > 0:
			return inUse(u.Name, "remove user from all groups")
		}
		return tx.Users().Delete(u.ID)
	})
}

// inUse is a DeleteConflict: what must be done first.
func inUse(name, first string) error {
	return cloud.Errorf(cloud.InUse, cloud.ResUser, name, "Cannot delete entity, must %s first.", first)
}
