package store

import (
	"strings"

	"ecc/cloud"
)

var policies = noun[cloud.ManagedPolicy]{
	kind: KindManagedPolicy,
	key:  func(m *cloud.ManagedPolicy) string { return m.ID },
	indexes: map[Index]func(*cloud.ManagedPolicy) string{
		ByAccount: func(m *cloud.ManagedPolicy) string { return string(m.Account) },
		ByName:    func(m *cloud.ManagedPolicy) string { return string(m.Account) + "/" + strings.ToLower(m.Name) },
	},
}

// Policies are the managed policies of accounts.
func (tx *Tx) Policies() Table[string, cloud.ManagedPolicy] {
	return Table[string, cloud.ManagedPolicy]{tx, &policies}
}
