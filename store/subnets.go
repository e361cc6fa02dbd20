package store

import "ecc/cloud"

var subnets = noun[cloud.Subnet]{
	kind: KindSubnet,
	key:  func(s *cloud.Subnet) string { return string(s.ID) },
	indexes: map[Index]func(*cloud.Subnet) string{
		ByAccount: func(s *cloud.Subnet) string { return string(s.Account) },
		ByVPC:     func(s *cloud.Subnet) string { return string(s.VPC) },
	},
}

// Subnets are the parts of networks.
func (tx *Tx) Subnets() Table[cloud.SubnetID, cloud.Subnet] {
	return Table[cloud.SubnetID, cloud.Subnet]{tx, &subnets}
}
