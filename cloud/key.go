package cloud

import "time"

// KeyPair is an ssh public key under a name.
type KeyPair struct {
	ID          KeyPairID `json:"id"`
	Account     AccountID `json:"account"`
	Name        string    `json:"name"`
	Type        string    `json:"type"` // "rsa" or "ed25519"
	Fingerprint string    `json:"fingerprint"`
	PublicKey   string    `json:"public_key"` // authorized_keys line
	Created     time.Time `json:"created"`
}
