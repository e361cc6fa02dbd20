package store

import (
	"strings"

	"ecc/cloud"
)

var userGroups = noun[cloud.UserGroup]{
	kind: KindUserGroup,
	key:  func(u *cloud.UserGroup) string { return u.ID },
	indexes: map[Index]func(*cloud.UserGroup) string{
		ByAccount: func(u *cloud.UserGroup) string { return string(u.Account) },
		ByName:    func(u *cloud.UserGroup) string { return string(u.Account) + "/" + strings.ToLower(u.Name) },
	},
}

// UserGroups are the IAM groups of users.
func (tx *Tx) UserGroups() Table[string, cloud.UserGroup] {
	return Table[string, cloud.UserGroup]{tx, &userGroups}
}
