package iam

import (
	"context"
	"regexp"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// aliasForm is what an alias may be: it is a label of a host's name.
var (
	aliasForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	allDigits = regexp.MustCompile(`^[0-9]{12}$`)
)

// CreateAccountAlias gives the account a name for its console, in the place of
// the one it had. An alias is unique in the cloud.
func (s *Service) CreateAccountAlias(ctx context.Context, c *awsquery.Call, in *iam.CreateAccountAliasRequest) (*iam.CreateAccountAliasResult, error) {
	alias := text(in.AccountAlias)
	if !aliasForm.MatchString(alias) || allDigits.MatchString(alias) {
		return nil, invalid("The specified value for accountAlias is invalid. It must contain only digits, lowercase letters, and hyphens (-). It cannot begin or end with a hyphen.")
	}
	return nil, s.changeAccount(ctx, c, func(tx *store.Tx, a *cloud.Account) error {
		for range tx.Accounts().By(store.ByAlias, alias) { // the account's own, too
			return cloud.Errorf(cloud.AlreadyExists, cloud.ResAlias, alias, "")
		}
		a.Alias = alias
		return nil
	})
}

// ListAccountAliases lists the account's alias, if it has one.
func (s *Service) ListAccountAliases(ctx context.Context, c *awsquery.Call, in *iam.ListAccountAliasesRequest) (*iam.ListAccountAliasesResult, error) {
	out := new(iam.ListAccountAliasesResult)
	err := s.view(ctx, func(tx *store.Tx) (err error) {
		var all []string
		if a, _ := tx.Accounts().Get(c.Caller.Account); a.Alias != "" {
			all = append(all, a.Alias)
		}
		out.AccountAliases, out.IsTruncated, out.Marker, err = page(c, all, itself, paging{in.Marker, in.MaxItems})
		return err
	})
	return out, err
}

// DeleteAccountAlias takes the account's alias away.
func (s *Service) DeleteAccountAlias(ctx context.Context, c *awsquery.Call, in *iam.DeleteAccountAliasRequest) (*iam.DeleteAccountAliasResult, error) {
	return nil, s.changeAccount(ctx, c, func(_ *store.Tx, a *cloud.Account) error {
		if a.Alias != text(in.AccountAlias) {
			return cloud.Errorf(cloud.NotFound, cloud.ResAlias, text(in.AccountAlias), "")
		}
		a.Alias = ""
		return nil
	})
}
