package store

import "ecc/cloud"

var vpcs = noun[cloud.VPC]{
	kind: KindVPC,
	key:  func(v *cloud.VPC) string { return string(v.ID) },
	indexes: map[Index]func(*cloud.VPC) string{
		ByAccount: func(v *cloud.VPC) string { return string(v.Account) },
	},
}

// VPCs are the tenants' networks.
func (tx *Tx) VPCs() Table[cloud.VPCID, cloud.VPC] {
	return Table[cloud.VPCID, cloud.VPC]{tx, &vpcs}
}
