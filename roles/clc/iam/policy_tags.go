package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// TagPolicy sets tags of a managed policy.
func (s *Service) TagPolicy(ctx context.Context, c *awsquery.Call, in *iam.TagPolicyRequest) (*iam.TagPolicyResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	_, err = s.changePolicy(ctx, c, in.PolicyArn, func(_ *store.Tx, p *cloud.ManagedPolicy) (err error) {
		p.Tags, err = mergeTags(p.Tags, tags)
		return err
	})
	return nil, err
}

// UntagPolicy takes tags of a managed policy away; those it does not have are no
// error.
func (s *Service) UntagPolicy(ctx context.Context, c *awsquery.Call, in *iam.UntagPolicyRequest) (*iam.UntagPolicyResult, error) {
	_, err := s.changePolicy(ctx, c, in.PolicyArn, func(_ *store.Tx, p *cloud.ManagedPolicy) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
	return nil, err
}

// ListPolicyTags lists the tags of a managed policy.
func (s *Service) ListPolicyTags(ctx context.Context, c *awsquery.Call, in *iam.ListPolicyTagsRequest) (*iam.ListPolicyTagsResult, error) {
	p, _, err := s.readPolicy(ctx, c, in.PolicyArn)
	if err != nil {
		return nil, err
	}
	var out iam.ListPolicyTagsResult
	out.Tags, out.IsTruncated, out.Marker, err = pageTags(c, p.Tags, paging{in.Marker, in.MaxItems})
	return &out, err
}
