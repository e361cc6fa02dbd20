package iam

import (
	"context"
	"maps"
	"slices"

	"ecc/api/awsquery"
	"ecc/api/iam"
	"ecc/cloud"
	"ecc/store"
)

// GetAccountSummary counts what the account has in IAM, and tells its limits.
// What this cloud does not offer, such as MFA devices, is counted 0.
func (s *Service) GetAccountSummary(ctx context.Context, c *awsquery.Call, _ *iam.GetAccountSummaryRequest) (*iam.GetAccountSummaryResult, error) {
	out := new(iam.GetAccountSummaryResult)
	return out, s.view(ctx, func(tx *store.Tx) error {
		all := fixedQuotas()
		maps.Copy(all, s.quotas(tx, c.Caller.Account))
		maps.Copy(all, counts(tx, c.Caller.Account))
		for _, k := range slices.Sorted(maps.Keys(all)) {
			out.SummaryMap = append(out.SummaryMap, iam.SummaryMapTypeEntry{Key: ptr(k), Value: ptr(all[k])})
		}
		return nil
	})
}

// fixedQuotas are limits that no account has otherwise.
func fixedQuotas() map[string]int64 {
	return map[string]int64{
		"AccessKeysPerUserQuota": maxKeys, "GroupsPerUserQuota": maxGroups, "AttachedPoliciesPerUserQuota": maxAttached,
		"AttachedPoliciesPerGroupQuota": maxAttached, "AttachedPoliciesPerRoleQuota": maxAttached, "PolicySizeQuota": maxManagedPolicy,
		"UserPolicySizeQuota": maxUserInline, "GroupPolicySizeQuota": maxGroupInline, "RolePolicySizeQuota": maxRoleInline,
		"AssumeRolePolicySizeQuota": maxTrust, "VersionsPerPolicyQuota": maxVersions, "SigningCertificatesPerUserQuota": 0,
		"ServerCertificates": 0, "ServerCertificatesQuota": 0, "MFADevices": 0, "MFADevicesInUse": 0, "AccountMFAEnabled": 0,
		"AccountSigningCertificatesPresent": 0, "AccountPasswordPresent": 0, "GlobalEndpointTokenVersion": 1,
	}
}

// quotas are the account's limits. One without a limit has the greatest number
// clients can read.
func (s *Service) quotas(tx *store.Tx, a cloud.AccountID) map[string]int64 {
	const most = 1<<31 - 1
	out := map[string]int64{}
	for key, name := range map[string]cloud.Limit{"UsersQuota": cloud.LimitUsers, "GroupsQuota": cloud.LimitUserGroups, "RolesQuota": cloud.LimitRoles,
		"PoliciesQuota": cloud.LimitPolicies, "InstanceProfilesQuota": cloud.LimitInstanceProfiles} {
		out[key] = min(s.ledger.Limit(tx, a, name), most)
	}
	out["PolicyVersionsInUseQuota"] = min(out["PoliciesQuota"], most/maxVersions) * maxVersions
	return out
}

// counts are how much of everything there is.
func counts(tx *store.Tx, a cloud.AccountID) map[string]int64 {
	out := map[string]int64{"AccountAccessKeysPresent": 0, "PolicyVersionsInUse": 0}
	for key, kind := range map[string]store.Kind{"Users": store.KindUser, "Groups": store.KindUserGroup, "Roles": store.KindRole,
		"Policies": store.KindManagedPolicy, "InstanceProfiles": store.KindInstanceProfile, "Providers": store.KindOIDCProvider} {
		out[key] = int64(tx.Tally(kind, store.OfAccount(a)).Records)
	}
	if len(keysOf(tx, a, "")) > 0 {
		out["AccountAccessKeysPresent"] = 1
	}
	for p := range tx.Policies().By(store.ByAccount, string(a)) {
		out["PolicyVersionsInUse"] += int64(len(p.Versions))
	}
	return out
}
