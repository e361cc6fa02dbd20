package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// ListPolicies lists the managed policies the account can use: its own, AWS's or
// both, those within a path, those in use.
func (s *Service) ListPolicies(ctx context.Context, c *awsquery.Call, in *iam.ListPoliciesRequest) (*iam.ListPoliciesResult, error) {
	var all []cloud.ManagedPolicy
	var u usage
	err := s.view(ctx, func(tx *store.Tx) error {
		u = usageOf(tx, c.Caller.Account)
		for _, p := range policiesIn(tx, c.Caller.Account, text(in.Scope)) {
			if under(p.Path, in.PathPrefix) && u.has(p.ARN(), in) {
				all = append(all, p)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out iam.ListPoliciesResult
	all, out.IsTruncated, out.Marker, err = page(c, all, cloud.ManagedPolicy.ARN, paging{in.Marker, in.MaxItems})
	out.Policies = rendered(all, func(p cloud.ManagedPolicy) iam.Policy { return listedPolicy(p, u) })
	return &out, err
}

// policiesIn returns the policies of a scope: "Local", "AWS", or all.
func policiesIn(tx *store.Tx, a cloud.AccountID, scope string) []cloud.ManagedPolicy {
	var out []cloud.ManagedPolicy
	if scope != "Local" {
		out = identity.AWSPolicies()
	}
	if scope != "AWS" {
		for p := range tx.Policies().By(store.ByAccount, string(a)) {
			out = append(out, p)
		}
	}
	return out
}

// has reports whether a policy is used as a request wants.
func (u usage) has(arn string, in *iam.ListPoliciesRequest) bool {
	attached, boundary := u.attached[arn] > 0, u.boundary[arn] > 0
	if in.OnlyAttached != nil && *in.OnlyAttached && !attached {
		return false
	}
	switch text(in.PolicyUsageFilter) {
	case "PermissionsPolicy":
		return attached
	case "PermissionsBoundary":
		return boundary
	}
	return true
}
