package sts

import (
	"context"
	"strconv"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/roles/clc/identity"
)

// GetFederationToken makes a session for somebody IAM does not know, with what
// the request's policies allow of what the caller may. Without policies it may
// nothing but what resources allow it by name.
func (s *Service) GetFederationToken(ctx context.Context, c *awsquery.Call, in *api.GetFederationTokenRequest) (*api.GetFederationTokenResponse, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	name := text(in.Name)
	session := &identity.Session{Kind: cloud.PrincipalFederated, Account: c.Caller.Account, Principal: c.Caller.Principal, Parent: c.Caller.AccessKey,
		Name: name, Tags: tags, Narrowed: true}
	if err := s.narrow(ctx, session, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	key, size, err := s.issue(ctx, c, session, ownLife(c, in.DurationSeconds))
	if err != nil {
		return nil, err
	}
	return &api.GetFederationTokenResponse{Credentials: credentials(key), PackedPolicySize: size,
		FederatedUser: &api.FederatedUser{Arn: ptr(cloud.FederatedARN(c.Caller.Account, name)), FederatedUserId: ptr(string(c.Caller.Account) + ":" + name)}}, nil
}

// federationFacts are the condition keys of a request for a federated user.
func federationFacts(in *api.GetFederationTokenRequest) facts {
	f, tags := facts{}, map[string]string{}
	for _, t := range in.Tags {
		tags[text(t.Key)] = text(t.Value)
	}
	if in.DurationSeconds != nil {
		f.set("sts:durationseconds", strconv.FormatInt(*in.DurationSeconds, 10))
	}
	f.setAll("aws:tagkeys", sorted(tags))
	f.tags("aws:requesttag/", tags)
	return f
}
