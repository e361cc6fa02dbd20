package iam

import (
	"context"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
)

// AddClientIDToOpenIDConnectProvider adds an audience a provider's tokens may be
// for. One that is there is no error.
func (s *Service) AddClientIDToOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.AddClientIDToOpenIDConnectProviderRequest) (*iam.AddClientIDToOpenIDConnectProviderResult, error) {
	return nil, s.changeProvider(ctx, c, in.OpenIDConnectProviderArn, func(p *cloud.OIDCProvider) (err error) {
		p.ClientIDs, err = readClientIDs(append(slices.Clone(p.ClientIDs), text(in.ClientID)))
		return err
	})
}

// RemoveClientIDFromOpenIDConnectProvider takes an audience away. One that is
// not there is no error.
func (s *Service) RemoveClientIDFromOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.RemoveClientIDFromOpenIDConnectProviderRequest) (*iam.RemoveClientIDFromOpenIDConnectProviderResult, error) {
	return nil, s.changeProvider(ctx, c, in.OpenIDConnectProviderArn, func(p *cloud.OIDCProvider) error {
		p.ClientIDs = slices.DeleteFunc(slices.Clone(p.ClientIDs), func(id string) bool { return id == text(in.ClientID) })
		return nil
	})
}

// UpdateOpenIDConnectProviderThumbprint replaces the thumbprints of a provider's
// certificates.
func (s *Service) UpdateOpenIDConnectProviderThumbprint(ctx context.Context, c *awsquery.Call, in *iam.UpdateOpenIDConnectProviderThumbprintRequest) (*iam.UpdateOpenIDConnectProviderThumbprintResult, error) {
	list, err := readThumbprints(in.ThumbprintList)
	if err != nil {
		return nil, err
	}
	return nil, s.changeProvider(ctx, c, in.OpenIDConnectProviderArn, func(p *cloud.OIDCProvider) error {
		p.Thumbprints = list
		return nil
	})
}

// TagOpenIDConnectProvider sets tags of an identity provider.
func (s *Service) TagOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.TagOpenIDConnectProviderRequest) (*iam.TagOpenIDConnectProviderResult, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	return nil, s.changeProvider(ctx, c, in.OpenIDConnectProviderArn, func(p *cloud.OIDCProvider) (err error) {
		p.Tags, err = mergeTags(p.Tags, tags)
		return err
	})
}

// UntagOpenIDConnectProvider takes tags of an identity provider away; those it
// does not have are no error.
func (s *Service) UntagOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.UntagOpenIDConnectProviderRequest) (*iam.UntagOpenIDConnectProviderResult, error) {
	return nil, s.changeProvider(ctx, c, in.OpenIDConnectProviderArn, func(p *cloud.OIDCProvider) error {
		p.Tags = withoutTags(p.Tags, in.TagKeys)
		return nil
	})
}

// ListOpenIDConnectProviderTags lists the tags of an identity provider.
func (s *Service) ListOpenIDConnectProviderTags(ctx context.Context, c *awsquery.Call, in *iam.ListOpenIDConnectProviderTagsRequest) (*iam.ListOpenIDConnectProviderTagsResult, error) {
	p, err := s.readProvider(ctx, c, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	var out iam.ListOpenIDConnectProviderTagsResult
	out.Tags, out.IsTruncated, out.Marker, err = pageTags(c, p.Tags, paging{in.Marker, in.MaxItems})
	return &out, err
}
