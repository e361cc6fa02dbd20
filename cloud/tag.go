package cloud

// TagSet is all tags of one resource.
type TagSet struct {
	Resource string            `json:"resource"` // its id
	Type     string            `json:"type"`     // EC2's resource type, "instance", "image", …
	Account  AccountID         `json:"account"`
	Tags     map[string]string `json:"tags"`
}
