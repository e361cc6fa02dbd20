package sts

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/sts/oidc"
	"ecc/store"
)

// AssumeRoleWithWebIdentity makes a session of a role for whoever brings a token
// of an identity provider that the role's trust policy names. The request is not
// signed: the token is all the proof.
func (s *Service) AssumeRoleWithWebIdentity(ctx context.Context, c *awsquery.Call, in *api.AssumeRoleWithWebIdentityRequest) (*api.AssumeRoleWithWebIdentityResponse, error) {
	if in.ProviderId != nil {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResParameter, "ProviderId", "ProviderId is for OAuth 2.0 access tokens, which this cloud does not take.")
	}
	bearer := *c
	bearer.Caller = cloud.Caller{} // who signed nevertheless counts for nothing
	c = &bearer
	role, found, err := s.role(ctx, text(in.RoleArn))
	if err != nil {
		return nil, err
	}
	provider, err := s.provider(ctx, role.Account, text(in.WebIdentityToken))
	if err != nil {
		return nil, err
	}
	if s.verifier == nil {
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResAction, "", "This cloud reaches no identity providers.")
	}
	claims, err := s.verifier.Verify(ctx, provider, text(in.WebIdentityToken))
	if err != nil {
		return nil, err
	}
	session, err := webSession(role, provider, claims, in)
	if err != nil {
		return nil, err
	}
	if err := s.admitWeb(c, role, found, provider, claims, session); err != nil {
		return nil, err
	}
	return s.webAnswer(ctx, c, role, claims, session, in)
}

func (s *Service) webAnswer(ctx context.Context, c *awsquery.Call, role cloud.Role, claims oidc.Claims, session *identity.Session,
	in *api.AssumeRoleWithWebIdentityRequest) (*api.AssumeRoleWithWebIdentityResponse, error) {
	life, err := lifeOf(c, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if err := s.narrow(ctx, session, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	key, size, err := s.issue(ctx, proven(c, role, claims, session), session, life)
	if err != nil {
		return nil, err
	}
	out := &api.AssumeRoleWithWebIdentityResponse{Credentials: credentials(key), AssumedRoleUser: assumed(role, session), PackedPolicySize: size,
		Audience: &claims.Audience, Provider: &session.Provider, SubjectFromWebIdentityToken: &claims.Subject}
	if session.SourceIdentity != "" {
		out.SourceIdentity = &session.SourceIdentity
	}
	return out, nil
}

// proven is the call as the audit trail has it: of whom the token names, in the
// role's account.
func proven(c *awsquery.Call, role cloud.Role, claims oidc.Claims, session *identity.Session) *awsquery.Call {
	out := *c
	out.Caller = cloud.Caller{Account: role.Account, Kind: cloud.PrincipalWeb, Name: claims.Subject,
		UserID: session.Provider + ":" + claims.Audience + ":" + claims.Subject}
	return &out
}

// provider finds the provider of a token among those of the role's account: no
// other is ever asked for anything.
func (s *Service) provider(ctx context.Context, a cloud.AccountID, token string) (cloud.OIDCProvider, error) {
	issuer, err := oidc.Issuer(token)
	if err != nil {
		return cloud.OIDCProvider{}, err
	}
	var found cloud.OIDCProvider
	at := strings.TrimSuffix(strings.TrimPrefix(issuer, "https://"), "/")
	err = s.store.View(ctx, func(tx *store.Tx) error {
		for p := range tx.OIDCProviders().By(store.ByAccount, string(a)) {
			if strings.TrimSuffix(p.URL, "/") == at {
				found = p
				return nil
			}
		}
		return cloud.Errorf(cloud.Invalid, cloud.ResWebToken, "", "No OpenIDConnect provider found in your account for %s", issuer)
	})
	return found, err
}

var sourceIdentityForm = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// webSession is what the session is to say.
func webSession(role cloud.Role, p cloud.OIDCProvider, claims oidc.Claims, in *api.AssumeRoleWithWebIdentityRequest) (*identity.Session, error) {
	if claims.SourceIdentity != "" && !sourceIdentityForm.MatchString(claims.SourceIdentity) {
		return nil, cloud.Errorf(cloud.Invalid, cloud.ResWebToken, "", "The source identity of the ID Token is not of its form.")
	}
	list := make([]api.Tag, 0, len(claims.Tags))
	for _, k := range sorted(claims.Tags) {
		list = append(list, api.Tag{Key: ptr(k), Value: ptr(claims.Tags[k])})
	}
	tags, err := readTags(list)
	if err != nil {
		return nil, err
	}
	if err := readTransitive(claims.Transitive, tags); err != nil {
		return nil, err
	}
	return &identity.Session{Kind: cloud.PrincipalRole, Account: role.Account, Principal: role.ID, Name: text(in.RoleSessionName),
		SourceIdentity: claims.SourceIdentity, Provider: p.ARN(), Tags: tags, Transitive: claims.Transitive}, nil
}

// admitWeb asks the role's trust policy, for each thing that is done at once.
func (s *Service) admitWeb(c *awsquery.Call, role cloud.Role, found bool, p cloud.OIDCProvider, claims oidc.Claims, session *identity.Session) error {
	refused := cloud.Errorf(cloud.Denied, cloud.ResAction, "", "Not authorized to perform %s", mayAssumeByWeb)
	if !found {
		return refused
	}
	trust, err := s.policies.Trust(role.Trust)
	if err != nil {
		return fmt.Errorf("read the trust policy of role %s: %w", role.ID, err)
	}
	q := s.question(c, role.ARN(), webFacts(role, p, claims, session))
	q.Caller = policy.Caller{Provider: p.ARN()}
	var rights *policy.Rights
	for _, action := range needed(mayAssumeByWeb, session) {
		q.Action = action
		if !rights.DecideOn(&q, policy.Guard{Policy: trust, Account: role.Account, Required: true}).Allowed() {
			return refused
		}
	}
	return nil
}

// webFacts are the condition keys of a request with a token. The token's own
// are called after the provider: "idp.example.com/realm:sub".
func webFacts(role cloud.Role, p cloud.OIDCProvider, claims oidc.Claims, session *identity.Session) facts {
	f := facts{}
	host, path, deep := strings.Cut(p.URL, "/")
	name := strings.ToLower(host)
	if deep {
		name += "/" + path
	}
	f[name+":aud"], f[name+":sub"], f[name+":amr"] = []string{claims.Audience}, []string{claims.Subject}, claims.AMR
	f.set("aws:federatedprovider", p.ARN())
	f.set("sts:rolesessionname", session.Name)
	f.set("sts:sourceidentity", session.SourceIdentity)
	f.setAll("sts:transitivetagkeys", session.Transitive)
	f.setAll("aws:tagkeys", sorted(session.Tags))
	f.tags("aws:requesttag/", session.Tags)
	f.tags("aws:resourcetag/", role.Tags)
	f.tags("iam:resourcetag/", role.Tags)
	return f
}
