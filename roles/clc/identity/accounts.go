package identity

import (
	"context"
	"strings"

	"ecc/cloud"
	"ecc/store"
)

// SystemAccount owns the image store's bucket.
const SystemAccount = "ecc-system"

// MaxKeys is how many access keys a user, or an account's root, may have.
const MaxKeys = 2

// keyPrefix begins the id of an access key that is for good.
const keyPrefix = "AKIA"

// CreateAccount makes an account with the first access key of its root, in one
// transaction that is nobody's action: what the operator makes goes through the
// ledger.
func (s *Service) CreateAccount(ctx context.Context, name string, admin bool) (cloud.Account, cloud.AccessKey, error) {
	n, err := s.NewAccount(name, admin)
	if err != nil {
		return cloud.Account{}, cloud.AccessKey{}, err
	}
	return n.Account, n.Key, s.store.Update(ctx, n.Put)
}

// Accounts lists the accounts.
func (s *Service) Accounts(ctx context.Context) ([]cloud.Account, error) {
	var out []cloud.Account
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for a := range tx.Accounts().All() {
			out = append(out, a)
		}
		return nil
	})
	return out, err
}

// AccountNamed finds an account.
func AccountNamed(tx *store.Tx, name string) (cloud.Account, error) {
	for a := range tx.Accounts().By(store.ByName, name) {
		return a, nil
	}
	return cloud.Account{}, cloud.Errorf(cloud.NotFound, cloud.ResAccount, name, "no account of that name; ecc account list shows them")
}

// AccountByName finds an account and an active access key of its root, with the
// secret. It is for the cloud's own accounts: a tenant's secret is shown once.
func (s *Service) AccountByName(ctx context.Context, name string) (cloud.Account, cloud.AccessKey, error) {
	var acct cloud.Account
	var key cloud.AccessKey
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var err error
		if acct, err = AccountNamed(tx, name); err != nil {
			return err
		}
		for k := range tx.AccessKeys().By(store.ByAccount, string(acct.ID)) {
			if k.Active && k.User == "" && key.ID == "" {
				key = k
			}
		}
		if key.ID == "" {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, name, "the account %s has no active access key of its root; ecc account key makes one", name)
		}
		key, err = s.reveal(key)
		return err
	})
	return acct, key, err
}

// RootKey is an active access key of an account's root.
func (s *Service) RootKey(ctx context.Context, id cloud.AccountID) (cloud.AccessKey, error) {
	var key cloud.AccessKey
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		for k := range tx.AccessKeys().By(store.ByAccount, string(id)) {
			if k.Active && k.User == "" {
				key, err = s.reveal(k)
				return err
			}
		}
		return cloud.Errorf(cloud.Denied, cloud.ResAccount, string(id), "The account has no active access key.")
	})
	return key, err
}

// Account implements rpc.Identity.
func (s *Service) Account(ctx context.Context, id string) (cloud.Account, error) {
	var a cloud.Account
	err := s.store.View(ctx, func(tx *store.Tx) error {
		var ok bool
		if a, ok = tx.Accounts().Get(cloud.AccountID(id)); ok {
			return nil
		}
		for b := range tx.Accounts().By(store.ByCanonical, id) {
			a = b
			return nil
		}
		if strings.Contains(id, "@") {
			for b := range tx.Accounts().By(store.ByName, id) {
				a = b
				return nil
			}
		}
		return cloud.Errorf(cloud.NotFound, cloud.ResAccount, id, "no such account")
	})
	return a, err
}
