package store

import "ecc/cloud"

var joinTokens = noun[cloud.JoinToken]{
	kind: KindJoinToken,
	key:  func(t *cloud.JoinToken) string { return t.ID },
}

// JoinTokens admit hosts.
func (tx *Tx) JoinTokens() Table[string, cloud.JoinToken] {
	return Table[string, cloud.JoinToken]{tx, &joinTokens}
}
