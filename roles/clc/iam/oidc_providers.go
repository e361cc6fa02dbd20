package iam

import (
	"context"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// Limits of one identity provider.
const (
	maxClientIDs   = 100
	maxThumbprints = 5
)

// providerNamed finds an identity provider of the caller's account by its ARN.
func providerNamed(tx *store.Tx, c *awsquery.Call, arn string) (cloud.OIDCProvider, error) {
	rest, ok := strings.CutPrefix(arn, "arn:aws:iam::")
	account, name, _ := strings.Cut(rest, ":")
	at, found := strings.CutPrefix(name, "oidc-provider/")
	if !ok || !found || at == "" {
		return cloud.OIDCProvider{}, cloud.Errorf(cloud.Malformed, cloud.ResProvider, arn, "")
	}
	p, ok := tx.OIDCProviders().Get(account + "/" + at)
	if !ok || p.Account != c.Caller.Account {
		return cloud.OIDCProvider{}, cloud.Errorf(cloud.NotFound, cloud.ResProvider, arn, "")
	}
	return p, nil
}

// changeProvider changes one identity provider of the caller's account in the
// action's transaction.
func (s *Service) changeProvider(ctx context.Context, c *awsquery.Call, arn *string, change func(*cloud.OIDCProvider) error) error {
	return s.update(ctx, c, func(tx *store.Tx) error {
		p, err := providerNamed(tx, c, text(arn))
		if err != nil {
			return err
		}
		if err := change(&p); err != nil {
			return err
		}
		return tx.OIDCProviders().Put(p)
	})
}

// readProvider finds one identity provider of the caller's account.
func (s *Service) readProvider(ctx context.Context, c *awsquery.Call, arn *string) (p cloud.OIDCProvider, err error) {
	err = s.view(ctx, func(tx *store.Tx) (err error) {
		p, err = providerNamed(tx, c, text(arn))
		return err
	})
	return p, err
}

var hostForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)

// readProviderURL checks the URL of an identity provider and returns it without
// its scheme: it has no port, no query, and no slash at its end.
func readProviderURL(s string) (string, error) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "https" || u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || !hostForm.MatchString(u.Host) ||
		!visible(u.Path) || strings.Contains(u.Path, "//") {
		return "", cloud.Errorf(cloud.Invalid, cloud.ResProvider, s, "")
	}
	return u.Host + strings.TrimSuffix(u.Path, "/"), nil
}

var thumbprintForm = regexp.MustCompile(`^[0-9A-Fa-f]{40}$`)

// readThumbprints checks the SHA-1 thumbprints of a provider's certificates.
func readThumbprints(in []string) ([]string, error) {
	if len(in) > maxThumbprints {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResProvider, "", "Thumbprint list must contain fewer than %d entries.", maxThumbprints+1)
	}
	for _, t := range in {
		if !thumbprintForm.MatchString(t) {
			return nil, invalid("1 validation error detected: Value '[%s]' at 'thumbprintList' failed to satisfy constraint: "+
				"Member must satisfy constraint: [Member must have length less than or equal to 40, Member must have length greater than or equal to 40]", strings.Join(in, ", "))
		}
	}
	return in, nil
}

// readClientIDs checks the audiences a provider's tokens may be for.
func readClientIDs(in []string) ([]string, error) {
	out := []string{}
	for _, id := range in {
		if id == "" || len(id) > 255 {
			return nil, invalid("1 validation error detected: Value '[%s]' at 'clientIDList' failed to satisfy constraint: "+
				"Member must satisfy constraint: [Member must have length less than or equal to 255, Member must have length greater than or equal to 1]", strings.Join(in, ", "))
		}
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	if len(out) > maxClientIDs {
		return nil, cloud.Errorf(cloud.LimitExceeded, cloud.ResProvider, "", "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: %d", maxClientIDs)
	}
	return out, nil
}

// CreateOpenIDConnectProvider makes an identity provider.
func (s *Service) CreateOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.CreateOpenIDConnectProviderRequest) (*iam.CreateOpenIDConnectProviderResult, error) {
	p := cloud.OIDCProvider{Account: c.Caller.Account}
	var err error
	if p.URL, err = readProviderURL(text(in.Url)); err != nil {
		return nil, err
	}
	if p.Thumbprints, err = readThumbprints(in.ThumbprintList); err != nil {
		return nil, err
	}
	if p.ClientIDs, err = readClientIDs(in.ClientIDList); err != nil {
		return nil, err
	}
	if p.Tags, err = readTags(in.Tags); err != nil {
		return nil, err
	}
	p.ID = string(p.Account) + "/" + p.URL
	err = s.update(ctx, c, func(tx *store.Tx) error {
		if _, ok := tx.OIDCProviders().Get(p.ID); ok {
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResProvider, text(in.Url), "")
		}
		p.Created = tx.Now
		return tx.OIDCProviders().Put(p)
	})
	if err != nil {
		return nil, err
	}
	return &iam.CreateOpenIDConnectProviderResult{OpenIDConnectProviderArn: ptr(p.ARN()), Tags: renderTags(p.Tags)}, nil
}

// GetOpenIDConnectProvider shows an identity provider.
func (s *Service) GetOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.GetOpenIDConnectProviderRequest) (*iam.GetOpenIDConnectProviderResult, error) {
	p, err := s.readProvider(ctx, c, in.OpenIDConnectProviderArn)
	if err != nil {
		return nil, err
	}
	return &iam.GetOpenIDConnectProviderResult{Url: ptr(p.URL), ClientIDList: append([]string{}, p.ClientIDs...),
		ThumbprintList: append([]string{}, p.Thumbprints...), CreateDate: when(p.Created), Tags: renderTags(p.Tags)}, nil
}

// ListOpenIDConnectProviders lists the identity providers of the account.
func (s *Service) ListOpenIDConnectProviders(ctx context.Context, c *awsquery.Call, _ *iam.ListOpenIDConnectProvidersRequest) (*iam.ListOpenIDConnectProvidersResult, error) {
	out := &iam.ListOpenIDConnectProvidersResult{OpenIDConnectProviderList: []iam.OpenIDConnectProviderListEntry{}}
	return out, s.view(ctx, func(tx *store.Tx) error {
		for p := range tx.OIDCProviders().By(store.ByAccount, string(c.Caller.Account)) {
			out.OpenIDConnectProviderList = append(out.OpenIDConnectProviderList, iam.OpenIDConnectProviderListEntry{Arn: ptr(p.ARN())})
		}
		return nil
	})
}

// DeleteOpenIDConnectProvider removes an identity provider. Roles that trust it
// stay: nobody comes from it any more.
func (s *Service) DeleteOpenIDConnectProvider(ctx context.Context, c *awsquery.Call, in *iam.DeleteOpenIDConnectProviderRequest) (*iam.DeleteOpenIDConnectProviderResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		p, err := providerNamed(tx, c, text(in.OpenIDConnectProviderArn))
		if err != nil {
			return err
		}
		return tx.OIDCProviders().Delete(p.ID)
	})
}
