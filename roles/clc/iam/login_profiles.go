package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// CreateLoginProfile gives a user a password for the console.
func (s *Service) CreateLoginProfile(ctx context.Context, c *awsquery.Call, in *iam.CreateLoginProfileRequest) (*iam.CreateLoginProfileResult, error) {
	u, rules, err := s.loginOf(ctx, c, in.UserName)
	switch {
	case err != nil:
		return nil, err
	case u.Login != nil:
		return nil, cloud.Errorf(cloud.AlreadyExists, cloud.ResLoginProfile, u.Name, "")
	}
	made, err := s.newLogin(ctx, u, rules, text(in.Password))
	if err != nil {
		return nil, err
	}
	made.Reset = in.PasswordResetRequired != nil && *in.PasswordResetRequired
	err = s.changeUser(ctx, c, in.UserName, func(tx *store.Tx, now *cloud.User) error {
		made.Created, made.Changed = tx.Now, tx.Now
		was := now.Login
		now.Login = &made
		return unchanged(cloud.User{Name: now.Name, Login: was}, nil)
	})
	return &iam.CreateLoginProfileResult{LoginProfile: renderLogin(u.Name, made)}, err
}

// GetLoginProfile tells whether a user has a password, and since when.
func (s *Service) GetLoginProfile(ctx context.Context, c *awsquery.Call, in *iam.GetLoginProfileRequest) (*iam.GetLoginProfileResult, error) {
	u, _, err := s.loginOf(ctx, c, in.UserName)
	if err == nil && u.Login == nil {
		err = cloud.Errorf(cloud.NotFound, cloud.ResLoginProfile, u.Name, "")
	}
	if err != nil {
		return nil, err
	}
	return &iam.GetLoginProfileResult{LoginProfile: renderLogin(u.Name, *u.Login)}, nil
}

// UpdateLoginProfile sets another password of a user, or makes the user choose
// one at the next login.
func (s *Service) UpdateLoginProfile(ctx context.Context, c *awsquery.Call, in *iam.UpdateLoginProfileRequest) (*iam.UpdateLoginProfileResult, error) {
	u, rules, err := s.loginOf(ctx, c, in.UserName)
	switch {
	case err != nil:
		return nil, err
	case u.Login == nil:
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResLoginProfile, u.Name, "")
	}
	made := *u.Login
	if in.Password != nil {
		if made, err = s.newLogin(ctx, u, rules, *in.Password); err != nil {
			return nil, err
		}
	}
	if in.PasswordResetRequired != nil {
		made.Reset = *in.PasswordResetRequired
	}
	return nil, s.keepLogin(ctx, c, in.UserName, u.Login, made)
}

// DeleteLoginProfile takes a user's password away. Access keys stay.
func (s *Service) DeleteLoginProfile(ctx context.Context, c *awsquery.Call, in *iam.DeleteLoginProfileRequest) (*iam.DeleteLoginProfileResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		if u.Login == nil {
			return cloud.Errorf(cloud.NotFound, cloud.ResLoginProfile, u.Name, "")
		}
		u.Login = nil
		return nil
	})
}

// loginOf finds a user and the rules of the account's passwords.
func (s *Service) loginOf(ctx context.Context, c *awsquery.Call, name *string) (u cloud.User, rules *cloud.PasswordPolicy, err error) {
	err = s.view(ctx, func(tx *store.Tx) (err error) {
		rules = passwords(tx, c.Caller.Account)
		u, err = userNamed(tx, c, text(name))
		return err
	})
	return u, rules, err
}

// keepLogin puts a changed login in the place of the one it was made of.
func (s *Service) keepLogin(ctx context.Context, c *awsquery.Call, name *string, was *cloud.Login, made cloud.Login) error {
	return s.changeUser(ctx, c, name, func(tx *store.Tx, u *cloud.User) error {
		if err := unchanged(*u, was); err != nil {
			return err
		}
		if made.Hash != was.Hash {
			made.Changed = tx.Now
		}
		u.Login = &made
		return nil
	})
}

func renderLogin(name string, l cloud.Login) *iam.LoginProfile {
	return &iam.LoginProfile{UserName: ptr(name), CreateDate: when(l.Created), PasswordResetRequired: ptr(l.Reset)}
}
