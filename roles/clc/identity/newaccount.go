package identity

import (
	"encoding/hex"
	"fmt"
	"io"
	"math/big"
	"regexp"

	"ecc/cloud"
	"ecc/store"
)

var accountName = regexp.MustCompile(`^[a-z0-9][a-z0-9.@_-]{0,62}$`)

// NewAccount is an account to be made, with the first access key of its root as
// it is shown once. One that is pending is made without the key.
type NewAccount struct {
	Account cloud.Account
	Key     cloud.AccessKey

	kept cloud.AccessKey
}

// NewAccount draws the ids and the key of an account. The accounts of the
// cloud's own are made with admin.
func (s *Service) NewAccount(name string, admin bool) (n NewAccount, err error) {
	if !accountName.MatchString(name) {
		return n, cloud.Errorf(cloud.Invalid, cloud.ResAccount, name,
			"an account's name is 1 to 63 of a-z, 0-9 and .@_-, beginning with a letter or digit")
	}
	var b [40]byte
	if _, err := io.ReadFull(s.entropy, b[:]); err != nil {
		return n, fmt.Errorf("make an account's ids: %w", err)
	}
	number := new(big.Int).Mod(new(big.Int).SetBytes(b[:8]), big.NewInt(900_000_000_000))
	n.Account = cloud.Account{ID: cloud.AccountID(number.Add(number, big.NewInt(100_000_000_000)).String()), Name: name,
		Canonical: hex.EncodeToString(b[8:]), Admin: admin, Created: s.now().UTC()}
	n.Key, n.kept, err = s.NewAccessKey(n.Account.ID, "")
	return n, err
}

// Put makes the account, if its name is free.
func (n NewAccount) Put(tx *store.Tx) error {
	for range tx.Accounts().By(store.ByName, n.Account.Name) {
		return cloud.Errorf(cloud.AlreadyExists, cloud.ResAccount, n.Account.Name, "an account of that name exists")
	}
	if _, ok := tx.Accounts().Get(n.Account.ID); ok {
		return cloud.Errorf(cloud.Unavailable, cloud.ResAccount, n.Account.Name, "try again") // the random id is taken
	}
	if err := tx.Accounts().Put(n.Account); err != nil || n.Account.Pending {
		return err
	}
	return tx.AccessKeys().Put(n.kept)
}
