package walrus

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"ecc/api/s3"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/walrus/index"
)

// owning is who owns an object, and its ACL, in the form its record has them:
// "" is the bucket's owner, nil is private.
type owning struct {
	owner string
	acl   json.RawMessage
}

// owning says who owns the object that a request writes, and reads the ACL that
// its headers ask for.
func (w *Walrus) owning(c *call) (owning, error) {
	h, err := s3.ReadACLHeaders(c.Header)
	if err != nil {
		return owning{}, err
	}
	s, err := w.currentSettings(c)
	if err != nil {
		return owning{}, err
	}
	if s.enforced() && (!h.Given() || h.Canned == "bucket-owner-full-control") {
		return owning{}, nil
	}
	owner := c.canonical()
	if s.ownership() == s3.BucketOwnerPreferred && h.Canned == "bucket-owner-full-control" {
		owner = c.bucket.Canonical
	}
	grants, err := w.grants(c.ctx, h, owner, c.bucket.Canonical)
	switch {
	case err != nil:
		return owning{}, err
	case s.enforced() && !slices.Equal(grants, ownerOnly(c.bucket.Canonical)):
		return owning{}, s3.Errorf(s3.AccessControlListNotSupported, "")
	case s.enforced():
		return owning{}, nil
	case s.blocks().BlockACLs && isPublic(grants):
		return owning{}, c.blockedACL()
	}
	out := owning{owner: owner}
	if owner == c.bucket.Canonical {
		out.owner = ""
	}
	out.acl, err = encodeGrants(grants, owner)
	return out, err
}

// set writes it into an object's record.
func (o owning) set(d *index.Details) { d.Owner, d.ACL = o.owner, o.acl }

// ownBucket reads who shall own what others put into a new bucket, and its ACL.
// New buckets block public access, so that the ACL cannot be public.
func (w *Walrus) ownBucket(c *call, n *creation) error {
	ownership, err := s3.ReadOwnershipHeader(c.Header.Get("X-Amz-Object-Ownership"))
	if err != nil {
		return err
	}
	if ownership != "" {
		if err := n.set(ownershipSetting, controlsOf(ownership)); err != nil {
			return err
		}
	}
	h, err := s3.ReadACLHeaders(c.Header)
	if err != nil || !h.Given() {
		return err
	}
	grants, err := w.grants(c.ctx, h, n.Canonical, n.Canonical)
	switch {
	case err != nil:
		return err
	case (ownership == "" || ownership == s3.BucketOwnerEnforced) && grantsOthers(grants, n.Canonical):
		return s3.Errorf(s3.InvalidBucketAclWithObjectOwnership, "")
	case isPublic(grants):
		return errDenied
	}
	raw, err := encodeGrants(grants, n.Canonical)
	if err != nil || raw == nil {
		return err
	}
	n.settings[aclSetting] = raw
	return nil
}

// grants works out the grants that headers ask for.
func (w *Walrus) grants(ctx context.Context, h s3.ACLHeaders, owner, bucketOwner string) ([]s3.Grant, error) {
	switch {
	case h.Grants != nil:
		return w.resolve(ctx, h.Grants)
	case h.Canned != "":
		return s3.Canned(h.Canned, owner, bucketOwner)
	}
	return ownerOnly(owner), nil
}

// ownerOnly is a private ACL.
func ownerOnly(owner string) []s3.Grant {
	return []s3.Grant{{To: s3.Grantee{ID: owner}, May: s3.FullControl}}
}

// encodeGrants writes grants as records have them.
func encodeGrants(grants []s3.Grant, owner string) (json.RawMessage, error) {
	if slices.Equal(grants, ownerOnly(owner)) {
		return nil, nil
	}
	if grants == nil {
		grants = []s3.Grant{} // nobody, not even the owner
	}
	b, err := json.Marshal(grants)
	if err != nil {
		return nil, fmt.Errorf("encode ACL: %w", err)
	}
	return b, nil
}

// resolve finds the accounts that grants are to.
func (w *Walrus) resolve(ctx context.Context, grants []s3.Grant) ([]s3.Grant, error) {
	out := slices.Clone(grants)
	seen := map[s3.Grantee]string{}
	for i, g := range out {
		if g.To.URI != "" {
			continue
		}
		id, ok := seen[g.To]
		if !ok {
			var err error
			if id, err = w.resolveGrantee(ctx, g.To); err != nil {
				return nil, err
			}
			seen[g.To] = id
		}
		out[i].To = s3.Grantee{ID: id}
	}
	return out, nil
}

// resolveGrantee finds an account by its canonical id, or by an e-mail address:
// that is the name of an account which was named so.
func (w *Walrus) resolveGrantee(ctx context.Context, to s3.Grantee) (string, error) {
	id := to.ID
	if to.Email != "" {
		if id = to.Email; !strings.Contains(id, "@") {
			return "", s3.UnknownGrantee(to)
		}
	}
	a, err := w.ident.Account(ctx, id)
	switch {
	case notFound(err), err == nil && to.Email == "" && a.Canonical != id:
		return "", s3.UnknownGrantee(to)
	case err != nil:
		return "", fmt.Errorf("find the account of a grantee: %w", err)
	}
	return a.Canonical, nil
}

// exists reports whether there is such a principal: an account, the cloud's own
// services, or a user, role or session of an account that is there. Whether that
// one has such a user is not asked: the head would have to answer for names of
// other accounts, and a name without a user lets nobody in.
func (w *Walrus) exists(ctx context.Context, p policy.Principal) (bool, error) {
	switch p.Type {
	case policy.Everyone:
		return true, nil
	case policy.Service:
		return strings.HasSuffix(p.ID, ".amazonaws.com"), nil
	case policy.Account, policy.Canonical:
		a, err := w.ident.Account(ctx, p.ID)
		if notFound(err) {
			return false, nil
		}
		return a.Canonical == p.ID || a.ID == cloud.AccountID(p.ID), err
	case policy.ARN:
		_, err := w.ident.Account(ctx, strings.Split(p.ID, ":")[4])
		if notFound(err) {
			return false, nil
		}
		return err == nil, err
	case policy.Federated:
	}
	return false, nil
}
