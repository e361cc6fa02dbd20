package store

import "ecc/cloud"

var internetGateways = noun[cloud.InternetGateway]{
	kind: KindInternetGateway,
	key:  func(i *cloud.InternetGateway) string { return string(i.ID) },
	indexes: map[Index]func(*cloud.InternetGateway) string{
		ByAccount: func(i *cloud.InternetGateway) string { return string(i.Account) },
		ByVPC:     func(i *cloud.InternetGateway) string { return string(i.VPC) },
	},
}

// InternetGateways join VPCs to the internet.
func (tx *Tx) InternetGateways() Table[cloud.InternetGatewayID, cloud.InternetGateway] {
	return Table[cloud.InternetGatewayID, cloud.InternetGateway]{tx, &internetGateways}
}
