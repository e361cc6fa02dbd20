package walrus

import (
	"encoding/json"
	"fmt"
	"strings"

	"ecc/api/s3"
	"ecc/cloud/policy"
	"ecc/roles/walrus/index"
)

// errand is one thing that needs permission: an action on a bucket, or on a key
// in it.
type errand struct {
	action  string
	bucket  index.Bucket
	key     string // "" for the bucket itself
	version which
	own     bool          // what the request itself is about
	creates bool          // an object: what is there does not matter
	object  *index.Object // what is at stake; nil until it was looked for, and if it is not there
	looked  bool
	denied  bool // by the bucket's policy
}

// arn names what the errand is about.
func (e *errand) arn() string {
	if e.key == "" {
		return "arn:aws:s3:::" + e.bucket.Name
	}
	return "arn:aws:s3:::" + e.bucket.Name + "/" + e.key
}

// judge decides errands of one request.
type judge struct {
	w  *Walrus
	tx *index.Tx
	c  *call
	s  *settings
}

// decide permits an errand, or returns why not.
//
// Who owns the bucket may do everything, unless its policy denies it. Others
// may what its policy allows or, where ACLs are on, what the ACLs of the bucket
// and the object grant. An object of another owner is that owner's to give:
// then only the object's ACL counts, and what the policy denies.
func (w *Walrus) decide(tx *index.Tx, c *call, e *errand) error {
	if e.action == "" {
		return errDenied
	}
	s, err := w.settings(tx, e.bucket)
	if err != nil {
		return err
	}
	j := &judge{w: w, tx: tx, c: c, s: s}
	ok, err := j.allows(e)
	if err != nil {
		return err
	}
	if !ok {
		return j.refuse(e)
	}
	if !c.owns(e.bucket) && isPolicyAction(e.action) {
		return s3.Errorf(s3.MethodNotAllowed, "")
	}
	if err := s.checkPayer(c, e.bucket); err != nil {
		return err
	}
	if e.own { // permitFound does it
		return nil
	}
	return j.hide(e)
}

// isPolicyAction reports whether an action is one on the policy itself: those
// stay with the bucket's owner, who can never be locked out of them.
func isPolicyAction(action string) bool {
	return action == "s3:GetBucketPolicy" || action == "s3:PutBucketPolicy" || action == "s3:DeleteBucketPolicy"
}

// allows reports whether the caller may: in their own account, and in that of
// the bucket or of the object.
func (j *judge) allows(e *errand) (bool, error) {
	said, err := j.policySays(e)
	own := j.c.identitySays()
	if e.denied = said == policy.ExplicitDeny; err != nil || max(said, own) == policy.ExplicitDeny {
		return false, err
	}
	foreign, err := j.isForeign(e)
	if err != nil {
		return false, err
	}
	may := own == policy.Allow || j.c.Anonymous
	owner := j.c.owns(e.bucket)
	switch {
	case foreign && ofObjects[e.action] != "": // the object's owner decides
	case owner && max(said, own) == policy.Allow, !owner && may && said != policy.None:
		return true, nil
	}
	if !may {
		return false, nil
	}
	return j.granted(e)
}

// identitySays is what the policies of the caller's identity say. Every caller
// is the root of an account so far, who may do all that the account may. The
// policies of users and sessions are to be asked here.
func (c *call) identitySays() policy.Decision {
	if c.root() {
		return policy.Allow
	}
	return policy.None
}

// root reports whether the caller is an account itself.
func (c *call) root() bool { return !c.Anonymous && strings.HasSuffix(c.Caller.ARN, ":root") }

// policySays asks the bucket's policy. What a public policy allows to other
// accounts does not count while the bucket is restricted.
func (j *judge) policySays(e *errand) (policy.Decision, error) {
	if j.s.policy == nil {
		return policy.None, nil
	}
	f := &facts{judge: j, errand: e}
	said := policy.Evaluate(&policy.Request{Caller: j.c.principal(), Action: e.action, Resource: e.arn(), Keys: f}, j.s.policy)
	owner := j.c.owns(e.bucket)
	switch {
	case f.failed != nil:
		return policy.None, f.failed
	case said == policy.ExplicitDeny && owner && j.c.root() && isPolicyAction(e.action):
		return policy.None, nil
	case said != policy.ExplicitDeny && j.s.public && j.s.blocks().RestrictAccounts && !owner:
		return policy.None, nil
	}
	return said, nil
}

