package store

import "ecc/cloud"

var keyPairs = noun[cloud.KeyPair]{
	kind: KindKeyPair,
	key:  func(k *cloud.KeyPair) string { return string(k.ID) },
	indexes: map[Index]func(*cloud.KeyPair) string{
		ByAccount: func(k *cloud.KeyPair) string { return string(k.Account) },
		ByName:    func(k *cloud.KeyPair) string { return string(k.Account) + "/" + k.Name },
	},
}

// KeyPairs are the ssh public keys.
func (tx *Tx) KeyPairs() Table[cloud.KeyPairID, cloud.KeyPair] {
	return Table[cloud.KeyPairID, cloud.KeyPair]{tx, &keyPairs}
}
