package store

import "ecc/cloud"

var accounts = noun[cloud.Account]{
	kind: KindAccount,
	key:  func(a *cloud.Account) string { return string(a.ID) },
	indexes: map[Index]func(*cloud.Account) string{
		ByName:      func(a *cloud.Account) string { return a.Name },
		ByCanonical: func(a *cloud.Account) string { return a.Canonical },
		ByAlias:     func(a *cloud.Account) string { return a.Alias },
	},
}

// Accounts are the tenants.
func (tx *Tx) Accounts() Table[cloud.AccountID, cloud.Account] {
	return Table[cloud.AccountID, cloud.Account]{tx, &accounts}
}
