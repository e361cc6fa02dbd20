// Package cloud is the domain of ecc: typed ids, the records that describe a
// cloud (one noun per file), the pure functions over them and the errors a
// tenant may see.
//
// It does no I/O, reads no clock and no randomness, and imports only the
// standard library. Every other package may import it.
//
// Records are values. Slices and maps inside a record that came out of the
// store are shared with other readers: replace them, never change them in
// place.
package cloud

import "time"

// Revision numbers the committed states of one cluster's store: 1, 2, 3, …
// 0 means "before the first". Every intent that leaves the head carries the
// revision it was compiled from.
type Revision uint64

// Bytes is a size in bytes.
type Bytes int64

// Sizes in bytes.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
)

// Reason tells a tenant why a resource is in the state it is in, with the
// codes EC2 uses ("Server.InternalError", "Client.UserInitiatedShutdown", …).
type Reason struct {
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
}

// IsZero reports whether there is nothing to tell.
func (r Reason) IsZero() bool { return r == Reason{} }

// Codes of Reason that ecc writes, spelled as EC2 spells them.
const (
	ReasonUserShutdown    = "Client.UserInitiatedShutdown"
	ReasonGuestShutdown   = "Client.InstanceInitiatedShutdown"
	ReasonNoCapacity      = "Server.InsufficientInstanceCapacity"
	ReasonInternal        = "Server.InternalError"
	ReasonImageUnreadable = "Client.InvalidImage"
	ReasonUserTerminated  = "Client.UserInitiatedTerminate"
)

// ClientToken remembers the outcome of an idempotent call, so that a replay
// answers as the first call did and another request under the same token is
// refused. Key: account, action and token.
type ClientToken struct {
	ID      string    `json:"id"` // account/action/token
	Account AccountID `json:"account"`
	Hash    string    `json:"hash"`   // of the request's parameters
	Result  []string  `json:"result"` // ids the call made
	Created time.Time `json:"created"`
}
