package sts

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/store"
)

// Lives of roles' sessions.
const (
	roleLife  = time.Hour
	chainLife = time.Hour // at most, of a role assumed by a role
)

// AssumeRole makes a session of a role for a caller whom the role's trust
// policy and the caller's own policies allow it.
func (s *Service) AssumeRole(ctx context.Context, c *awsquery.Call, in *api.AssumeRoleRequest) (*api.AssumeRoleResponse, error) {
	switch {
	case c.Caller.Kind == cloud.PrincipalRoot:
		return nil, cloud.Errorf(cloud.Denied, cloud.ResAction, "", "Roles may not be assumed by root accounts.")
	case in.SerialNumber != nil || in.TokenCode != nil:
		return nil, noMFA()
	case len(in.ProvidedContexts) > 0:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResParameter, "ProvidedContexts", "This cloud has no context providers: ProvidedContexts is not offered.")
	}
	role, found, err := s.role(ctx, text(in.RoleArn))
	if err != nil {
		return nil, err
	}
	session, err := roleSession(c, role, in)
	if err != nil {
		return nil, err
	}
	if err := s.admit(ctx, c, role, found, session, in); err != nil {
		return nil, err
	}
	life, err := lifeOf(c, role, in.DurationSeconds)
	if err != nil {
		return nil, err
	}
	if err := s.narrow(ctx, session, in.Policy, in.PolicyArns); err != nil {
		return nil, err
	}
	key, size, err := s.issue(ctx, c, session, life)
	if err != nil {
		return nil, err
	}
	out := &api.AssumeRoleResponse{Credentials: credentials(key), AssumedRoleUser: assumed(role, session), PackedPolicySize: size}
	if session.SourceIdentity != "" {
		out.SourceIdentity = &session.SourceIdentity
	}
	return out, nil
}

func noMFA() error {
	return cloud.Errorf(cloud.Denied, cloud.ResAction, "", "MultiFactorAuthentication failed with invalid MFA one time pass code. ")
}

var roleForm = regexp.MustCompile(`^arn:aws:iam::(\d{12}):role/(?:[\x21-\x7e]+/)?([\w+=,.@-]{1,64})$`)

// role finds a role by its ARN. One that is not there is not told from one that
// may not be assumed: found is false, and the role has its account only.
func (s *Service) role(ctx context.Context, arn string) (role cloud.Role, found bool, err error) {
	m := roleForm.FindStringSubmatch(arn)
	if m == nil {
		return role, false, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "roleArn", "%s is invalid", arn)
	}
	err = s.store.View(ctx, func(tx *store.Tx) error {
		for r := range tx.Roles().By(store.ByName, m[1]+"/"+strings.ToLower(m[2])) {
			if r.ARN() == arn {
				role, found = r, true
			}
		}
		return nil
	})
	if !found {
		role = cloud.Role{Account: cloud.AccountID(m[1])}
	}
	return role, found, err
}

// roleSession is what a session of a role is to say, with what role chaining
// hands on: the source identity and transitive tags.
func roleSession(c *awsquery.Call, role cloud.Role, in *api.AssumeRoleRequest) (*identity.Session, error) {
	tags, err := readTags(in.Tags)
	if err != nil {
		return nil, err
	}
	if err := readTransitive(in.TransitiveTagKeys, tags); err != nil {
		return nil, err
	}
	session := &identity.Session{Kind: cloud.PrincipalRole, Account: role.Account, Principal: role.ID, Parent: c.Caller.AccessKey,
		Name: text(in.RoleSessionName), SourceIdentity: text(in.SourceIdentity), Tags: tags, Transitive: slices.Clone(in.TransitiveTagKeys)}
	before := c.Caller.Session
	if before == nil {
		return session, nil
	}
	session.Parent = before.Parent
	switch {
	case before.SourceIdentity == "":
	case session.SourceIdentity != "" && session.SourceIdentity != before.SourceIdentity:
		return nil, cloud.Errorf(cloud.Denied, cloud.ResAction, "", "The source identity of a session cannot be changed.")
	default:
		session.SourceIdentity = before.SourceIdentity
	}
	for _, key := range before.Transitive {
		if slices.ContainsFunc(sorted(tags), func(own string) bool { return strings.EqualFold(own, key) }) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResTag, key,
				"One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		session.Tags[key] = c.Caller.Tags[key]
		session.Transitive = append(session.Transitive, key)
	}
	return session, nil
}

