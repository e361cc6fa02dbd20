package clc

import (
	"context"
	"net/mail"
	"strings"

	"ecc/cloud"
	"ecc/roles/clc/ledger"
	"ecc/store"
)

// Bounds of registrations: what a stranger writes must not fill the store.
const (
	maxEmail         = 254
	maxRegistrations = 1000 // waiting for approval
)

// Register makes a registration: an account without keys, which the operator
// approves or rejects. Anybody may call it.
func (s *Service) Register(ctx context.Context, name, email string) error {
	if at, err := mail.ParseAddress(email); err != nil || at.Address != email || len(email) > maxEmail || strings.ContainsFunc(email, unprintable) {
		return cloud.Errorf(cloud.Invalid, cloud.ResAccount, email, "that is no e-mail address")
	}
	n, err := s.NewAccount(name, false)
	if err != nil {
		return err
	}
	n.Account.Pending, n.Account.Email = true, email
	return s.ledger.Update(ctx, ledger.Operator("RegisterAccount", &struct{ Name, Email string }{name, email}), func(tx *store.Tx) error {
		waiting := 0
		for a := range tx.Accounts().All() {
			if a.Pending {
				waiting++
			}
		}
		if waiting >= maxRegistrations {
			return cloud.Errorf(cloud.Unavailable, cloud.ResAccount, name, "too many registrations are waiting for approval; try again another day")
		}
		return n.Put(tx)
	})
}

func unprintable(r rune) bool { return r < '!' || r > '~' }
