// Package sts is the actions of STS: who am I, and temporary credentials. One
// action is one file with one method of Service and one line of the table below.
//
// It decides who gets which session; what a session then may, and whether it
// still lives, is package identity's at every use. Tokens of identity providers
// are checked by package oidc below. Imported by package roles only.
package sts

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/cloud/policy"
	"ecc/roles/clc/identity"
	"ecc/roles/clc/ledger"
	"ecc/roles/clc/sts/oidc"
	"ecc/store"
)

// Config is what the service needs to know of its cloud.
type Config struct {
	Region string
}

// Deps are the service's neighbours.
type Deps struct {
	Store    *store.Store
	Ledger   *ledger.Ledger
	Identity *identity.Service
	Verifier *oidc.Verifier // of identity providers' tokens; nil: AssumeRoleWithWebIdentity reaches no provider
	Log      *slog.Logger
}

// Service answers STS.
type Service struct {
	cfg      Config
	store    *store.Store
	ledger   *ledger.Ledger
	identity *identity.Service
	verifier *oidc.Verifier
	policies *policy.Cache
	log      *slog.Logger
}

// policyCache is how many bytes of policies are kept parsed.
const policyCache = 4 << 20

// New makes it on an open store.
func New(cfg Config, d Deps) *Service {
	return &Service{cfg: cfg, store: d.Store, ledger: d.Ledger, identity: d.Identity, verifier: d.Verifier,
		policies: policy.NewCache(policyCache), log: d.Log.With("role", "sts")}
}

// Names of permissions.
const (
	mayAssume      = "sts:AssumeRole"
	mayAssumeByWeb = "sts:AssumeRoleWithWebIdentity"
	mayAsk         = "sts:GetCallerIdentity"
	mayGetSession  = "sts:GetSessionToken"
	mayFederate    = "sts:GetFederationToken"
	mayTag         = "sts:TagSession"
	maySetIdentity = "sts:SetSourceIdentity"
)

// Actions is the table of STS's actions in the order of their names.
func Actions() []awsquery.Action[*Service] {
	return []awsquery.Action[*Service]{
		awsquery.Handle("AssumeRole", (*Service).AssumeRole, awsquery.Write, awsquery.May(mayAssume)),
		awsquery.Handle("AssumeRoleWithWebIdentity", (*Service).AssumeRoleWithWebIdentity, awsquery.Write, awsquery.May(mayAssumeByWeb)),
		awsquery.Handle("DecodeAuthorizationMessage", (*Service).DecodeAuthorizationMessage, awsquery.Read, awsquery.May("sts:DecodeAuthorizationMessage")),
		awsquery.Handle("GetAccessKeyInfo", (*Service).GetAccessKeyInfo, awsquery.Read, awsquery.May("sts:GetAccessKeyInfo")),
		awsquery.Handle("GetCallerIdentity", (*Service).GetCallerIdentity, awsquery.Read, awsquery.May(mayAsk)),
		awsquery.Handle("GetFederationToken", (*Service).GetFederationToken, awsquery.Write, awsquery.May(mayFederate)),
		awsquery.Handle("GetSessionToken", (*Service).GetSessionToken, awsquery.Write, awsquery.May(mayGetSession)),
	}
}

// Authorize decides whether a caller may use an action, where its own policies
// say it alone. To assume a role is also the role's to allow: the action asks.
func (s *Service) Authorize(_ context.Context, c *awsquery.Call, p awsquery.Permission, in any) error {
	switch {
	case p.Action == mayAsk, p.Action == mayAssumeByWeb:
		return nil // GetCallerIdentity needs no permission, and none can be denied
	case c.Caller.Kind == "":
		return refusal(c, p.Action, "")
	case !mayFrom(&c.Caller, p.Action):
		return cloud.Errorf(cloud.Denied, cloud.ResAction, "", "Cannot call %s with session credentials", strings.TrimPrefix(p.Action, "sts:"))
	case p.Action == mayAssume, p.Action == mayGetSession:
		return nil
	}
	resource, more, asked := "*", facts{}, []string{p.Action}
	if f, ok := in.(*api.GetFederationTokenRequest); ok {
		resource, more = cloud.FederatedARN(c.Caller.Account, text(f.Name)), federationFacts(f)
		if len(f.Tags) > 0 {
			asked = append(asked, mayTag) // tags are what other policies go by
		}
	}
	rights, err := s.policies.Rights(c.Caller.Rights)
	if err != nil {
		return fmt.Errorf("read the caller's policies: %w", err)
	}
	q := s.question(c, resource, more)
	for _, q.Action = range asked {
		if o := rights.Decide(&q); !o.Allowed() {
			return refusal(c, q.Action, resource)
		}
	}
	return nil
}

// mayFrom reports whether a caller's credentials are of a kind that an action
// takes: what sessions may ask of STS is little, whatever their policies say.
func mayFrom(c *cloud.Caller, action string) bool {
	switch {
	case c.Session == nil:
		return true
	case c.Kind == cloud.PrincipalRole:
		return action != mayGetSession && action != mayFederate
	}
	return action == mayAssume && c.Kind != cloud.PrincipalFederated
}

// refusal is AWS's sentence for what a caller may not do.
func refusal(c *awsquery.Call, action, resource string) error {
	msg := fmt.Sprintf("User: %s is not authorized to perform: %s", c.Caller.ARN, action)
	if resource != "" && resource != "*" {
		msg += " on resource: " + resource
	}
	return &cloud.Error{Kind: cloud.Denied, Resource: cloud.ResAction, Msg: msg}
}

// credentials are a session's key as STS shows it.
func credentials(k cloud.SessionKey) *api.Credentials {
	return &api.Credentials{AccessKeyId: &k.ID, SecretAccessKey: &k.Secret, SessionToken: &k.Token, Expiration: &k.Expires}
}

// seconds is a duration a request names, or another if it does not.
func seconds(n *int64, otherwise time.Duration) time.Duration {
	if n == nil {
		return otherwise
	}
	return time.Duration(*n) * time.Second
}

// ptr returns a pointer to a value, as results have them.
func ptr[T any](v T) *T { return &v }

// text is the string a request has, "" for none.
func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
