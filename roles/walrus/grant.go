package walrus

import (
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// ofBuckets are the actions that a bucket's ACL can grant, and by which
// permission.
var ofBuckets = map[string]s3.Permission{
	"s3:ListBucket":                 s3.Read,
	"s3:ListBucketVersions":         s3.Read,
	"s3:ListBucketMultipartUploads": s3.Read,
	"s3:PutObject":                  s3.Write,
	"s3:DeleteObject":               s3.Write,
	"s3:AbortMultipartUpload":       s3.Write,
	"s3:ListMultipartUploadParts":   s3.Write,
	"s3:GetBucketAcl":               s3.ReadACP,
	"s3:PutBucketAcl":               s3.WriteACP,
}

// ofObjects are those that an object's can.
var ofObjects = map[string]s3.Permission{
	"s3:GetObject":           s3.Read,
	"s3:GetObjectVersion":    s3.Read,
	"s3:GetObjectTorrent":    s3.Read,
	"s3:GetObjectAcl":        s3.ReadACP,
	"s3:GetObjectVersionAcl": s3.ReadACP,
	"s3:PutObjectAcl":        s3.WriteACP,
	"s3:PutObjectVersionAcl": s3.WriteACP,
}

// granted reports whether an ACL gives the caller what an errand needs.
func (j *judge) granted(e *errand) (bool, error) {
	need := ofObjects[e.action]
	switch {
	case j.s.enforced():
		return false, nil
	case need != "" && e.creates: // the ACL of the new object, by who may write it
		return j.has(j.s.acl, s3.Write), nil
	case need != "":
		return j.grantedObject(e, need)
	}
	need, ok := ofBuckets[e.action]
	if !ok || !j.has(j.s.acl, need) {
		return false, nil
	}
	return j.isOwnWork(e)
}

// grantedObject asks the object's ACL. Its owner can always change that.
func (j *judge) grantedObject(e *errand, need s3.Permission) (bool, error) {
	o, err := j.look(e)
	if err != nil || o == nil {
		return false, err
	}
	if j.isOwner(o) && (o.ACL == nil || need != s3.Read) {
		return true, nil
	}
	grants, err := grantsOf(o)
	return j.has(grants, need), err
}

// isOwnWork reports whether an errand undoes nobody else's work: who may write
// into a bucket may delete what is theirs and abort what they began.
func (j *judge) isOwnWork(e *errand) (bool, error) {
	switch e.action {
	case "s3:DeleteObject":
		o, err := j.look(e)
		return o == nil || j.isOwner(o), err
	case "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts":
		u, err := j.tx.Upload(e.bucket.ID, e.key, j.c.Query.Get("uploadId"))
		if notFound(err) {
			return true, nil // and there is nothing to undo
		}
		return err == nil && !j.c.Anonymous && u.Canonical == j.c.canonical(), err
	}
	return true, nil
}

// isOwner reports whether the caller owns an object that is not the bucket's
// owner's. Nobody owns what was written without credentials.
func (j *judge) isOwner(o *index.Object) bool {
	return !j.c.Anonymous && o.Owner != "" && o.Owner == j.c.canonical()
}

// has reports whether grants give the caller a permission.
func (j *judge) has(grants []s3.Grant, need s3.Permission) bool {
	groups := !j.s.blocks().IgnoreACLs
	for _, g := range grants {
		if g.May != need && g.May != s3.FullControl {
			continue
		}
		switch {
		case g.To.ID != "":
			if g.To.ID == j.c.canonical() && !j.c.Anonymous {
				return true
			}
		case groups && g.To.URI == s3.AllUsers, groups && g.To.URI == s3.AuthenticatedUsers && !j.c.Anonymous:
			return true
		}
	}
	return false
}

// isPublic reports whether grants give anything to everyone.
func isPublic(grants []s3.Grant) bool {
	for _, g := range grants {
		if g.To.URI == s3.AllUsers || g.To.URI == s3.AuthenticatedUsers {
			return true
		}
	}
	return false
}

// anonymousID is the canonical id of nobody, as S3 has it: what is written
// without credentials is theirs.
const anonymousID = "65a011a29cdf8ec533ec3d1ccaae921c"

// canonical is the canonical id of the caller's account.
func (c *call) canonical() string {
	if c.Anonymous {
		return anonymousID
	}
	return c.Account.Canonical
}
