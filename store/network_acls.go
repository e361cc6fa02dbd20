package store

import "ecc/cloud"

var networkACLs = noun[cloud.NetworkACL]{
	kind: KindNetworkACL,
	key:  func(n *cloud.NetworkACL) string { return string(n.ID) },
	indexes: map[Index]func(*cloud.NetworkACL) string{
		ByAccount: func(n *cloud.NetworkACL) string { return string(n.Account) },
		ByVPC:     func(n *cloud.NetworkACL) string { return string(n.VPC) },
	},
}

// NetworkACLs filter packets of subnets.
func (tx *Tx) NetworkACLs() Table[cloud.NetworkACLID, cloud.NetworkACL] {
	return Table[cloud.NetworkACLID, cloud.NetworkACL]{tx, &networkACLs}
}
