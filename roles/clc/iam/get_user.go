package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// GetUser shows a user, or the caller. An account's root has neither name nor
// path.
func (s *Service) GetUser(ctx context.Context, c *awsquery.Call, in *iam.GetUserRequest) (*iam.GetUserResult, error) {
	out := new(iam.GetUserResult)
	return out, s.view(ctx, func(tx *store.Tx) error {
		u, err := userOrSelf(tx, c, in.UserName)
		if err != nil {
			return err
		}
		shown := renderUser(u)
		if u.ID == "" {
			a, _ := tx.Accounts().Get(c.Caller.Account)
			shown = iam.User{UserId: ptr(string(a.ID)), Arn: ptr(cloud.IAMARN(a.ID, "root")), CreateDate: when(a.Created)}
		}
		out.User = &shown
		return nil
	})
}
