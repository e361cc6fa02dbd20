package store

import "ecc/cloud"

var groups = noun[cloud.Group]{
	kind: KindGroup,
	key:  func(g *cloud.Group) string { return string(g.ID) },
	indexes: map[Index]func(*cloud.Group) string{
		ByAccount: func(g *cloud.Group) string { return string(g.Account) },
		ByVPC:     func(g *cloud.Group) string { return string(g.VPC) },
	},
}

// Groups are the security groups.
func (tx *Tx) Groups() Table[cloud.GroupID, cloud.Group] {
	return Table[cloud.GroupID, cloud.Group]{tx, &groups}
}
