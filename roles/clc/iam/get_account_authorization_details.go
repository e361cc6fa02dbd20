package iam

import (
	"context"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// detail is an entry of GetAccountAuthorizationDetails: a user, a group, a role
// or a managed policy. Its key orders them by kind and name.
type detail struct {
	key string
	add func(tx *store.Tx, out *iam.GetAccountAuthorizationDetailsResult)
}

// GetAccountAuthorizationDetails tells all users, groups, roles and policies of
// the account with what allows them what, and the policies of AWS it uses.
func (s *Service) GetAccountAuthorizationDetails(ctx context.Context, c *awsquery.Call, in *iam.GetAccountAuthorizationDetailsRequest) (*iam.GetAccountAuthorizationDetailsResult, error) {
	out := &iam.GetAccountAuthorizationDetailsResult{UserDetailList: []iam.UserDetail{}, GroupDetailList: []iam.GroupDetail{},
		RoleDetailList: []iam.RoleDetail{}, Policies: []iam.ManagedPolicyDetail{}}
	return out, s.view(ctx, func(tx *store.Tx) (err error) {
		all := slices.Concat(userDetails(tx, c), groupDetails(tx, c), s.roleDetails(tx, c), managedDetails(tx, c))
		all = slices.DeleteFunc(all, func(d detail) bool {
			kind, _, _ := strings.Cut(d.key, "/")
			return len(in.Filter) > 0 && !slices.Contains(in.Filter, kind)
		})
		all, out.IsTruncated, out.Marker, err = page(c, all, func(d detail) string { return d.key }, paging{in.Marker, in.MaxItems})
		for _, d := range all {
			d.add(tx, out)
		}
		return err
	})
}

func userDetails(tx *store.Tx, c *awsquery.Call) []detail {
	var all []detail
	for u := range tx.Users().By(store.ByAccount, string(c.Caller.Account)) {
		all = append(all, detail{"User/" + userKey(u), func(tx *store.Tx, out *iam.GetAccountAuthorizationDetailsResult) {
			groups := []string{}
			for _, g := range groupsOf(tx, u) {
				groups = append(groups, g.Name)
			}
			slices.Sort(groups)
			out.UserDetailList = append(out.UserDetailList, iam.UserDetail{Path: ptr(u.Path), UserName: ptr(u.Name), UserId: ptr(u.ID), Arn: ptr(u.ARN()),
				CreateDate: when(u.Created), UserPolicyList: policyDetails(u.Attachments), GroupList: groups,
				AttachedManagedPolicies: listed(attached(u.Attachments, nil)), PermissionsBoundary: renderBoundary(u.Boundary), Tags: renderTags(u.Tags)})
		}})
	}
	return all
}

func groupDetails(tx *store.Tx, c *awsquery.Call) []detail {
	var all []detail
	for g := range tx.UserGroups().By(store.ByAccount, string(c.Caller.Account)) {
		all = append(all, detail{"Group/" + groupKey(g), func(_ *store.Tx, out *iam.GetAccountAuthorizationDetailsResult) {
			out.GroupDetailList = append(out.GroupDetailList, iam.GroupDetail{Path: ptr(g.Path), GroupName: ptr(g.Name), GroupId: ptr(g.ID), Arn: ptr(g.ARN()),
				CreateDate: when(g.Created), GroupPolicyList: listed(policyDetails(g.Attachments)), AttachedManagedPolicies: listed(attached(g.Attachments, nil))})
		}})
	}
	return all
}

func (s *Service) roleDetails(tx *store.Tx, c *awsquery.Call) []detail {
	var all []detail
	for r := range tx.Roles().By(store.ByAccount, string(c.Caller.Account)) {
		all = append(all, detail{"Role/" + strings.ToLower(r.Name), func(tx *store.Tx, out *iam.GetAccountAuthorizationDetailsResult) {
			profiles := []iam.InstanceProfile{}
			for p := range tx.InstanceProfiles().By(store.ByRole, r.ID) {
				profiles = append(profiles, listedProfile(tx, p))
			}
			out.RoleDetailList = append(out.RoleDetailList, iam.RoleDetail{Path: ptr(r.Path), RoleName: ptr(r.Name), RoleId: ptr(r.ID), Arn: ptr(r.ARN()),
				CreateDate: when(r.Created), AssumeRolePolicyDocument: encodeDocument(r.Trust), InstanceProfileList: profiles, RolePolicyList: listed(policyDetails(r.Attachments)),
				AttachedManagedPolicies: listed(attached(r.Attachments, nil)), PermissionsBoundary: renderBoundary(r.Boundary), Tags: renderTags(r.Tags), RoleLastUsed: s.lastUsed(r.LastUsed)})
		}})
	}
	return all
}

// listed is a list that is there, empty or not.
func listed[T any](all []T) []T { return append([]T{}, all...) }

// managedDetails are the account's own policies, and those of AWS that are
// attached to something.
func managedDetails(tx *store.Tx, c *awsquery.Call) []detail {
	var all []detail
	u := usageOf(tx, c.Caller.Account)
	add := func(kind string, p cloud.ManagedPolicy) {
		all = append(all, detail{kind + "/" + strings.ToLower(p.Name), func(_ *store.Tx, out *iam.GetAccountAuthorizationDetailsResult) {
			out.Policies = append(out.Policies, managedDetail(p, u))
		}})
	}
	for p := range tx.Policies().By(store.ByAccount, string(c.Caller.Account)) {
		add("LocalManagedPolicy", p)
	}
	for _, p := range identity.AWSPolicies() {
		if u.attached[p.ARN()]+u.boundary[p.ARN()] > 0 {
			add("AWSManagedPolicy", p)
		}
	}
	return all
}

func managedDetail(p cloud.ManagedPolicy, u usage) iam.ManagedPolicyDetail {
	out := iam.ManagedPolicyDetail{PolicyName: ptr(p.Name), PolicyId: ptr(p.ID), Arn: ptr(p.ARN()), Path: ptr(p.Path), DefaultVersionId: ptr(p.Default),
		AttachmentCount: ptr(u.attached[p.ARN()]), PermissionsBoundaryUsageCount: ptr(u.boundary[p.ARN()]), IsAttachable: ptr(true),
		CreateDate: when(p.Created), UpdateDate: when(p.Updated)}
	for i := len(p.Versions) - 1; i >= 0; i-- {
		v := renderVersion(p, p.Versions[i])
		v.Document = encodeDocument(p.Versions[i].Document)
		out.PolicyVersionList = append(out.PolicyVersionList, v)
	}
	if p.Description != "" {
		out.Description = ptr(p.Description)
	}
	return out
}
