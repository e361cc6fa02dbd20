package iam

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
)

// ChangePassword sets the caller's own password.
func (s *Service) ChangePassword(ctx context.Context, c *awsquery.Call, in *iam.ChangePasswordRequest) (*iam.ChangePasswordResult, error) {
	if c.Caller.Kind != cloud.PrincipalUser {
		return nil, cloud.Errorf(cloud.WrongState, cloud.ResPassword, "", "")
	}
	u, rules, err := s.loginOf(ctx, c, &c.Caller.Name)
	switch {
	case err != nil:
		return nil, err
	case u.Login == nil:
		return nil, cloud.Errorf(cloud.NotFound, cloud.ResLoginProfile, u.Name, "")
	case rules != nil && rules.HardExpiry && expired(rules, *u.Login, c.Now):
		return nil, cloud.Errorf(cloud.Denied, cloud.ResPassword, "", "The password has expired. An administrator must set a new one.")
	}
	if same, err := s.identity.PasswordIs(ctx, text(in.OldPassword), u.Login.Hash); err != nil || !same {
		if err == nil {
			err = cloud.Errorf(cloud.Denied, cloud.ResPassword, "", "")
		}
		return nil, err
	}
	made, err := s.newLogin(ctx, u, rules, text(in.NewPassword))
	if err != nil {
		return nil, err
	}
	made.Reset = false
	return nil, s.keepLogin(ctx, c, &u.Name, u.Login, made)
}

// day is how ages of passwords are counted.
const day = 24 * time.Hour

// expired reports whether a password is older than the account allows.
func expired(p *cloud.PasswordPolicy, l cloud.Login, now time.Time) bool {
	return p.MaxAge > 0 && now.After(l.Changed.Add(time.Duration(p.MaxAge)*day))
}
