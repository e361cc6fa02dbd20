package sts

import (
	"context"

	"ecc/api/awsquery"
	api "ecc/api/sts"
	"ecc/cloud"
	"ecc/store"
)

// GetAccessKeyInfo tells whose account a kept access key is of. Temporary keys
// are kept nowhere: they are not found.
func (s *Service) GetAccessKeyInfo(ctx context.Context, _ *awsquery.Call, in *api.GetAccessKeyInfoRequest) (*api.GetAccessKeyInfoResponse, error) {
	var out api.GetAccessKeyInfoResponse
	err := s.store.View(ctx, func(tx *store.Tx) error {
		k, ok := tx.AccessKeys().Get(text(in.AccessKeyId))
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccessKey, text(in.AccessKeyId), "The Access Key with id %s cannot be found.", text(in.AccessKeyId))
		}
		out.Account = ptr(string(k.Account))
		return nil
	})
	return &out, err
}