// principal is the caller as policies know it.
func (c *call) principal() policy.Caller {
	if c.Anonymous {
		return policy.Caller{Anonymous: true}
	}
	return policy.Caller{Account: string(c.Caller.Account), Canonical: c.Account.Canonical, ARN: c.Caller.ARN}
}

// refuse says no. That an object is not there is no secret to who may list.
func (j *judge) refuse(e *errand) error {
	if e.denied && j.c.owns(e.bucket) {
		return j.c.refusal(e.action, e.arn(), "with an explicit deny in a resource-based policy")
	}
	if _, ok := ofObjects[e.action]; !ok || j.s.enforced() || e.creates {
		return errDenied
	}
	o, err := j.look(e)
	if err != nil || o != nil {
		return deniedOr(err)
	}
	list, err := j.mayList(e)
	switch {
	case err != nil || !list:
		return deniedOr(err)
	case e.version.given:
		return s3.Errorf(s3.NoSuchVersion, "")
	}
	return s3.Errorf(s3.NoSuchKey, "")
}

// hide keeps from callers who may not list that an object is not there.
func (j *judge) hide(e *errand) error {
	if e.key == "" || e.creates || !existing(e.action) {
		return nil
	}
	o, err := j.look(e)
	if err != nil || o != nil {
		return err
	}
	list, err := j.mayList(e)
	if err != nil || list {
		return err
	}
	return errDenied
}

// permitFound is asked again when the object of a request was looked up, in the
// same transaction: whether the caller may depends on that one, if it depended
// on what was there before, and whether to say that nothing was found.
func (w *Walrus) permitFound(tx *index.Tx, c *call, found bool) (err error) {
	if found && !c.byObject {
		return nil
	}
	if c.bucket, err = tx.Now(c.bucket); err != nil {
		return err
	}
	if c.byObject {
		err = w.authorizeBucket(tx, c)
	}
	if err != nil || found {
		return err
	}
	s, err := w.settings(tx, c.bucket)
	if err != nil {
		return err
	}
	list, err := (&judge{w: w, tx: tx, c: c, s: s}).mayList(&errand{bucket: c.bucket})
	if err == nil && !list {
		err = errDenied
	}
	return err
}

func (j *judge) mayList(e *errand) (bool, error) {
	return j.allows(&errand{action: "s3:ListBucket", bucket: e.bucket})
}

// look finds the version at stake: nil if it is not there, or is a marker.
func (j *judge) look(e *errand) (*index.Object, error) {
	if e.looked || e.object != nil || e.key == "" || e.creates {
		return e.object, nil
	}
	e.looked = true
	o, err := lookup(j.tx, e.bucket.ID, e.key, e.version)
	switch {
	case notFound(err) || s3.Is(err, s3.NoSuchVersion):
		return nil, nil
	case err != nil:
		return nil, err
	case !o.Marker:
		e.object = &o
	}
	return e.object, nil
}

// isForeign reports whether the errand is about an object that is not the
// bucket's owner's.
func (j *judge) isForeign(e *errand) (bool, error) {
	if j.s.enforced() || e.key == "" || e.creates {
		return false, nil
	}
	j.c.byObject = j.c.byObject || e.own
	o, err := j.look(e)
	if err != nil || o == nil {
		return false, err
	}
	return o.Owner != "" && o.Owner != e.bucket.Canonical, nil
}

// grantsOf returns the ACL of an object; nil is private.
func grantsOf(o *index.Object) ([]s3.Grant, error) {
	if o == nil || o.ACL == nil {
		return nil, nil
	}
	var grants []s3.Grant
	if err := json.Unmarshal(o.ACL, &grants); err != nil {
		return nil, fmt.Errorf("decode ACL of an object: %w", err)
	}
	return grants, nil
}

// refusal tells a caller why, as S3 does in the caller's own account.
func (c *call) refusal(action, arn, why string) error {
	return s3.Errorf(s3.AccessDenied, "User: %s is not authorized to perform: %s on resource: %q %s", c.Caller.ARN, action, arn, why)
}

// deniedOr is a refusal, unless err says that something failed.
func deniedOr(err error) error {
	if err != nil {
		return err
	}
	return errDenied
}
