package clc

import (
	"context"
	"maps"
	"strconv"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyInstanceMetadataDefaults changes what new instances of the account have
// for metadata options where their launch does not say.
func (s *Service) ModifyInstanceMetadataDefaults(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstanceMetadataDefaultsRequest) (*ec2.ModifyInstanceMetadataDefaultsResult, error) {
	set := map[string]string{}
	for key, v := range map[string]*string{settingTokens: in.HttpTokens, settingEndpoint: in.HttpEndpoint, settingTags: in.InstanceMetadataTags, settingEnforced: in.HttpTokensEnforced} {
		if v != nil {
			set[key] = *v
		}
	}
	if h := in.HttpPutResponseHopLimit; h != nil {
		if *h != -1 && (*h < 1 || *h > 64) {
			return nil, cloud.Errorf(cloud.Invalid, cloud.ResParameter, "HttpPutResponseHopLimit", "HttpPutResponseHopLimit must be from 1 to 64, or -1 for no preference")
		}
		if set[settingHops] = strconv.FormatInt(*h, 10); *h == -1 {
			set[settingHops] = noPreference
		}
	}
	return &ec2.ModifyInstanceMetadataDefaultsResult{Return: ptr(true)}, s.update(ctx, c, func(tx *store.Tx) error {
		a, ok := tx.Accounts().Get(c.Caller.Account)
		if !ok {
			return cloud.Errorf(cloud.NotFound, cloud.ResAccount, string(c.Caller.Account), "")
		}
		settings := maps.Clone(a.Settings)
		if settings == nil {
			settings = map[string]string{}
		}
		maps.Copy(settings, set)
		maps.DeleteFunc(settings, func(k, v string) bool { return set[k] == noPreference && v == noPreference })
		if settings[settingEnforced] == "enabled" && settings[settingTokens] == "optional" {
			return cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "httpTokensEnforced cannot be enabled while the default of httpTokens is optional.")
		}
		a.Settings = settings
		return tx.Accounts().Put(a)
	})
}

// noPreference takes a default away.
const noPreference = "no-preference"
