package iam

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// GetAccessKeyLastUsed tells when and for what a key of the account was used.
// Another account's key is told apart from none by nothing.
func (s *Service) GetAccessKeyLastUsed(ctx context.Context, c *awsquery.Call, in *iam.GetAccessKeyLastUsedRequest) (*iam.GetAccessKeyLastUsedResult, error) {
	out := new(iam.GetAccessKeyLastUsedResult)
	return out, s.view(ctx, func(tx *store.Tx) error {
		k, ok := tx.AccessKeys().Get(text(in.AccessKeyId))
		if !ok || k.Account != c.Caller.Account {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, text(in.AccessKeyId), "")
		}
		u, _ := tx.Users().Get(k.User)
		use := s.identity.LastUsed(k)
		out.UserName = nameOf(u)
		out.AccessKeyLastUsed = &iam.AccessKeyLastUsed{LastUsedDate: when(use.At), ServiceName: ptr(known(use.Service)), Region: ptr(known(use.Region))}
		return nil
	})
}

// known is a text, or IAM's for none.
func known(s string) string {
	if s == "" {
		return "N/A"
	}
	return s
}
