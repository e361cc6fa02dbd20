package iam_test

import (
	"ecc/store"
)

// keys are the ids of the access keys of a user, "" for the account's root.
func (f *fixture) keys(tn *tenant, user string) (ids []string) {
	f.t.Helper()
	f.view(func(tx *store.Tx) {
		for k := range tx.AccessKeys().By(store.ByAccount, string(tn.account.ID)) {
			if u, _ := tx.Users().Get(k.User); u.Name == user {
				ids = append(ids, k.ID)
			}
		}
	})
	return ids
}