// admit asks the role's trust policy and the caller's own policies, for each
// thing that is done at once.
func (s *Service) admit(ctx context.Context, c *awsquery.Call, role cloud.Role, found bool, session *identity.Session, in *api.AssumeRoleRequest) error {
	arn := text(in.RoleArn)
	if !found {
		return refusal(c, mayAssume, arn)
	}
	trust, err := s.policies.Trust(role.Trust)
	if err != nil {
		return fmt.Errorf("read the trust policy of role %s: %w", role.ID, err)
	}
	rights, err := s.policies.Rights(c.Caller.Rights)
	if err != nil {
		return fmt.Errorf("read the caller's policies: %w", err)
	}
	q := s.question(c, arn, assumeFacts(role, session, in))
	namesake, err := s.isNamesake(ctx, c, role)
	if err != nil {
		return err
	}
	if namesake {
		q.Caller.ARN, q.Caller.Role = "", ""
	}
	guard := policy.Guard{Policy: trust, Account: role.Account, Required: true}
	for _, action := range needed(mayAssume, session) {
		q.Action = action
		if !rights.DecideOn(&q, guard).Allowed() {
			return refusal(c, action, arn)
		}
	}
	return nil
}

// needed are the permissions that a session takes, the action's first.
func needed(action string, session *identity.Session) []string {
	out := []string{action}
	if len(session.Tags) > 0 {
		out = append(out, mayTag)
	}
	if session.SourceIdentity != "" {
		out = append(out, maySetIdentity)
	}
	return out
}

// assumeFacts are the condition keys of a request to assume a role.
func assumeFacts(role cloud.Role, session *identity.Session, in *api.AssumeRoleRequest) facts {
	f := facts{}
	f.set("sts:externalid", text(in.ExternalId))
	f.set("sts:rolesessionname", session.Name)
	f.set("sts:sourceidentity", session.SourceIdentity)
	f.setAll("sts:transitivetagkeys", session.Transitive)
	if in.DurationSeconds != nil {
		f.set("sts:durationseconds", strconv.FormatInt(*in.DurationSeconds, 10))
	}
	f.setAll("aws:tagkeys", sorted(session.Tags))
	f.tags("aws:requesttag/", session.Tags)
	f.tags("aws:resourcetag/", role.Tags)
	f.tags("iam:resourcetag/", role.Tags)
	return f
}

// lifeOf is how long a session of a role lives.
func lifeOf(c *awsquery.Call, role cloud.Role, asked *int64) (time.Duration, error) {
	life := seconds(asked, roleLife)
	most := max(time.Duration(role.MaxSession)*time.Second, roleLife)
	switch {
	case life > most:
		return 0, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "durationSeconds", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	case c.Caller.Kind == cloud.PrincipalRole && life > chainLife:
		return 0, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "durationSeconds", "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
	}
	return life, nil
}

// lastUsedEvery is how often it is written down that a role is used.
const lastUsedEvery = time.Hour

// issue makes the credentials, and puts the call into the audit trail.
func (s *Service) issue(ctx context.Context, c *awsquery.Call, session *identity.Session, life time.Duration) (cloud.SessionKey, *int64, error) {
	size, err := packed(session)
	if err != nil {
		return cloud.SessionKey{}, nil, err
	}
	key, err := s.identity.NewSession(*session, life)
	if err != nil {
		return key, nil, err
	}
	err = s.ledger.Tell(ctx, c, func(tx *store.Tx) error {
		if session.Kind != cloud.PrincipalRole {
			return nil
		}
		role, ok := tx.Roles().Get(session.Principal)
		if !ok {
			return refusal(c, mayAssume, "") // deleted just now
		}
		if tx.Now.Sub(role.LastUsed) < lastUsedEvery {
			return nil
		}
		role.LastUsed = tx.Now
		return tx.Roles().Put(role)
	})
	return key, size, err
}

// assumed names a session of a role.
func assumed(role cloud.Role, session *identity.Session) *api.AssumedRoleUser {
	return &api.AssumedRoleUser{AssumedRoleId: ptr(role.ID + ":" + session.Name),
		Arn: ptr(cloud.SessionARN(role.Account, role.Name, session.Name))}
}
