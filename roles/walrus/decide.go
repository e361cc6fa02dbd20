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
	denied  bool   // by the bucket's policy
	why     string // not: the end of a sentence for callers of the bucket's own account
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
	q, f := j.question(e)
	said := j.policySays(e, q)
	own, err := j.identitySays(q)
	if err == nil {
		err = f.failed
	}
	e.denied, e.why = said == policy.ExplicitDeny, own.Because(e.action)
	if err != nil || max(said, own.Decision) == policy.ExplicitDeny {
		return false, err
	}
	foreign, err := j.isForeign(e)
	if err != nil {
		return false, err
	}
	may := own.Allowed() || j.c.Anonymous
	owner := j.c.owns(e.bucket)
	switch {
	case foreign && ofObjects[e.action] != "": // the object's owner decides
	case owner && (own.Allowed() || (said == policy.Allow && j.within(e, q))), !owner && may && said != policy.None:
		return true, f.failed
	}
	if !may {
		return false, nil
	}
	return j.granted(e)
}

// question is an errand as policies are asked it.
func (j *judge) question(e *errand) (*policy.Request, *facts) {
	f := &facts{judge: j, errand: e}
	return &policy.Request{Caller: policy.CallerOf(&j.c.Caller, j.c.Account.Canonical), Action: e.action, Resource: e.arn(), Keys: f, Later: policy.QuotaKeys}, f
}

// identitySays is what the caller's own policies say: of the user or role, its
// boundary, its session and its account. An account's root may do all that the
// account may.
func (j *judge) identitySays(q *policy.Request) (policy.Outcome, error) {
	rights, err := j.w.rights.Rights(j.c.Caller.Rights)
	if err != nil {
		return policy.Outcome{}, fmt.Errorf("read the policies of %s: %w", j.c.Caller.ARN, err)
	}
	return rights.Decide(q), nil
}

// within reports whether what the bucket's policy allows in its own account is
// within the limits of the caller's boundary, session and account.
func (j *judge) within(e *errand, q *policy.Request) bool {
	rights, err := j.w.rights.Rights(j.c.Caller.Rights)
	return err == nil && rights.DecideOn(q, policy.Guard{Policy: j.s.policy, Account: e.bucket.Account}).Allowed()
}

// root reports whether the caller is an account itself.
func (c *call) root() bool { return !c.Anonymous && strings.HasSuffix(c.Caller.ARN, ":root") }

// free reports whether no policy of the caller's own stands in the way.
func (c *call) free() bool { return c.root() && c.Caller.Rights == nil }

// policySays asks the bucket's policy. What a public policy allows to other
// accounts does not count while the bucket is restricted.
func (j *judge) policySays(e *errand, q *policy.Request) policy.Decision {
	if j.s.policy == nil {
		return policy.None
	}
	said := policy.Evaluate(q, j.s.policy)
	owner := j.c.owns(e.bucket)
	switch {
	case said == policy.ExplicitDeny && owner && j.c.root() && isPolicyAction(e.action):
		return policy.None
	case said != policy.ExplicitDeny && j.s.public && j.s.blocks().RestrictAccounts && !owner:
		return policy.None
	}
	return said
}

// refuse says no. That an object is not there is no secret to who may list.
func (j *judge) refuse(e *errand) error {
	if e.denied && j.c.owns(e.bucket) {
		return j.c.refusal(e.action, e.arn(), "with an explicit deny in a resource-based policy")
	}
	no := j.no(e)
	if _, ok := ofObjects[e.action]; !ok || j.s.enforced() || e.creates {
		return no
	}
	o, err := j.look(e)
	if err != nil || o != nil {
		return orElse(err, no)
	}
	list, err := j.mayList(e)
	switch {
	case err != nil || !list:
		return orElse(err, no)
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

// no is a refusal. Users and sessions are told why in their own account.
func (j *judge) no(e *errand) error {
	if j.c.owns(e.bucket) && !j.c.free() && e.why != "" {
		return j.c.refusal(e.action, e.arn(), e.why)
	}
	return errDenied
}

// orElse is err, or if nothing failed the refusal.
func orElse(err, no error) error {
	if err != nil {
		return err
	}
	return no
}
