package store

import "ecc/cloud"

var oidcProviders = noun[cloud.OIDCProvider]{
	kind: KindOIDCProvider,
	key:  func(o *cloud.OIDCProvider) string { return o.ID },
	indexes: map[Index]func(*cloud.OIDCProvider) string{
		ByAccount: func(o *cloud.OIDCProvider) string { return string(o.Account) },
	},
}

// OIDCProviders are the identity providers of accounts.
func (tx *Tx) OIDCProviders() Table[string, cloud.OIDCProvider] {
	return Table[string, cloud.OIDCProvider]{tx, &oidcProviders}
}
