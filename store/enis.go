package store

import (
	"net/netip"

	"ecc/cloud"
)

var enis = noun[cloud.ENI]{
	kind:  KindENI,
	tally: tallyENI,
	key:   func(e *cloud.ENI) string { return string(e.ID) },
	indexes: map[Index]func(*cloud.ENI) string{
		ByAccount:   func(e *cloud.ENI) string { return string(e.Account) },
		ByInstance:  func(e *cloud.ENI) string { return string(e.Instance) },
		ByVPC:       func(e *cloud.ENI) string { return string(e.VPC) },
		BySubnet:    func(e *cloud.ENI) string { return string(e.Subnet) },
		ByPrivateIP: func(e *cloud.ENI) string { return string(e.Subnet) + "/" + address(e.PrivateIP) },
		ByPublicIP:  func(e *cloud.ENI) string { return address(e.PublicIP) },
		ByMAC:       func(e *cloud.ENI) string { return e.MAC },
	},
}

// address is an address as indexes have it; "" for none.
func address(a netip.Addr) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// ENIs are the network interfaces.
func (tx *Tx) ENIs() Table[cloud.ENIID, cloud.ENI] {
	return Table[cloud.ENIID, cloud.ENI]{tx, &enis}
}
