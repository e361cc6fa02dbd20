package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// AddRoleToInstanceProfile puts a role into an instance profile, which has room
// for one.
func (s *Service) AddRoleToInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.AddRoleToInstanceProfileRequest) (*iam.AddRoleToInstanceProfileResult, error) {
	return nil, s.changeProfile(ctx, c, in.InstanceProfileName, func(tx *store.Tx, p *cloud.InstanceProfile) error {
		r, err := roleNamed(tx, c, text(in.RoleName))
		if err != nil {
			return err
		}
		if p.Role != "" {
			return cloud.Errorf(cloud.LimitExceeded, cloud.ResInstanceProfile, p.Name, "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1")
		}
		p.Role = r.ID
		return nil
	})
}

// RemoveRoleFromInstanceProfile takes the role out of an instance profile.
func (s *Service) RemoveRoleFromInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.RemoveRoleFromInstanceProfileRequest) (*iam.RemoveRoleFromInstanceProfileResult, error) {
	return nil, s.changeProfile(ctx, c, in.InstanceProfileName, func(tx *store.Tx, p *cloud.InstanceProfile) error {
		r, ok := tx.Roles().Get(p.Role)
		if !ok || r.Name != text(in.RoleName) {
			return cloud.Errorf(cloud.NotFound, cloud.ResRole, text(in.RoleName), "")
		}
		p.Role = ""
		return nil
	})
}

// TagInstanceProfile sets tags of an instance profile.
func (s *Service) TagInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.TagInstanceProfileRequest) (*iam.TagInstanceProfileResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, s.changeProfile(ctx, c, in.InstanceProfileName, func(_ *store.Tx, p *cloud.InstanceProfile) (err error) {
		p.Tags, err = mergeTags(p.Tags, tags)
		return err
	})
}

// UntagInstanceProfile takes tags of an instance profile away; those it does not
// have are no error.
func (s *Service) UntagInstanceProfile(ctx context.Context, c *awsquery.Call, in *iam.UntagInstanceProfileRequest) (*iam.UntagInstanceProfileResult, error) {
	return nil, s.changeProfile(ctx, c, in.InstanceProfileName, func(_ *store.Tx, p *cloud.InstanceProfile) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
}

// ListInstanceProfileTags lists the tags of an instance profile.
func (s *Service) ListInstanceProfileTags(ctx context.Context, c *awsquery.Call, in *iam.ListInstanceProfileTagsRequest) (*iam.ListInstanceProfileTagsResult, error) {
	var p cloud.InstanceProfile
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		p, err = profileNamed(tx, c, text(in.InstanceProfileName))
		return err
	})
	if err != nil {
		return nil, err
	}
	var out iam.ListInstanceProfileTagsResult
	out.Tags, out.IsTruncated, out.Marker, err = pageTags(c, p.Tags, paging{in.Marker, in.MaxItems})
	return &out, err
}
