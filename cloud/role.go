package cloud

import "time"

// Role is an IAM role of an account.
type Role struct {
	ID          string            `json:"id"` // AROA…
	Account     AccountID         `json:"account"`
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Description string            `json:"description,omitempty"`
	Trust       string            `json:"trust"`            // policy that says who may assume it
	Trusted     time.Time         `json:"trusted,omitzero"` // when Trust was written: whoever was made since is nobody it names
	MaxSession  int               `json:"max_session"`      // seconds
	Created     time.Time         `json:"created"`
	Attachments Attachments       `json:"attachments,omitzero"`
	Boundary    string            `json:"boundary,omitempty"`
	Tags        map[string]string `json:"tags,omitempty"`
	LastUsed    time.Time         `json:"last_used,omitzero"`
	Revoked     time.Time         `json:"revoked,omitzero"` // sessions issued before are refused
}
