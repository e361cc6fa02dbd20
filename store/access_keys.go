package store

import "ecc/cloud"

var accessKeys = noun[cloud.AccessKey]{
	kind: KindAccessKey,
	key:  func(k *cloud.AccessKey) string { return k.ID },
	indexes: map[Index]func(*cloud.AccessKey) string{
		ByAccount: func(k *cloud.AccessKey) string { return string(k.Account) },
		ByUser:    func(k *cloud.AccessKey) string { return k.User },
	},
}

// AccessKeys are the tenants' credentials, secrets included.
func (tx *Tx) AccessKeys() Table[string, cloud.AccessKey] {
	return Table[string, cloud.AccessKey]{tx, &accessKeys}
}
