package store

import "ecc/cloud"

var instances = noun[cloud.Instance]{
	kind:  KindInstance,
	tally: tallyInstance,
	key:   func(i *cloud.Instance) string { return string(i.ID) },
	indexes: map[Index]func(*cloud.Instance) string{
		ByAccount:     func(i *cloud.Instance) string { return string(i.Account) },
		ByNode:        func(i *cloud.Instance) string { return string(i.Desired.Node) },
		ByZone:        func(i *cloud.Instance) string { return i.Zone },
		ByReservation: func(i *cloud.Instance) string { return string(i.Reservation) },
		ByImage:       func(i *cloud.Instance) string { return string(i.Image) },
		ByVPC:         func(i *cloud.Instance) string { return string(i.VPC) },
	},
}

// Instances are the virtual machines, terminated ones included while shown.
func (tx *Tx) Instances() Table[cloud.InstanceID, cloud.Instance] {
	return Table[cloud.InstanceID, cloud.Instance]{tx, &instances}
}
