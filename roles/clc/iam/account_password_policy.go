package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// UpdateAccountPasswordPolicy sets the rules of the account's passwords. What
// the request leaves out becomes IAM's default, not what was.
func (s *Service) UpdateAccountPasswordPolicy(ctx context.Context, c *awsquery.Call, in *iam.UpdateAccountPasswordPolicyRequest) (*iam.UpdateAccountPasswordPolicyResult, error) {
	is := func(b *bool) bool { return b != nil && *b }
	number := func(n *int64, otherwise int) int {
		if n == nil {
			return otherwise
		}
		return int(*n)
	}
	p := &cloud.PasswordPolicy{MinLength: number(in.MinimumPasswordLength, leastPassword), Symbols: is(in.RequireSymbols), Numbers: is(in.RequireNumbers),
		Upper: is(in.RequireUppercaseCharacters), Lower: is(in.RequireLowercaseCharacters), UsersChange: is(in.AllowUsersToChangePassword),
		MaxAge: number(in.MaxPasswordAge, 0), Remember: number(in.PasswordReusePrevention, 0), HardExpiry: is(in.HardExpiry)}
	return nil, s.changeAccount(ctx, c, func(_ *store.Tx, a *cloud.Account) error {
		a.Passwords = p
		return nil
	})
}

// GetAccountPasswordPolicy shows the rules of the account's passwords, if it
// has any of its own.
func (s *Service) GetAccountPasswordPolicy(ctx context.Context, c *awsquery.Call, _ *iam.GetAccountPasswordPolicyRequest) (*iam.GetAccountPasswordPolicyResult, error) {
	out := new(iam.GetAccountPasswordPolicyResult)
	return out, s.view(ctx, func(tx *store.Tx) error {
		p := passwords(tx, c.Caller.Account)
		if p == nil {
			return cloud.Errorf(cloud.NotFound, cloud.ResPasswordPolicy, string(c.Caller.Account), "")
		}
		out.PasswordPolicy = renderPasswordPolicy(p)
		return nil
	})
}

func renderPasswordPolicy(p *cloud.PasswordPolicy) *iam.PasswordPolicy {
	out := &iam.PasswordPolicy{MinimumPasswordLength: ptr(int64(p.MinLength)), RequireSymbols: ptr(p.Symbols), RequireNumbers: ptr(p.Numbers),
		RequireUppercaseCharacters: ptr(p.Upper), RequireLowercaseCharacters: ptr(p.Lower), AllowUsersToChangePassword: ptr(p.UsersChange),
		ExpirePasswords: ptr(p.MaxAge > 0), HardExpiry: ptr(p.HardExpiry)}
	if p.MaxAge > 0 {
		out.MaxPasswordAge = ptr(int64(p.MaxAge))
	}
	if p.Remember > 0 {
		out.PasswordReusePrevention = ptr(int64(p.Remember))
	}
	return out
}

// DeleteAccountPasswordPolicy goes back to IAM's own rules.
func (s *Service) DeleteAccountPasswordPolicy(ctx context.Context, c *awsquery.Call, _ *iam.DeleteAccountPasswordPolicyRequest) (*iam.DeleteAccountPasswordPolicyResult, error) {
	return nil, s.changeAccount(ctx, c, func(_ *store.Tx, a *cloud.Account) error {
		if a.Passwords == nil {
			return cloud.Errorf(cloud.NotFound, cloud.ResPasswordPolicy, string(a.ID), "")
		}
		a.Passwords = nil
		return nil
	})
}

// changeAccount changes the caller's account in one transaction.
func (s *Service) changeAccount(ctx context.Context, c *awsquery.Call, change func(*store.Tx, *cloud.Account) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		a, ok := tx.Accounts().Get(c.Caller.Account)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, string(c.Caller.Account), "")
		}
		if err := change(tx, &a); err != nil {
			return err
		}
		return tx.Accounts().Put(a)
	})
}
