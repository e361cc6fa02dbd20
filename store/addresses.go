package store

import "ecc/cloud"

var addresses = noun[cloud.Address]{
	kind:  KindAddress,
	tally: tallyAddress,
	key:   func(a *cloud.Address) string { return string(a.ID) },
	indexes: map[Index]func(*cloud.Address) string{
		ByAccount:  func(a *cloud.Address) string { return string(a.Account) },
		ByPublicIP: func(a *cloud.Address) string { return a.PublicIP.String() },
		ByENI:      func(a *cloud.Address) string { return string(a.ENI) },
	},
}

// Addresses are the elastic IPs of accounts.
func (tx *Tx) Addresses() Table[cloud.AllocationID, cloud.Address] {
	return Table[cloud.AllocationID, cloud.Address]{tx, &addresses}
}
