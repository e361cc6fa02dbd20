package cloud

import "time"

// SessionKey is temporary credentials: an access key that is only good together
// with its token. The store has none of them.
type SessionKey struct {
	ID      string    `json:"id"` // ASIA…
	Secret  string    `json:"secret"`
	Token   string    `json:"token"`
	Issued  time.Time `json:"issued"`
	Expires time.Time `json:"expires"`
}
