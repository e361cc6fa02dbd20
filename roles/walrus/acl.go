package walrus

import (
	"net/http"
	"slices"

	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

func (w *Walrus) getBucketACL(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	grants := s.acl
	if grants == nil || s.enforced() {
		grants = ownerOnly(c.bucket.Canonical)
	}
	s3.WriteXML(c.out, s3.NewACL(bucketOwner(c.bucket), grants))
	return nil
}

func (w *Walrus) putBucketACL(c *call) error {
	ask, err := w.askedACL(c)
	if err != nil {
		return err
	}
	grants, err := ask.of(c.bucket.Canonical, c.bucket.Canonical)
	if err != nil {
		return err
	}
	raw, err := encodeGrants(grants, c.bucket.Canonical)
	if err != nil {
		return err
	}
	var document any = []byte(raw)
	err = w.putSetting(c, aclSetting, document, func(_ *index.Tx, b *index.Bucket, s *settings) error {
		return s.checkACL(c, ask, grants, b.Canonical)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// checkACL refuses an ACL that the bucket's settings do not allow. Where ACLs
// are off that is any but the one that everything has then.
func (a *access) checkACL(c *call, ask askedACL, grants []s3.Grant, bucketOwner string) error {
	same := ask.canned == "bucket-owner-full-control" || (ask.canned == "" && slices.Equal(grants, ownerOnly(bucketOwner)))
	switch {
	case a.enforced() && !same:
		return s3.Errorf(s3.AccessControlListNotSupported, "")
	case a.blocks().BlockACLs && isPublic(grants):
		return c.blockedACL()
	}
	return nil
}

// blockedACL is the refusal of a public ACL.
func (c *call) blockedACL() error {
	if !c.owns(c.bucket) {
		return errDenied
	}
	e := errand{bucket: c.bucket, key: c.key}
	return c.refusal(c.versioned(c.route.Action), e.arn(), "because public access control lists (ACLs) are blocked by the BlockPublicAcls block public access setting.")
}

// askedACL is the ACL that a PutBucketAcl or PutObjectAcl brings, in its
// headers or its body.
type askedACL struct {
	canned string     // if not ""
	grants []s3.Grant // otherwise; resolved
	owner  string     // as the body has it; "" if it came in headers
}

func (w *Walrus) askedACL(c *call) (askedACL, error) {
	h, err := s3.ReadACLHeaders(c.Header)
	if err != nil {
		return askedACL{}, err
	}
	if h.Given() {
		if body, err := c.document().Read(1); err != nil || len(body) > 0 {
			return askedACL{}, s3.Errorf(s3.UnexpectedContent, "")
		}
		grants, err := w.resolve(c.ctx, h.Grants)
		return askedACL{canned: h.Canned, grants: grants}, err
	}
	owner, grants, err := s3.ReadACL(c.document())
	if s3.Is(err, s3.MissingRequestBodyError) {
		return askedACL{}, s3.Errorf(s3.MissingSecurityHeader, "")
	}
	if err != nil {
		return askedACL{}, err
	}
	grants, err = w.resolve(c.ctx, grants)
	return askedACL{grants: grants, owner: owner}, err
}

// of returns the grants for what has an owner. Nobody gives things away by an
// ACL.
func (a askedACL) of(owner, bucketOwner string) ([]s3.Grant, error) {
	switch {
	case a.canned != "":
		return s3.Canned(a.canned, owner, bucketOwner)
	case a.owner != "" && a.owner != owner:
		return nil, errDenied
	}
	return a.grants, nil
}

func (w *Walrus) getObjectACL(c *call) error {
	s, err := w.viewSettings(c)
	if err != nil {
		return err
	}
	o, err := w.viewObject(c)
	if err != nil {
		return err
	}
	grants, err := grantsOf(&o)
	if err != nil {
		return err
	}
	owner := ownerIDOf(o, c.bucket)
	if s.enforced() {
		owner, grants = c.bucket.Canonical, nil
	}
	if grants == nil {
		grants = ownerOnly(owner)
	}
	s3.WriteXML(c.out, s3.NewACL(s3.Owner{ID: owner}, grants))
	return nil
}

// ownerIDOf is the canonical id of an object's owner.
func ownerIDOf(o index.Object, b index.Bucket) string {
	if o.Owner != "" {
		return o.Owner
	}
	return b.Canonical
}

func (w *Walrus) putObjectACL(c *call) error {
	ask, err := w.askedACL(c)
	if err != nil {
		return err
	}
	err = w.changeObject(c, func(tx *index.Tx, o *index.Object) error {
		b, err := tx.Now(c.bucket)
		if err != nil {
			return err
		}
		if err := w.changeACL(tx, c, b, o, ask); err != nil {
			return err
		}
		return w.notify(tx, c, b, s3.EventACL, *o)
	})
	if err != nil {
		return err
	}
	c.out.WriteHeader(http.StatusOK)
	return nil
}

// changeACL gives an object the ACL that is asked for, if its bucket allows it.
func (w *Walrus) changeACL(tx *index.Tx, c *call, b index.Bucket, o *index.Object, ask askedACL) error {
	s, err := w.settings(tx, b)
	if err != nil {
		return err
	}
	owner := ownerIDOf(*o, b)
	grants, err := ask.of(owner, b.Canonical)
	if err != nil {
		return err
	}
	if err := s.checkACL(c, ask, grants, b.Canonical); err != nil {
		return err
	}
	o.ACL, err = encodeGrants(grants, owner)
	return err
}
