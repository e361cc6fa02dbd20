package cloud

import "time"

// LaunchTemplate names a series of versions of launch parameters.
type LaunchTemplate struct {
	ID        LaunchTemplateID `json:"id"`
	Account   AccountID        `json:"account"`
	Name      string           `json:"name"`
	Default   int64            `json:"default"`
	Latest    int64            `json:"latest"` // the newest there is
	Last      int64            `json:"last"`   // the newest there ever was
	CreatedBy string           `json:"created_by"`
	Created   time.Time        `json:"created"`
}

// LaunchTemplateVersion is one version. It never changes.
type LaunchTemplateVersion struct {
	ID          string           `json:"id"` // template/number, the number with leading zeros to 10 digits
	Account     AccountID        `json:"account"`
	Template    LaunchTemplateID `json:"template"`
	Number      int64            `json:"number"`
	Description string           `json:"description,omitempty"`
	Data        string           `json:"data"` // JSON of the request's LaunchTemplateData
	CreatedBy   string           `json:"created_by"`
	Created     time.Time        `json:"created"`
}
