package cloud

import "time"

// InstanceProfile hands a role to instances.
type InstanceProfile struct {
	ID      string            `json:"id"` // AIPA…
	Account AccountID         `json:"account"`
	Name    string            `json:"name"`
	Path    string            `json:"path"`
	Role    string            `json:"role,omitempty"` // id
	Created time.Time         `json:"created"`
	Tags    map[string]string `json:"tags,omitempty"`
}

// ProfileAssociation hands an instance profile to an instance.
type ProfileAssociation struct {
	ID         AssociationID `json:"id"` // iip-assoc-…
	Account    AccountID     `json:"account"`
	Instance   InstanceID    `json:"instance"`
	Profile    string        `json:"profile"`     // id of the InstanceProfile
	ProfileARN string        `json:"profile_arn"` // as it was: the profile may be gone
	Created    time.Time     `json:"created"`
}
