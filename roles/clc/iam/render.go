package iam

import (
	"time"

	"ecc/api/iam"
	"ecc/cloud"
)

// renderUser is a user as IAM shows one. Lists leave boundary and tags out.
func renderUser(u cloud.User) iam.User {
	out := iam.User{Path: ptr(u.Path), UserName: ptr(u.Name), UserId: ptr(u.ID), Arn: ptr(u.ARN()), CreateDate: when(u.Created),
		PermissionsBoundary: renderBoundary(u.Boundary), Tags: renderTags(u.Tags)}
	if u.Login != nil {
		out.PasswordLastUsed = when(u.Login.LastUsed)
	}
	return out
}

// listedUser is a user as lists show one.
func listedUser(u cloud.User) iam.User {
	out := renderUser(u)
	out.PermissionsBoundary, out.Tags = nil, nil
	return out
}

// renderBoundary is a permissions boundary, nil for none.
func renderBoundary(arn string) *iam.AttachedPermissionsBoundary {
	if arn == "" {
		return nil
	}
	return &iam.AttachedPermissionsBoundary{PermissionsBoundaryType: ptr("Policy"), PermissionsBoundaryArn: &arn}
}

// renderGroup is a group as IAM shows one.
func renderGroup(g cloud.UserGroup) iam.Group {
	return iam.Group{Path: ptr(g.Path), GroupName: ptr(g.Name), GroupId: ptr(g.ID), Arn: ptr(g.ARN()), CreateDate: when(g.Created)}
}

// when is a time in whole seconds, as IAM's are; nil for never.
func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Second)
	return &t
}
