package store

import "ecc/cloud"

var dhcpOptions = noun[cloud.DHCPOptions]{
	kind: KindDHCPOptions,
	key:  func(d *cloud.DHCPOptions) string { return string(d.ID) },
	indexes: map[Index]func(*cloud.DHCPOptions) string{
		ByAccount: func(d *cloud.DHCPOptions) string { return string(d.Account) },
	},
}

// DHCPOptions are the sets of DHCP options.
func (tx *Tx) DHCPOptions() Table[cloud.DHCPOptionsID, cloud.DHCPOptions] {
	return Table[cloud.DHCPOptionsID, cloud.DHCPOptions]{tx, &dhcpOptions}
}
