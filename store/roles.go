package store

import (
	"strings"

	"ecc/cloud"
)

var roles = noun[cloud.Role]{
	kind: KindRole,
	key:  func(r *cloud.Role) string { return r.ID },
	indexes: map[Index]func(*cloud.Role) string{
		ByAccount: func(r *cloud.Role) string { return string(r.Account) },
		ByName:    func(r *cloud.Role) string { return string(r.Account) + "/" + strings.ToLower(r.Name) },
	},
}

// Roles are the IAM roles of accounts.
func (tx *Tx) Roles() Table[string, cloud.Role] {
	return Table[string, cloud.Role]{tx, &roles}
}
