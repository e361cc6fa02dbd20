package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ModifyInstanceMetadataOptions changes how an instance reads its metadata. It
// is part of its node's intent: a running guest has it a moment later.
func (s *Service) ModifyInstanceMetadataOptions(ctx context.Context, c *awsquery.Call, in *ec2.ModifyInstanceMetadataOptionsRequest) (*ec2.ModifyInstanceMetadataOptionsResult, error) {
	wanted := &ec2.InstanceMetadataOptionsRequest{HttpTokens: in.HttpTokens, HttpPutResponseHopLimit: in.HttpPutResponseHopLimit,
		HttpEndpoint: in.HttpEndpoint, HttpProtocolIpv6: in.HttpProtocolIpv6, InstanceMetadataTags: in.InstanceMetadataTags}
	if err := checkMetadata(wanted); err != nil {
		return nil, err
	}
	out := &ec2.ModifyInstanceMetadataOptionsResult{InstanceId: in.InstanceId}
	return out, s.changeInstance(ctx, c, *in.InstanceId, func(tx *store.Tx, i *cloud.Instance) error {
		i.Metadata = setMetadata(i.Metadata, wanted)
		out.InstanceMetadataOptions = renderMetadata(i.Metadata)
		out.InstanceMetadataOptions.State = ptr("pending")
		if in.HttpTokens == nil {
			return nil
		}
		account, _ := tx.Accounts().Get(i.Account)
		return enforceTokens(account, i.Metadata)
	})
}

// renderMetadata makes EC2's view of metadata options.
func renderMetadata(o cloud.IMDSOpts) *ec2.InstanceMetadataOptionsResponse {
	return &ec2.InstanceMetadataOptionsResponse{State: ptr("applied"), HttpPutResponseHopLimit: ptr(int64(o.HopLimit)),
		HttpTokens: ptr(enabled(o.TokensRequired, "required", "optional")), HttpEndpoint: ptr(enabled(!o.Disabled, "enabled", "disabled")),
		HttpProtocolIpv6: ptr("disabled"), InstanceMetadataTags: ptr(enabled(o.Tags, "enabled", "disabled"))}
}
