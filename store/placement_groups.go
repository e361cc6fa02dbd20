package store

import "ecc/cloud"

var placementGroups = noun[cloud.PlacementGroup]{
	kind: KindPlacementGroup,
	key:  func(p *cloud.PlacementGroup) string { return string(p.ID) },
	indexes: map[Index]func(*cloud.PlacementGroup) string{
		ByAccount: func(p *cloud.PlacementGroup) string { return string(p.Account) },
		ByName:    func(p *cloud.PlacementGroup) string { return string(p.Account) + "/" + p.Name },
	},
}

// PlacementGroups spread instances over nodes.
func (tx *Tx) PlacementGroups() Table[cloud.PlacementGroupID, cloud.PlacementGroup] {
	return Table[cloud.PlacementGroupID, cloud.PlacementGroup]{tx, &placementGroups}
}
