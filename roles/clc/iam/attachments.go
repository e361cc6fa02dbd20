package iam

import (
	"maps"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// maxAttached is how many managed policies one identity may have.
const maxAttached = 10

// holder is what can have policies, as messages name it.
type holder struct {
	what   string // "user", "group", "role"
	many   string // "PoliciesPerUser", the quota's name
	inline int    // characters of all its inline policies
}

var (
	aUser  = holder{"user", "PoliciesPerUser", maxUserInline}
	aGroup = holder{"group", "PoliciesPerGroup", maxGroupInline}
	aRole  = holder{"role", "PoliciesPerRole", maxRoleInline}
)

// attach attaches a managed policy. Attaching it again changes nothing.
func (h holder) attach(tx *store.Tx, c *awsquery.Call, a *cloud.Attachments, arn string) error {
	if _, err := attachable(tx, c, arn); err != nil {
		return err
	}
	at, has := slices.BinarySearch(a.Managed, arn)
	switch {
	case has:
		return nil
	case len(a.Managed) >= maxAttached:
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, arn, "Cannot exceed quota for %s: %d", h.many, maxAttached)
	}
	a.Managed = slices.Insert(slices.Clone(a.Managed), at, arn)
	return nil
}

// attachable finds the policy that is to be attached or to be a boundary.
func attachable(tx *store.Tx, c *awsquery.Call, arn string) (cloud.ManagedPolicy, error) {
	p, err := policyNamed(tx, c, arn)
	if e := cloud.AsError(err); e != nil && e.Kind == cloud.NotFound {
		return p, cloud.Errorf(cloud.NotFound, cloud.ResPolicy, arn, "Policy %s does not exist or is not attachable.", arn)
	}
	return p, err
}

// detach takes a managed policy away.
func (h holder) detach(a *cloud.Attachments, arn string) error {
	if err := checkPolicyARN(arn); err != nil {
		return err
	}
	at, has := slices.BinarySearch(a.Managed, arn)
	if !has {
		return cloud.Errorf(cloud.NotFound, cloud.ResPolicy, arn, "Policy %s was not found.", arn)
	}
	a.Managed = slices.Delete(slices.Clone(a.Managed), at, at+1)
	return nil
}

// putInline sets an inline policy of the identity called owner. The text was
// checked.
func (h holder) putInline(a *cloud.Attachments, owner, name, doc string) error {
	all := map[string]string{}
	maps.Copy(all, a.Inline)
	all[name] = doc
	size := 0
	for _, d := range all {
		size += policySize(d)
	}
	if size > h.inline {
		return cloud.Errorf(cloud.LimitExceeded, cloud.ResPolicy, name, "Maximum policy size of %d bytes exceeded for %s %s", h.inline, h.what, owner)
	}
	a.Inline = all
	return nil
}

// inlineNamed finds an inline policy.
func (h holder) inlineNamed(a cloud.Attachments, name string) (string, error) {
	doc, ok := a.Inline[name]
	if !ok {
		return "", cloud.Errorf(cloud.NotFound, cloud.ResPolicy, name, "The %s policy with name %s cannot be found.", h.what, name)
	}
	return doc, nil
}

// dropInline takes an inline policy away.
func (h holder) dropInline(a *cloud.Attachments, name string) error {
	if _, err := h.inlineNamed(*a, name); err != nil {
		return err
	}
	a.Inline = maps.Clone(a.Inline)
	delete(a.Inline, name)
	return nil
}

// bare checks that an identity that is to be deleted has no policies left.
func (h holder) bare(a cloud.Attachments, id string) error {
	switch {
	case len(a.Managed) > 0:
		return cloud.Errorf(cloud.InUse, cloud.ResPolicy, id, "Cannot delete entity, must detach all policies first.")
	case len(a.Inline) > 0:
		return cloud.Errorf(cloud.InUse, cloud.ResPolicy, id, "Cannot delete entity, must delete policies first.")
	}
	return nil
}

// inlineNames lists the names of inline policies.
func inlineNames(a cloud.Attachments) []string { return slices.Collect(maps.Keys(a.Inline)) }

// attached lists the managed policies whose path is within the prefix.
func attached(a cloud.Attachments, prefix *string) []iam.AttachedPolicy {
	var out []iam.AttachedPolicy
	for _, arn := range a.Managed {
		if _, dir, name, ok := policyOfARN(arn); ok && under(dir, prefix) {
			out = append(out, iam.AttachedPolicy{PolicyArn: ptr(arn), PolicyName: ptr(name)})
		}
	}
	return out
}

// policyDetails lists inline policies with their texts, by name.
func policyDetails(a cloud.Attachments) []iam.PolicyDetail {
	var out []iam.PolicyDetail
	for _, name := range slices.Sorted(maps.Keys(a.Inline)) {
		out = append(out, iam.PolicyDetail{PolicyName: ptr(name), PolicyDocument: encodeDocument(a.Inline[name])})
	}
	return out
}
