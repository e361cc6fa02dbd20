package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// TagUser sets tags of a user.
func (s *Service) TagUser(ctx context.Context, c *awsquery.Call, in *iam.TagUserRequest) (*iam.TagUserResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) (err error) {
		u.Tags, err = mergeTags(u.Tags, tags)
		return err
	})
}

// UntagUser takes tags of a user away; those it does not have are no error.
func (s *Service) UntagUser(ctx context.Context, c *awsquery.Call, in *iam.UntagUserRequest) (*iam.UntagUserResult, error) {
	return nil, s.changeUser(ctx, c, in.UserName, func(_ *store.Tx, u *cloud.User) error {
		u.Tags = withoutTags(u.Tags, in.TagKeys)
		return nil
	})
}

// ListUserTags lists a user's tags by key.
func (s *Service) ListUserTags(ctx context.Context, c *awsquery.Call, in *iam.ListUserTagsRequest) (*iam.ListUserTagsResult, error) {
	out := new(iam.ListUserTagsResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		u, err := userNamed(tx, c, text(in.UserName))
		if err != nil {
			return err
		}
		out.Tags, out.IsTruncated, out.Marker, err = pageTags(c, u.Tags, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}
