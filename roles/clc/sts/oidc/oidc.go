// Package oidc checks the tokens of OpenID Connect providers: JSON Web Tokens,
// signed with keys that the provider publishes.
//
// A provider is named by a tenant, so what is fetched from it is fetched with
// care: over https, from addresses the cloud's administrator has not kept for
// itself, with bounds of size and time, and not again for every token. What a
// token may be used for is not decided here. Only roles/clc/sts and package
// roles, which configures it, import it.
package oidc

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"ecc/cloud"
)

// Config says where providers may be.
type Config struct {
	Networks []netip.Prefix   // where they may be besides public addresses
	Roots    *x509.CertPool   // that vouch for them besides their thumbprints; nil: the system's
	Now      func() time.Time // nil for time.Now
}

// Verifier checks tokens. It is safe for concurrent use.
type Verifier struct {
	cfg  Config
	keys cache
}

// New makes a verifier.
func New(cfg Config) *Verifier {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Verifier{cfg: cfg, keys: cache{of: map[string]*published{}}}
}

// Claims are what a token says that was found to be right.
type Claims struct {
	Issuer   string // URL
	Subject  string
	Audience string // the one of the token's that the provider's clients know
	AMR      []string

	SourceIdentity string            // https://aws.amazon.com/source_identity
	Tags           map[string]string // https://aws.amazon.com/tags: principal_tags
	Transitive     []string          // and its transitive_tag_keys
}

// algorithms are those with which a provider may sign: never with a secret that
// both sides know, and never with none.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.RS512, jose.ES256, jose.ES384, jose.ES512}

// leeway is how far clocks may differ.
const leeway = time.Minute

// extra are the claims besides the registered ones.
type extra struct {
	AMR            texts  `json:"amr"`
	AZP            string `json:"azp"`
	SourceIdentity string `json:"https://aws.amazon.com/source_identity"`
	Tags           struct {
		Principal  map[string]texts `json:"principal_tags"`
		Transitive []string         `json:"transitive_tag_keys"`
	} `json:"https://aws.amazon.com/tags"`
}

// texts is a string or a list of strings.
type texts []string

// UnmarshalJSON reads either.
func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(t))
}

// Issuer reads who a token says has made it: nothing of it is proven.
func Issuer(token string) (string, error) {
	t, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return "", invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)", err)
	}
	var c jwt.Claims
	if err := t.UnsafeClaimsWithoutVerification(&c); err != nil || c.Issuer == "" {
		return "", invalid("Missing a required claim: iss", err)
	}
	return c.Issuer, nil
}

// Verify checks a token of a provider. What is wrong with the token is
// cloud.Invalid of cloud.ResWebToken, an expired one cloud.Stale, a provider
// that does not answer cloud.Unavailable of cloud.ResProvider.
func (v *Verifier) Verify(ctx context.Context, p cloud.OIDCProvider, token string) (Claims, error) {
	t, err := jwt.ParseSigned(token, algorithms)
	if err != nil {
		return Claims{}, invalid("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)", err)
	}
	if len(t.Headers) != 1 {
		return Claims{}, invalid("The ID Token must have one signature.", nil)
	}
	key, err := v.key(ctx, p, t.Headers[0].KeyID, t.Headers[0].Algorithm)
	if err != nil {
		return Claims{}, err
	}
	var c jwt.Claims
	var x extra
	if err := t.Claims(key, &c, &x); err != nil {
		return Claims{}, invalid("The signature of the ID Token could not be verified.", err)
	}
	if err := v.check(p, c); err != nil {
		return Claims{}, err
	}
	audience, err := audienceOf(p, c.Audience, x.AZP)
	if err != nil {
		return Claims{}, err
	}
	out := Claims{Issuer: c.Issuer, Subject: c.Subject, Audience: audience, AMR: x.AMR, SourceIdentity: x.SourceIdentity, Transitive: x.Tags.Transitive}
	out.Tags, err = principalTags(x.Tags.Principal)
	return out, err
}

// check holds issuer and times against what they must be.
func (v *Verifier) check(p cloud.OIDCProvider, c jwt.Claims) error {
	now := v.cfg.Now()
	switch {
	case strings.TrimSuffix(c.Issuer, "/") != "https://"+strings.TrimSuffix(p.URL, "/"):
		return invalid("The issuer of the ID Token is not the provider.", nil)
	case c.Subject == "":
		return invalid("Missing a required claim: sub", nil)
	case c.Expiry == nil:
		return invalid("Missing a required claim: exp", nil)
	case c.IssuedAt == nil:
		return invalid("Missing a required claim: iat", nil)
	case !now.Before(c.Expiry.Time().Add(leeway)):
		return cloud.Errorf(cloud.Stale, cloud.ResWebToken, "", "Token expired: current date/time %d must be before the expiration date/time %d", now.Unix(), int64(*c.Expiry))
	case c.IssuedAt.Time().After(now.Add(leeway)):
		return invalid("The ID Token was issued in the future.", nil)
	case c.NotBefore != nil && c.NotBefore.Time().After(now.Add(leeway)):
		return invalid("The ID Token is not valid yet.", nil)
	}
	return nil
}

// audienceOf is the one of a token's audiences that the provider's clients know.
// Of a token for several, the authorized party must be known.
func audienceOf(p cloud.OIDCProvider, all jwt.Audience, azp string) (string, error) {
	if azp != "" && len(all) > 1 {
		all = jwt.Audience{azp}
	}
	for _, a := range all {
		if slices.Contains(p.ClientIDs, a) {
			return a, nil
		}
	}
	return "", invalid("Incorrect token audience", nil)
}

// principalTags reads tags, each of which may come as a list of one.
func principalTags(in map[string]texts) (map[string]string, error) {
	out := map[string]string{}
	for k, v := range in {
		if len(v) != 1 {
			return nil, invalid(fmt.Sprintf("The tag %q of the ID Token must have one value.", k), nil)
		}
		out[k] = v[0]
	}
	return out, nil
}

func invalid(msg string, err error) error {
	return &cloud.Error{Kind: cloud.Invalid, Resource: cloud.ResWebToken, Msg: msg, Err: err}
}

// unreachable is a provider whose keys cannot be had. The tenant is told no
// more: what answers, or not, at an address is nobody's to ask through us.
func unreachable(err error) error {
	if err == nil {
		err = errors.New("no answer")
	}
	return &cloud.Error{Kind: cloud.Unavailable, Resource: cloud.ResProvider,
		Msg: "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements", Err: err}
}
