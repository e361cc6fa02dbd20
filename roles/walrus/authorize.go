package walrus

import (
	"ecc/api/s3"
	"ecc/roles/walrus/index"
)

// authorize finds the bucket and asks whether the caller may do this to it.
func (w *Walrus) authorize(c *call) error {
	if err := s3.CheckKey(c.key); err != nil {
		return err
	}
	if c.route.Scope == s3.Service || c.route.Op == "CreateBucket" {
		return w.authorizeAccount(c)
	}
	if c.name == "" {
		return s3.Errorf(s3.InvalidBucketName, "")
	}
	return w.index.View(func(tx *index.Tx) (err error) {
		if c.bucket, err = tx.Bucket(c.name); err != nil {
			return err
		}
		if expected := c.Header.Get("X-Amz-Expected-Bucket-Owner"); expected != "" && expected != string(c.bucket.Account) {
			return errDenied
		}
		return w.authorizeBucket(tx, c)
	})
}

var errDenied = s3.Errorf(s3.AccessDenied, "")

// authorizeAccount permits what is done to the caller's own account: what the
// caller's policies allow.
func (w *Walrus) authorizeAccount(c *call) error {
	if c.Caller.Account == "" {
		return errDenied
	}
	if c.free() {
		return nil
	}
	j := &judge{w: w, c: c, s: &settings{}}
	for _, action := range c.accountActions() {
		e := &errand{action: action, bucket: index.Bucket{Name: c.name, Account: c.Caller.Account}, own: true, creates: true}
		if c.name == "" {
			e.bucket.Name = "*"
		}
		q, _ := j.question(e)
		said, err := j.identitySays(q)
		if err != nil {
			return err
		}
		if !said.Allowed() {
			return c.refusal(action, e.arn(), said.Because(action))
		}
	}
	return nil
}

// authorizeBucket permits the operation of a request, and what its headers ask
// for besides.
func (w *Walrus) authorizeBucket(tx *index.Tx, c *call) error {
	s, err := w.settings(tx, c.bucket)
	if err != nil {
		return err
	}
	if s.plain() && c.owns(c.bucket) && c.free() {
		return nil
	}
	switch {
	case c.route.Op == "DeleteObjects": // each key by itself, once the body told which
		return c.authorizeSome(s)
	case c.route.Op == "PutObjectTagging" && c.tags == nil && s.policy != nil && s.policy.Asks("s3:requestobjecttag"):
		c.byObject = true // permitFound asks again, once the body told which tags
		return c.authorizeSome(s)
	}
	var actions [8]string
	for _, action := range c.actions(actions[:0]) {
		e := &errand{action: action, bucket: c.bucket, key: c.key, version: c.version, own: true, creates: c.creates()}
		if err := w.decide(tx, c, e); err != nil {
			return err
		}
	}
	return nil
}

// plain reports whether there is nothing to ask: the bucket's owner may do
// everything and nobody else anything.
func (a *access) plain() bool { return a.policy == nil && a.enforced() }

// owns reports whether the caller is the account that owns the bucket.
func (c *call) owns(b index.Bucket) bool {
	return !c.Anonymous && c.Caller.Account != "" && c.Caller.Account == b.Account
}

// authorizeSome refuses callers to whom no key can be open.
func (c *call) authorizeSome(s *settings) error {
	if c.owns(c.bucket) || !s.plain() {
		return nil
	}
	return errDenied
}

// permit asks whether the caller may do one action to a bucket, or to a key in
// it, of which o is the version at stake, if it is known.
func (w *Walrus) permit(tx *index.Tx, c *call, action string, b index.Bucket, key string, o *index.Object) error {
	return w.permitVersion(tx, c, action, b, key, which{}, o)
}

// permitVersion is permit for one version of a key, unless o is known. The
// action is the one for versions, where there is one.
func (w *Walrus) permitVersion(tx *index.Tx, c *call, action string, b index.Bucket, key string, v which, o *index.Object) error {
	return w.permitErrand(tx, c, &errand{action: action, bucket: b, key: key, version: v, object: o, creates: action == "s3:PutObject"})
}

// permitErrand decides an errand by the present state of its bucket.
func (w *Walrus) permitErrand(tx *index.Tx, c *call, e *errand) (err error) {
	if e.bucket, err = tx.Now(e.bucket); err != nil {
		return err
	}
	s, err := w.settings(tx, e.bucket)
	if err != nil {
		return err
	}
	if s.plain() && c.owns(e.bucket) && c.free() && e.action != "" {
		return nil
	}
	return w.decide(tx, c, e)
}

// permitOrigin asks whether the caller may read the source of a copy; o is that
// source, once it was found.
func (w *Walrus) permitOrigin(tx *index.Tx, c *call, from origin, o *index.Object) error {
	action := "s3:GetObject"
	if from.version.given {
		action = "s3:GetObjectVersion"
	}
	return w.permitVersion(tx, c, action, from.bucket, from.key, from.version, o)
}

// vetted is the version that a permission depended on, if it did.
type vetted struct {
	byObject bool
	version  index.ID // 0 for none
}

// still returns an error unless the version is what it was.
func (v vetted) still(tx *index.Tx, b index.Bucket, r removal) error {
	if !v.byObject {
		return nil
	}
	o, err := lookup(tx, b.ID, r.key, r.version)
	if err != nil && !notFound(err) && !s3.Is(err, s3.NoSuchVersion) {
		return err
	}
	if o.Marker {
		o.Version = 0 // as good as nothing
	}
	if o.Version != v.version {
		return s3.Errorf(s3.OperationAborted, "")
	}
	return nil
}

// permitRemoval asks whether the caller may delete one version, or key.
func (w *Walrus) permitRemoval(tx *index.Tx, c *call, b index.Bucket, r removal) (vetted, error) {
	e := &errand{action: "s3:DeleteObject", bucket: b, key: r.key, version: r.version}
	if r.version.given {
		e.action = "s3:DeleteObjectVersion"
	}
	err := w.permitErrand(tx, c, e)
	seen := vetted{byObject: e.looked}
	if e.object != nil {
		seen.version = e.object.Version
	}
	if err != nil || !r.bypass {
		return seen, err
	}
	return seen, w.permitVersion(tx, c, "s3:BypassGovernanceRetention", b, r.key, r.version, nil)
}
