package walrus

import (
	"encoding/json"

	"ecc/api/s3"
	"ecc/cloud/policy"
)

// access is what a bucket's settings say about who may do what to it.
//
// A bucket without these settings is as S3 makes new ones: it belongs, with all
// that is in it, to one account, and nothing of it can become public. To take a
// setting away is therefore a setting of its own.
type access struct {
	policy    *policy.Policy // nil for none
	text      []byte         // of the policy, as its author wrote it
	public    bool           // the policy is
	acl       []s3.Grant     // nil for private
	block     *s3.PublicAccessBlock
	unblocked bool // the block was taken away
	controls  *s3.OwnershipControls
}

// Names of the settings in the index.
const (
	policySetting    = "policy"
	aclSetting       = "acl"
	blockSetting     = "public-access-block"
	ownershipSetting = "ownership"
)

// noBlock is the setting of a bucket whose block was taken away.
var noBlock = []byte("null")

func decodePolicy(s *settings, document []byte) (err error) {
	s.text = document
	if s.policy, err = policy.ParseResource(document); err == nil {
		s.public = s.policy.IsPublic()
	}
	return err
}

func decodeACL(s *settings, document []byte) error { return json.Unmarshal(document, &s.acl) }

func decodeBlock(s *settings, document []byte) error {
	s.unblocked = string(document) == string(noBlock)
	return json.Unmarshal(document, &s.block)
}

// blocks returns what of public access is blocked.
func (a *access) blocks() s3.PublicAccessBlock {
	switch {
	case a.unblocked:
		return s3.PublicAccessBlock{}
	case a.block == nil:
		return s3.PublicAccessBlock{BlockACLs: true, IgnoreACLs: true, BlockPolicy: true, RestrictAccounts: true}
	}
	return *a.block
}

// ownership says who owns what others put into the bucket.
func (a *access) ownership() s3.Ownership {
	switch {
	case a.controls == nil:
		return s3.BucketOwnerEnforced
	case len(a.controls.Rules) == 0: // taken away
		return s3.ObjectWriter
	}
	return a.controls.Rules[0].Ownership
}

// enforced reports whether ACLs are off: all belongs to the bucket's owner.
func (a *access) enforced() bool { return a.ownership() == s3.BucketOwnerEnforced }
