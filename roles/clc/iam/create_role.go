package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// defaultSession is how long a role's sessions may be unless it says, in seconds.
const defaultSession = 3600

// CreateRole makes a role that nobody but whom its trust policy names can
// assume, without permissions.
func (s *Service) CreateRole(ctx context.Context, c *awsquery.Call, in *iam.CreateRoleRequest) (*iam.CreateRoleResult, error) {
	r := cloud.Role{Account: c.Caller.Account, Name: text(in.RoleName), Description: text(in.Description), Trust: text(in.AssumeRolePolicyDocument),
		MaxSession: defaultSession, Boundary: text(in.PermissionsBoundary)}
	if in.MaxSessionDuration != nil {
		r.MaxSession = int(*in.MaxSessionDuration)
	}
	trust, err := readTrust("assumeRolePolicyDocument", r.Trust)
	if err != nil {
		return nil, err
	}
	if r.Path, err = readPath("path", in.Path); err != nil {
		return nil, err
	}
	if r.Tags, err = readTags(in.Tags); err != nil {
		return nil, err
	}
	if r.ID, err = s.uniqueID(prefixRole); err != nil {
		return nil, err
	}
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if taken(tx.Roles(), r.Account, r.Name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResRole, r.Name, "")
		}
		if err := checkTrusted(tx, trust); err != nil {
			return err
		}
		if err := checkBoundary(tx, c, r.Boundary); err != nil {
			return err
		}
		r.Created, r.Trusted = tx.Now, tx.Now
		return tx.Roles().Put(r)
	})
	if err != nil {
		return nil, err
	}
	out := s.renderRole(r)
	out.RoleLastUsed = nil
	return &iam.CreateRoleResult{Role: &out}, nil
}
