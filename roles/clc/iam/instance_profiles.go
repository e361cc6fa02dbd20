package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// profileNamed finds an instance profile of the caller's account.
func profileNamed(tx *store.Tx, c *awsquery.Call, name string) (cloud.InstanceProfile, error) {
	for p := range tx.InstanceProfiles().By(store.ByName, named(c.Caller.Account, name)) {
		if p.Name == name {
			return p, nil
		}
	}
	return cloud.InstanceProfile{}, cloud.Errorf(cloud.NotFound, cloud.ResInstanceProfile, name, "Instance Profile %s cannot be found.", name)
}

// changeProfile changes one instance profile of the caller's account in the
// action's transaction.
func (s *Service) changeProfile(ctx context.Context, c *awsquery.Call, name *string, change func(*store.Tx, *cloud.InstanceProfile) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		p, err := profileNamed(tx, c, text(name))
		if err != nil {
			return err
		}
		if err := change(tx, &p); err != nil {
			return err
		}
		return tx.InstanceProfiles().Put(p)
	})
}

// listedProfile is an instance profile with its role, as lists show one.
func listedProfile(tx *store.Tx, p cloud.InstanceProfile) iam.InstanceProfile {
	out := iam.InstanceProfile{Path: ptr(p.Path), InstanceProfileName: ptr(p.Name), InstanceProfileId: ptr(p.ID), Arn: ptr(p.ARN()),
		CreateDate: when(p.Created), Roles: []iam.Role{}}
	if r, ok := tx.Roles().Get(p.Role); ok {
		out.Roles = append(out.Roles, listedRole(r))
	}
	return out
}

// CreateInstanceProfile makes an instance profile without a role.
func (s *Service) CreateInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.CreateInstanceProfileRequest) (*iam.CreateInstanceProfileResult, error) {
	p := cloud.InstanceProfile{Account: c.Caller.Account, Name: text(in.InstanceProfileName)}
	var err error
	if p.Path, err = readPath("path", in.Path); err != nil {
		return nil, err
	}
	if p.Tags, err = readTags(in.Tags); err != nil {
		return nil, err
	}
	if p.ID, err = s.uniqueID(prefixProfile); err != nil {
		return nil, err
	}
	var out iam.InstanceProfile
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if taken(tx.InstanceProfiles(), p.Account, p.Name) {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResInstanceProfile, p.Name, "")
		}
		p.Created = tx.Now
		out = listedProfile(tx, p)
		return tx.InstanceProfiles().Put(p)
	})
	if err != nil {
		return nil, err
	}
	out.Tags = renderTags(p.Tags)
	return &iam.CreateInstanceProfileResult{InstanceProfile: &out}, nil
}

// GetInstanceProfile shows an instance profile.
func (s *Service) GetInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.GetInstanceProfileRequest) (*iam.GetInstanceProfileResult, error) {
	var out iam.InstanceProfile
	err := s.view(ctx, func(tx *store.Tx) error {
		p, err := profileNamed(tx, c, text(in.InstanceProfileName))
		out = listedProfile(tx, p)
		out.Tags = append([]iam.Tag{}, renderTags(p.Tags)...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &iam.GetInstanceProfileResult{InstanceProfile: &out}, nil
}

// DeleteInstanceProfile removes an instance profile that has no role. Instances
// that were given it get no credentials from then on.
func (s *Service) DeleteInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.DeleteInstanceProfileRequest) (*iam.DeleteInstanceProfileResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		p, err := profileNamed(tx, c, text(in.InstanceProfileName))
		if err != nil {
			return err
		}
		if p.Role != "" {
			return cloud.Errorf(cloud.InUse, cloud.ResInstanceProfile, p.Name, "Cannot delete entity, must remove roles from instance profile first.")
		}
		return tx.InstanceProfiles().Delete(p.ID)
	})
}
