package store

import "ecc/cloud"

var nodes = noun[cloud.Node]{
	kind: KindNode,
	key:  func(n *cloud.Node) string { return string(n.ID) },
	indexes: map[Index]func(*cloud.Node) string{
		ByZone: func(n *cloud.Node) string { return n.Zone },
	},
}

// Nodes are the hosts that run instances.
func (tx *Tx) Nodes() Table[cloud.NodeID, cloud.Node] {
	return Table[cloud.NodeID, cloud.Node]{tx, &nodes}
}
