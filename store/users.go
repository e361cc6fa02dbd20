package store

import (
	"strings"

	"ecc/cloud"
)

var users = noun[cloud.User]{
	kind: KindUser,
	key:  func(u *cloud.User) string { return u.ID },
	indexes: map[Index]func(*cloud.User) string{
		ByAccount: func(u *cloud.User) string { return string(u.Account) },
		ByName:    func(u *cloud.User) string { return string(u.Account) + "/" + strings.ToLower(u.Name) },
	},
}

// Users are the IAM users of accounts.
func (tx *Tx) Users() Table[string, cloud.User] {
	return Table[string, cloud.User]{tx, &users}
}
