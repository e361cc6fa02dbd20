package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/store"
)

// GetInstanceMetadataDefaults tells the account's defaults of metadata options:
// only those it has set.
func (s *Service) GetInstanceMetadataDefaults(ctx context.Context, c *awsquery.Call, _ *ec2.GetInstanceMetadataDefaultsRequest) (*ec2.GetInstanceMetadataDefaultsResult, error) {
	out := &ec2.GetInstanceMetadataDefaultsResult{}
	return out, s.store.View(ctx, func(tx *store.Tx) error {
		a, _ := tx.Accounts().Get(c.Caller.Account)
		m := accountMetadata(a)
		out.AccountLevel = &ec2.InstanceMetadataDefaultsResponse{HttpTokens: m.HttpTokens, HttpPutResponseHopLimit: m.HttpPutResponseHopLimit,
			HttpEndpoint: m.HttpEndpoint, InstanceMetadataTags: m.InstanceMetadataTags, ManagedBy: ptr("account"),
			HttpTokensEnforced: opt(a.Settings[settingEnforced])}
		return nil
	})
}
