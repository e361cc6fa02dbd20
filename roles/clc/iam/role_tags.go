package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// TagRole sets tags of a role.
func (s *Service) TagRole(ctx context.Context, c *awsquery.Call, in *iam.TagRoleRequest) (*iam.TagRoleResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	_, err = s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) (err error) {
		r.Tags, err = mergeTags(r.Tags, tags)
		return err
	})
	return nil, err
}

// UntagRole takes tags of a role away; those it does not have are no error.
func (s *Service) UntagRole(ctx context.Context, c *awsquery.Call, in *iam.UntagRoleRequest) (*iam.UntagRoleResult, error) {
	_, err := s.changeRole(ctx, c, in.RoleName, func(_ *store.Tx, r *cloud.Role) error {
		r.Tags = withoutTags(r.Tags, in.TagKeys)
		return nil
	})
	return nil, err
}

// ListRoleTags lists the tags of a role.
func (s *Service) ListRoleTags(ctx context.Context, c *awsquery.Call, in *iam.ListRoleTagsRequest) (*iam.ListRoleTagsResult, error) {
	r, err := s.readRole(ctx, c, in.RoleName)
	if err != nil {
		return nil, err
	}
	var out iam.ListRoleTagsResult
	out.Tags, out.IsTruncated, out.Marker, err = pageTags(c, r.Tags, paging{in.Marker, in.MaxItems})
	return &out, err
}

// pageTags cuts one page out of tags.
func pageTags(c *awsquery.Call, tags map[string]string, p paging) (cut []iam.Tag, truncated *bool, marker *string, err error) {
	all := append([]iam.Tag{}, renderTags(tags)...) // never nil: the list is always there
	return page(c, all, func(t iam.Tag) string { return *t.Key }, p)
}
