package clc

import (
	"strconv"

	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// Settings of an account for the metadata options of its new instances.
const (
	settingTokens   = "metadata-http-tokens"
	settingHops     = "metadata-http-put-response-hop-limit"
	settingEndpoint = "metadata-http-endpoint"
	settingTags     = "metadata-instance-metadata-tags"
	settingEnforced = "metadata-http-tokens-enforced"
)

// checkMetadata refuses metadata options that cannot be.
func checkMetadata(m *ec2.InstanceMetadataOptionsRequest) error {
	switch {
	case m == nil:
		return nil
	case m.HttpPutResponseHopLimit != nil && (*m.HttpPutResponseHopLimit < 1 || *m.HttpPutResponseHopLimit > 64):
		return cloud.Errorf(cloud.Invalid, cloud.ResParameter, "HttpPutResponseHopLimit", "HttpPutResponseHopLimit must be from 1 to 64")
	case text(m.HttpProtocolIpv6) == "enabled":
		return cloud.Errorf(cloud.Unsupported, cloud.ResInstance, "", "This cloud does not offer the metadata service over IPv6 yet.")
	}
	return nil
}

// setMetadata changes the options that are named.
func setMetadata(o cloud.IMDSOpts, m *ec2.InstanceMetadataOptionsRequest) cloud.IMDSOpts {
	if m.HttpPutResponseHopLimit != nil {
		o.HopLimit = int(*m.HttpPutResponseHopLimit)
	}
	if m.HttpTokens != nil {
		o.TokensRequired = *m.HttpTokens == "required"
	}
	if m.HttpEndpoint != nil {
		o.Disabled = *m.HttpEndpoint == "disabled"
	}
	if m.InstanceMetadataTags != nil {
		o.Tags = *m.InstanceMetadataTags == "enabled"
	}
	return o
}

// launchMetadata makes a new instance's options: what the request names, else
// the account's default, else the cloud's.
func launchMetadata(tx *store.Tx, a cloud.AccountID, m *ec2.InstanceMetadataOptionsRequest) (cloud.IMDSOpts, error) {
	account, _ := tx.Accounts().Get(a)
	o := setMetadata(cloud.IMDSOpts{HopLimit: 1}, accountMetadata(account))
	if m != nil {
		o = setMetadata(o, m)
	}
	return o, enforceTokens(account, o)
}

// enforceTokens refuses optional tokens where the account forbids them.
func enforceTokens(a cloud.Account, o cloud.IMDSOpts) error {
	if a.Settings[settingEnforced] == "enabled" && !o.TokensRequired {
		return cloud.Errorf(cloud.Unsupported, cloud.ResInstance, "", "You can't launch instances with IMDSv1 because httpTokensEnforced is enabled for this account. "+
			"Either launch the instance with httpTokens=required or contact your account owner to disable httpTokensEnforced using the ModifyInstanceMetadataDefaults API or the account settings in the EC2 console.")
	}
	return nil
}

// accountMetadata are an account's defaults, as a request would name them.
func accountMetadata(a cloud.Account) *ec2.InstanceMetadataOptionsRequest {
	m := &ec2.InstanceMetadataOptionsRequest{HttpTokens: opt(a.Settings[settingTokens]), HttpEndpoint: opt(a.Settings[settingEndpoint]),
		InstanceMetadataTags: opt(a.Settings[settingTags])}
	if n, err := strconv.ParseInt(a.Settings[settingHops], 10, 8); err == nil {
		m.HttpPutResponseHopLimit = &n
	}
	return m
}
