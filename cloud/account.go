package cloud

import "time"

// Account is a tenant.
type Account struct {
	ID        AccountID `json:"id"`
	Name      string    `json:"name"`
	Canonical string    `json:"canonical_id"` // 64 hex digits, S3's name of it
	Admin     bool      `json:"admin,omitempty"`
	Created   time.Time `json:"created"`

	Alias     string            `json:"alias,omitempty"`     // for the console's address; unique in the cloud
	Pending   bool              `json:"pending,omitempty"`   // registered, not approved yet: its keys open nothing
	Suspended bool              `json:"suspended,omitempty"` // by the administrator: its keys open nothing
	Email     string            `json:"email,omitempty"`     // of who registered
	Networked bool              `json:"networked,omitempty"` // its default VPC was made
	Limits    map[string]int64  `json:"limits,omitempty"`    // by name, over the configuration's
	Policies  map[string]string `json:"policies,omitempty"`  // of the cloud's administrator: name → JSON text
	Passwords *PasswordPolicy   `json:"passwords,omitempty"`
	Settings  map[string]string `json:"settings,omitempty"` // EC2's of the account: "serial-console" → "enabled", …
}

// PasswordPolicy is what an account's users' passwords must be.
type PasswordPolicy struct {
	MinLength   int  `json:"min_length"`
	Symbols     bool `json:"symbols,omitempty"`
	Numbers     bool `json:"numbers,omitempty"`
	Upper       bool `json:"upper,omitempty"`
	Lower       bool `json:"lower,omitempty"`
	UsersChange bool `json:"users_change,omitempty"`
	MaxAge      int  `json:"max_age,omitempty"` // days; 0: for ever
	Remember    int  `json:"remember,omitempty"`
	HardExpiry  bool `json:"hard_expiry,omitempty"`
}

// AccessKey is one key pair of an account's root or of a user.
type AccessKey struct {
	ID       string    `json:"id"` // AKIA…
	Account  AccountID `json:"account"`
	User     string    `json:"user,omitempty"`   // id; "" for the account's root
	Secret   string    `json:"secret,omitempty"` // in clear: never in the store once it is sealed
	Sealed   []byte    `json:"sealed,omitempty"` // the secret, sealed with a key outside the store
	Active   bool      `json:"active"`
	Created  time.Time `json:"created"`
	LastUsed KeyUse    `json:"last_used,omitzero"`
}

// KeyUse is when and for what an access key was used last, as far as was
// written: not every use is.
type KeyUse struct {
	At      time.Time `json:"at"`
	Service string    `json:"service"`
	Region  string    `json:"region"`
}
