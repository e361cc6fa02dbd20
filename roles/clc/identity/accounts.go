package identity

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"regexp"
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

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9.@_-]{0,62}$`)

// CreateAccount makes an account with the first access key of its root, in one
// transaction. The account of the cloud's administrator is made with admin.
func (s *Service) CreateAccount(ctx context.Context, name string, admin bool) (cloud.Account, cloud.AccessKey, error) {
	if !accountName.MatchString(name) {
		return cloud.Account{}, cloud.AccessKey{}, cloud.Errorf(cloud.Invalid, cloud.ResAccount, name,
			"an account's name is 1 to 63 of a-z, 0-9 and .@_-, beginning with a letter or digit")
	}
	a, err := s.newAccount(name, admin)
	if err != nil {
		return a, cloud.AccessKey{}, err
	}
	k, kept, err := s.NewAccessKey(a.ID, "")
	if err != nil {
		return a, k, err
	}
	err = s.store.Update(ctx, func(tx *store.Tx) error {
		for range tx.Accounts().By(store.ByName, name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResAccount, name, "an account of that name exists")
		}
		if _, ok := tx.Accounts().Get(a.ID); ok {
			return cloud.Errorf(cloud.Unavailable, cloud.ResAccount, name, "try again") // the random id is taken
		}
		if err := tx.Accounts().Put(a); err != nil {
			return err
		}
		return tx.AccessKeys().Put(kept)
	})
	return a, k, err
}

// newAccount makes an account's record with random ids.
func (s *Service) newAccount(name string, admin bool) (cloud.Account, error) {
	var b [40]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		return cloud.Account{}, fmt.Errorf("make an account's ids: %w", err)
	}
	n := new(big.Int).Mod(new(big.Int).SetBytes(b[:8]), big.NewInt(900_000_000_000))
	return cloud.Account{ID: cloud.AccountID(n.Add(n, big.NewInt(100_000_000_000)).String()), Name: name,
		Canonical: hex.EncodeToString(b[8:]), Admin: admin, Created: s.now().UTC()}, nil
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

// AccountByName finds an account and an active access key of its root.
func (s *Service) AccountByName(ctx context.Context, name string) (cloud.Account, cloud.AccessKey, error) {
	var acct cloud.Account
	var key cloud.AccessKey
	err := s.store.View(ctx, func(tx *store.Tx) error {
		for a := range tx.Accounts().By(store.ByName, name) {
			acct = a
		}
		for k := range tx.AccessKeys().By(store.ByAccount, string(acct.ID)) {
			if k.Active && k.User == "" && key.ID == "" {
				key = k
			}
		}
		if acct.ID == "" || key.ID == "" {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, name, "no account of that name; ecc account list shows them")
		}
		var err error
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
