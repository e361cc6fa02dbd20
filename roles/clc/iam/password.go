package iam

import (
	"context"
	"strings"
	"unicode"

	"ecc/cloud"
	"ecc/store"
)

// Bounds of passwords, in characters, and how many former ones are kept.
const (
	defaultPassword = 8 // least, of an account without a policy of its own
	leastPassword   = 6 // least, of a policy that does not say
	maxFormer       = 24
)

// checkPassword checks a new password against the account's policy. Without
// one it is IAM's: eight characters, three of the four kinds.
func checkPassword(p *cloud.PasswordPolicy, u cloud.User, password string) error {
	upper, lower := strings.ContainsFunc(password, isBetween('A', 'Z')), strings.ContainsFunc(password, isBetween('a', 'z'))
	digit, symbol := strings.ContainsFunc(password, isBetween('0', '9')), strings.ContainsAny(password, `!@#$%^&*()_+-=[]{}|'`)
	least, kinds := defaultPassword, 0
	for _, has := range []bool{upper, lower, digit, symbol} {
		if has {
			kinds++
		}
	}
	if p != nil {
		least = p.MinLength
	}
	switch {
	case strings.ContainsFunc(password, func(r rune) bool { return r > unicode.MaxLatin1 || r < ' ' && r != '\t' && r != '\n' && r != '\r' }):
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password contains characters that are not allowed.")
	case len([]rune(password)) < least:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have a minimum length of %d", least)
	case p == nil && kinds < 3:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have at least three of: uppercase characters, lowercase characters, numbers, symbols")
	case password == u.Name:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should not be the user's name")
	case p == nil:
		return nil
	case p.Upper && !upper:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have at least one uppercase character")
	case p.Lower && !lower:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have at least one lowercase character")
	case p.Numbers && !digit:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have at least one number")
	case p.Symbols && !symbol:
		return cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password should have at least one symbol")
	}
	return nil
}

func isBetween(a, b rune) func(rune) bool { return func(r rune) bool { return a <= r && r <= b } }

// newLogin is the login a new password makes of the user's. It takes time, and
// so is made before the transaction that keeps it.
func (s *Service) newLogin(ctx context.Context, u cloud.User, p *cloud.PasswordPolicy, password string) (cloud.Login, error) {
	var l cloud.Login
	if u.Login != nil {
		l = *u.Login
		l.Former = append([]string{l.Hash}, l.Former...)
	}
	l.Former = l.Former[:min(len(l.Former), maxFormer)]
	if err := checkPassword(p, u, password); err != nil {
		return l, err
	}
	if p != nil {
		for _, former := range l.Former[:min(len(l.Former), p.Remember)] {
			same, err := s.identity.PasswordIs(ctx, password, former)
			if err != nil {
				return l, err
			}
			if same {
				return l, cloud.Errorf(cloud.Invalid, cloud.ResPassword, "", "Password was used before: choose one that was not among the last %d", p.Remember)
			}
		}
	}
	var err error
	l.Hash, err = s.identity.HashPassword(ctx, password)
	return l, err
}

// passwords is the account's password policy, nil for none.
func passwords(tx *store.Tx, a cloud.AccountID) *cloud.PasswordPolicy {
	rec, _ := tx.Accounts().Get(a)
	return rec.Passwords
}

// unchanged checks that a user's login is still the one a change began with.
func unchanged(u cloud.User, was *cloud.Login) error {
	switch {
	case u.Login == nil && was == nil, u.Login != nil && was != nil && u.Login.Hash == was.Hash:
		return nil
	case u.Login == nil:
		return cloud.Errorf(cloud.NotFound, cloud.ResLoginProfile, u.Name, "")
	case was == nil:
		return cloud.Errorf(cloud.AlreadyExists, cloud.ResLoginProfile, u.Name, "")
	}
	return cloud.Errorf(cloud.WrongState, cloud.ResLoginProfile, u.Name, "")
}
