package walrus

import (
	"net/http"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getPublicAccessBlock(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.unblocked {
		return s3.Errorf(s3.NoSuchPublicAccessBlockConfiguration, "")
	}
	s3.WriteXML(c.out, s.blocks())
	return nil
}

func (w *Walrus) putPublicAccessBlock(c *call) error {
	b, err := s3.ReadPublicAccessBlock(c.document())
	if err != nil {
		return err
	}
	if err := w.putSetting(c, blockSetting, b, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

func (w *Walrus) deletePublicAccessBlock(c *call) error {
	if err := w.putSetting(c, blockSetting, noBlock, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}

func (w *Walrus) getBucketOwnershipControls(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	if s.controls != nil && len(s.controls.Rules) == 0 {
		return s3.Errorf(s3.OwnershipControlsNotFoundError, "")
	}
	s3.WriteXML(c.out, controlsOf(s.ownership()))
	return nil
}

func controlsOf(o s3.Ownership) s3.OwnershipControls {
	return s3.OwnershipControls{Rules: []s3.OwnershipRule{{Ownership: o}}}
}

func (w *Walrus) putBucketOwnershipControls(c *call) error {
	o, err := s3.ReadOwnershipControls(c.document())
	if err != nil {
		return err
	}
	err = w.putSetting(c, ownershipSetting, controlsOf(o), func(_ *index.Tx, b *index.Bucket, s *settings) error {
		if o == s3.BucketOwnerEnforced && grantsOthers(s.acl, b.Canonical) {
			return s3.Errorf(s3.InvalidBucketAclWithObjectOwnership, "")
		}
		return nil
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// grantsOthers reports whether an ACL gives anything to anybody but the owner.
func grantsOthers(grants []s3.Grant, owner string) bool {
	for _, g := range grants {
		if g.To.ID != owner {
			return true
		}
	}
	return false
}

func (w *Walrus) deleteBucketOwnershipControls(c *call) error {
	if err := w.putSetting(c, ownershipSetting, s3.OwnershipControls{}, nil); err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusNoContent)
	return nil
}
