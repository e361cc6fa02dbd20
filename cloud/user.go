package cloud

import "time"

// Attachments are the policies of a user, a group or a role.
type Attachments struct {
	Managed []string          `json:"managed,omitempty"` // ARNs, sorted
	Inline  map[string]string `json:"inline,omitempty"`  // name → JSON text
}

// User is an IAM user of an account.
type User struct {
	ID          string            `json:"id"` // AIDA…
	Account     AccountID         `json:"account"`
	Name        string            `json:"name"` // unique in the account but for case
	Path        string            `json:"path"` // "/" or "/a/b/"
	Created     time.Time         `json:"created"`
	Groups      []string          `json:"groups,omitempty"` // ids, sorted
	Attachments Attachments       `json:"attachments,omitzero"`
	Boundary    string            `json:"boundary,omitempty"` // ARN of a managed policy
	Login       *Login            `json:"login,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// Login is the password of a user, or of an account's root, for the console.
type Login struct {
	Hash     string    `json:"hash"` // argon2id, with its parameters and salt
	Former   []string  `json:"former,omitempty"`
	Reset    bool      `json:"reset,omitempty"` // to be changed at the next login
	Created  time.Time `json:"created"`
	Changed  time.Time `json:"changed"`
	LastUsed time.Time `json:"last_used,omitzero"`
}

// UserGroup is an IAM group of users.
type UserGroup struct {
	ID          string      `json:"id"` // AGPA…
	Account     AccountID   `json:"account"`
	Name        string      `json:"name"`
	Path        string      `json:"path"`
	Created     time.Time   `json:"created"`
	Attachments Attachments `json:"attachments,omitzero"`
}
