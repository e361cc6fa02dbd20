package store

import (
	"strings"

	"ecc/cloud"
)

var instanceProfiles = noun[cloud.InstanceProfile]{
	kind: KindInstanceProfile,
	key:  func(i *cloud.InstanceProfile) string { return i.ID },
	indexes: map[Index]func(*cloud.InstanceProfile) string{
		ByAccount: func(i *cloud.InstanceProfile) string { return string(i.Account) },
		ByName:    func(i *cloud.InstanceProfile) string { return string(i.Account) + "/" + strings.ToLower(i.Name) },
		ByRole:    func(i *cloud.InstanceProfile) string { return i.Role },
	},
}

// InstanceProfiles hand roles to instances.
func (tx *Tx) InstanceProfiles() Table[string, cloud.InstanceProfile] {
	return Table[string, cloud.InstanceProfile]{tx, &instanceProfiles}
}
