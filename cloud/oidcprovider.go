package cloud

import "time"

// OIDCProvider is an identity provider whose tokens AssumeRoleWithWebIdentity
// takes.
type OIDCProvider struct {
	ID          string            `json:"id"` // account/host/path, the end of its ARN
	Account     AccountID         `json:"account"`
	URL         string            `json:"url"` // without the scheme, as in its ARN
	ClientIDs   []string          `json:"client_ids,omitempty"`
	Thumbprints []string          `json:"thumbprints,omitempty"`
	Created     time.Time         `json:"created"`
	Tags        map[string]string `json:"tags,omitempty"`
}
