package sts

import (
	"context"
	"time"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/roles/clc/identity"
)

// Lives of the sessions of users and roots.
const (
	userLife = 12 * time.Hour
	rootLife = time.Hour // at most, too
)

// GetSessionToken makes a session of the caller itself.
func (s *Service) GetSessionToken(ctx context.Context, c *awsquery.Call, in *api.GetSessionTokenRequest) (*api.GetSessionTokenResponse, error) {
	if in.SerialNumber != nil || in.TokenCode != nil {
		return nil, noMFA()
	}
	session := &identity.Session{Kind: c.Caller.Kind, Account: c.Caller.Account, Principal: c.Caller.Principal, Parent: c.Caller.AccessKey}
	key, _, err := s.issue(ctx, c, session, ownLife(c, in.DurationSeconds))
	if err != nil {
		return nil, err
	}
	return &api.GetSessionTokenResponse{Credentials: credentials(key)}, nil
}

// ownLife is how long a session lives that no role has: a root's is short,
// whatever was asked for.
func ownLife(c *awsquery.Call, asked *int64) time.Duration {
	if c.Caller.Kind == cloud.PrincipalRoot {
		return min(seconds(asked, rootLife), rootLife)
	}
	return seconds(asked, userLife)
}
