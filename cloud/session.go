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

// RoleKey is what an instance is given of its profile's role.
type RoleKey struct {
	Role    string     `json:"role"`              // its name
	Refused bool       `json:"refused,omitempty"` // the role does not let EC2 assume it: there is no key
	At      time.Time  `json:"at"`                // when this was found
	Key     SessionKey `json:"key,omitzero"`
}
