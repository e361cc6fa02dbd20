package store

import "ecc/cloud"

var clientTokens = noun[cloud.ClientToken]{
	kind:      KindClientToken,
	uncounted: true,
	key:       func(t *cloud.ClientToken) string { return t.ID },
	indexes: map[Index]func(*cloud.ClientToken) string{
		ByAccount: func(t *cloud.ClientToken) string { return string(t.Account) },
	},
}

// ClientTokens are the outcomes of idempotent calls.
func (tx *Tx) ClientTokens() Table[string, cloud.ClientToken] {
	return Table[string, cloud.ClientToken]{tx, &clientTokens}
}
