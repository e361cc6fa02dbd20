package store

import "ecc/cloud"

var routeTables = noun[cloud.RouteTable]{
	kind: KindRouteTable,
	key:  func(r *cloud.RouteTable) string { return string(r.ID) },
	indexes: map[Index]func(*cloud.RouteTable) string{
		ByAccount: func(r *cloud.RouteTable) string { return string(r.Account) },
		ByVPC:     func(r *cloud.RouteTable) string { return string(r.VPC) },
	},
}

// RouteTables say where packets go.
func (tx *Tx) RouteTables() Table[cloud.RouteTableID, cloud.RouteTable] {
	return Table[cloud.RouteTableID, cloud.RouteTable]{tx, &routeTables}
}
