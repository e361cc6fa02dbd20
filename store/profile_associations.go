package store

import "ecc/cloud"

var profileAssociations = noun[cloud.ProfileAssociation]{
	kind: KindProfileAssociation,
	key:  func(p *cloud.ProfileAssociation) string { return string(p.ID) },
	indexes: map[Index]func(*cloud.ProfileAssociation) string{
		ByAccount:  func(p *cloud.ProfileAssociation) string { return string(p.Account) },
		ByInstance: func(p *cloud.ProfileAssociation) string { return string(p.Instance) },
		ByProfile:  func(p *cloud.ProfileAssociation) string { return p.Profile },
	},
}

// ProfileAssociations hand instance profiles to instances.
func (tx *Tx) ProfileAssociations() Table[cloud.AssociationID, cloud.ProfileAssociation] {
	return Table[cloud.AssociationID, cloud.ProfileAssociation]{tx, &profileAssociations}
}
