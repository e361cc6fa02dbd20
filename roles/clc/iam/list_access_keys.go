package iam

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// ListAccessKeys lists the keys of a user, or of the caller, without secrets.
func (s *Service) ListAccessKeys(ctx context.Context, c *awsquery.Call, in *iam.ListAccessKeysRequest) (*iam.ListAccessKeysResult, error) {
	out := new(iam.ListAccessKeysResult)
	err := s.view(ctx, func(tx *store.Tx) error {
		owner, err := userOrSelf(tx, c, in.UserName)
		if err != nil {
			return err
		}
		var found []cloud.AccessKey
		found, out.IsTruncated, out.Marker, err = page(c, keysOf(tx, c.Caller.Account, owner.ID), keyKey, paging{in.Marker, in.MaxItems})
		out.AccessKeyMetadata = rendered(found, func(k cloud.AccessKey) iam.AccessKeyMetadata {
			return iam.AccessKeyMetadata{UserName: nameOf(owner), AccessKeyId: ptr(k.ID), Status: ptr(status(k)), CreateDate: when(k.Created)}
		})
		return err
	})
	return out, err
}

// keyKey orders keys by age.
func keyKey(k cloud.AccessKey) string { return fmt.Sprintf("%020d/%s", k.Created.UnixNano(), k.ID) }

// keysOf are the access keys of a user, or for "" of an account's root, oldest
// first.
func keysOf(tx *store.Tx, a cloud.AccountID, user string) []cloud.AccessKey {
	var out []cloud.AccessKey
	for k := range tx.AccessKeys().By(store.ByAccount, string(a)) {
		if k.User == user {
			out = append(out, k)
		}
	}
	slices.SortFunc(out, func(a, b cloud.AccessKey) int { return cmp.Compare(keyKey(a), keyKey(b)) })
	return out
}
