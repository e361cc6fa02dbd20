package iam

import (
	"context"
	"time"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// roleNamed finds a role of the caller's account.
func roleNamed(tx *store.Tx, c *awsquery.Call, name string) (cloud.Role, error) {
	for r := range tx.Roles().By(store.ByName, named(c.Caller.Account, name)) {
		if r.Name == name {
			return r, nil
		}
	}
	return cloud.Role{}, cloud.Errorf(cloud.NotFound, cloud.ResRole, name, "The role with name %s cannot be found.", name)
}

// changeRole changes one role of the caller's account in the action's
// transaction, and returns what it became.
func (s *Service) changeRole(ctx context.Context, c *awsquery.Call, name *string, change func(*store.Tx, *cloud.Role) error) (cloud.Role, error) {
	var r cloud.Role
	err := s.update(ctx, c, func(tx *store.Tx) (err error) {
		if r, err = roleNamed(tx, c, text(name)); err != nil {
			return err
		}
		if err := change(tx, &r); err != nil {
			return err
		}
		return tx.Roles().Put(r)
	})
	return r, err
}

// readRole finds one role of the caller's account.
func (s *Service) readRole(ctx context.Context, c *awsquery.Call, name *string) (r cloud.Role, err error) {
	err = s.view(ctx, func(tx *store.Tx) (err error) {
		r, err = roleNamed(tx, c, text(name))
		return err
	})
	return r, err
}

// renderRole is a role as IAM shows one by itself.
func (s *Service) renderRole(r cloud.Role) iam.Role {
	out := listedRole(r)
	out.PermissionsBoundary, out.Tags, out.RoleLastUsed = renderBoundary(r.Boundary), renderTags(r.Tags), s.lastUsed(r.LastUsed)
	return out
}

// listedRole is a role as lists show one, and instance profiles.
func listedRole(r cloud.Role) iam.Role {
	out := iam.Role{Path: ptr(r.Path), RoleName: ptr(r.Name), RoleId: ptr(r.ID), Arn: ptr(r.ARN()), CreateDate: when(r.Created),
		AssumeRolePolicyDocument: encodeDocument(r.Trust), MaxSessionDuration: ptr(int64(r.MaxSession))}
	if r.Description != "" {
		out.Description = ptr(r.Description)
	}
	return out
}

// lastUsed says when a role was used last; of one that never was, nothing.
func (s *Service) lastUsed(at time.Time) *iam.RoleLastUsed {
	if at.IsZero() {
		return &iam.RoleLastUsed{}
	}
	return &iam.RoleLastUsed{LastUsedDate: when(at), Region: ptr(s.identity.Region())}
}
