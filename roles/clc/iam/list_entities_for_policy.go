package iam

import (
	"context"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/store"
)

// ListEntitiesForPolicy lists the groups, users and roles of the account that
// use a managed policy.
func (s *Service) ListEntitiesForPolicy(ctx context.Context, c *awsquery.Call, in *iam.ListEntitiesForPolicyRequest) (*iam.ListEntitiesForPolicyResult, error) {
	if f := text(in.EntityFilter); strings.HasSuffix(f, "ManagedPolicy") {
		return nil, invalid("1 validation error detected: Value '%s' at 'entityFilter' failed to satisfy constraint: Member must satisfy enum value set: [User, Role, Group]", f)
	}
	var all []entity
	err := s.view(ctx, func(tx *store.Tx) error {
		p, err := policyNamed(tx, c, text(in.PolicyArn))
		if err != nil {
			return err
		}
		for e := range entities(tx, c.Caller.Account) {
			if (in.EntityFilter == nil || *in.EntityFilter == e.kind) && under(e.path, in.PathPrefix) && e.uses(p.ARN(), text(in.PolicyUsageFilter)) {
				all = append(all, e)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	out := iam.ListEntitiesForPolicyResult{PolicyGroups: []iam.PolicyGroup{}, PolicyUsers: []iam.PolicyUser{}, PolicyRoles: []iam.PolicyRole{}}
	all, out.IsTruncated, out.Marker, err = page(c, all, func(e entity) string { return e.kind + "/" + e.name }, paging{in.Marker, in.MaxItems})
	for _, e := range all {
		switch e.kind {
		case "Group":
			out.PolicyGroups = append(out.PolicyGroups, iam.PolicyGroup{GroupName: ptr(e.name), GroupId: ptr(e.id)})
		case "User":
			out.PolicyUsers = append(out.PolicyUsers, iam.PolicyUser{UserName: ptr(e.name), UserId: ptr(e.id)})
		case "Role":
			out.PolicyRoles = append(out.PolicyRoles, iam.PolicyRole{RoleName: ptr(e.name), RoleId: ptr(e.id)})
		}
	}
	return &out, err
}

// uses reports whether an identity uses a policy as "PermissionsPolicy", as
// "PermissionsBoundary", or "" in any way.
func (e entity) uses(arn, as string) bool {
	return as != "PermissionsBoundary" && slices.Contains(e.managed, arn) || as != "PermissionsPolicy" && e.boundary == arn
}
