package clustertls

import (
	"crypto/sha256"
	"encoding/hex"
)

// Cluster is the id of the cluster whose authority has this pin: 16 hex
// digits, the same on every host that joined.
func (p Pin) Cluster() string { return hex.EncodeToString(p[:8]) }

// Cluster is the id of the cluster the identity is of.
func (id *Identity) Cluster() string { return Pin(sha256.Sum256(id.authority().Raw)).Cluster() }
