package cloud

import "time"

// ManagedPolicy is a customer's managed policy.
type ManagedPolicy struct {
	ID          string            `json:"id"` // ANPA…
	Account     AccountID         `json:"account"`
	Name        string            `json:"name"`
	Path        string            `json:"path"`
	Description string            `json:"description,omitempty"`
	Versions    []PolicyVersion   `json:"versions"` // at most five, oldest first
	Default     string            `json:"default"`  // "v1", …
	Last        int               `json:"last"`     // number of the newest version there ever was
	Created     time.Time         `json:"created"`
	Updated     time.Time         `json:"updated"`
	Tags        map[string]string `json:"tags,omitempty"`
}

// PolicyVersion is one version of a managed policy.
type PolicyVersion struct {
	ID       string    `json:"id"` // "v1", …
	Document string    `json:"document"`
	Created  time.Time `json:"created"`
}

// Document returns the text of the version that counts.
func (m ManagedPolicy) Document() string {
	v, _ := m.Version(m.Default)
	return v.Document
}

// Version returns a version by its id, "v1", and whether there is one.
func (m ManagedPolicy) Version(id string) (PolicyVersion, bool) {
	for _, v := range m.Versions {
		if v.ID == id {
			return v, true
		}
	}
	return PolicyVersion{}, false
}
