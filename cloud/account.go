package cloud

import "time"

// Account is a tenant.
type Account struct {
	ID        AccountID `json:"id"`
	Name      string    `json:"name"`
	Canonical string    `json:"canonical_id"` // 64 hex digits, S3's name of it
	Admin     bool      `json:"admin,omitempty"`
	Created   time.Time `json:"created"`
}

// AccessKey is one key pair of an account's root.
type AccessKey struct {
	ID      string    `json:"id"` // AKIA…
	Account AccountID `json:"account"`
	Secret  string    `json:"secret"`
	Active  bool      `json:"active"`
	Created time.Time `json:"created"`
}
