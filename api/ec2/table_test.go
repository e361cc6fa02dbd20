package ec2_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// desk stands for the service: it keeps the request and answers what it was
// told to.
type desk struct {
	got    any
	answer map[string]any // action → *Result
	err    error
}

// line is an action that asks the desk.
func line[In, Out any](name string) awsquery.Action[*desk] {
	method := func(d *desk, _ context.Context, _ *awsquery.Call, in *In) (*Out, error) {
		d.got = in
		out, _ := d.answer[name].(*Out)
		return out, d.err
	}
	return awsquery.Handle(name, method, awsquery.Write, awsquery.May("ec2:"+name))
}

// lines are all actions whose shapes are generated.
func lines() []awsquery.Action[*desk] {
	return []awsquery.Action[*desk]{
		line[ec2.RunInstancesRequest, ec2.RunInstancesResult]("RunInstances"),
		line[ec2.DescribeInstancesRequest, ec2.DescribeInstancesResult]("DescribeInstances"),
		line[ec2.DescribeInstanceStatusRequest, ec2.DescribeInstanceStatusResult]("DescribeInstanceStatus"),
		line[ec2.DescribeInstanceTypesRequest, ec2.DescribeInstanceTypesResult]("DescribeInstanceTypes"),
		line[ec2.DescribeInstanceAttributeRequest, ec2.DescribeInstanceAttributeResult]("DescribeInstanceAttribute"),
		line[ec2.StartInstancesRequest, ec2.StartInstancesResult]("StartInstances"),
		line[ec2.StopInstancesRequest, ec2.StopInstancesResult]("StopInstances"),
		line[ec2.RebootInstancesRequest, ec2.RebootInstancesResult]("RebootInstances"),
		line[ec2.TerminateInstancesRequest, ec2.TerminateInstancesResult]("TerminateInstances"),
		line[ec2.GetConsoleOutputRequest, ec2.GetConsoleOutputResult]("GetConsoleOutput"),
		line[ec2.RegisterImageRequest, ec2.RegisterImageResult]("RegisterImage"),
		line[ec2.DeregisterImageRequest, ec2.DeregisterImageResult]("DeregisterImage"),
		line[ec2.DescribeImagesRequest, ec2.DescribeImagesResult]("DescribeImages"),
		line[ec2.CreateKeyPairRequest, ec2.CreateKeyPairResult]("CreateKeyPair"),
		line[ec2.ImportKeyPairRequest, ec2.ImportKeyPairResult]("ImportKeyPair"),
		line[ec2.DescribeKeyPairsRequest, ec2.DescribeKeyPairsResult]("DescribeKeyPairs"),
		line[ec2.DeleteKeyPairRequest, ec2.DeleteKeyPairResult]("DeleteKeyPair"),
		line[ec2.CreateTagsRequest, ec2.CreateTagsResult]("CreateTags"),
		line[ec2.DeleteTagsRequest, ec2.DeleteTagsResult]("DeleteTags"),
		line[ec2.DescribeTagsRequest, ec2.DescribeTagsResult]("DescribeTags"),
		line[ec2.DescribeRegionsRequest, ec2.DescribeRegionsResult]("DescribeRegions"),
		line[ec2.DescribeAvailabilityZonesRequest, ec2.DescribeAvailabilityZonesResult]("DescribeAvailabilityZones"),
		line[ec2.DescribeAccountAttributesRequest, ec2.DescribeAccountAttributesResult]("DescribeAccountAttributes"),
		line[ec2.DescribeVpcsRequest, ec2.DescribeVpcsResult]("DescribeVpcs"),
		line[ec2.DescribeSubnetsRequest, ec2.DescribeSubnetsResult]("DescribeSubnets"),
		line[ec2.DescribeSecurityGroupsRequest, ec2.DescribeSecurityGroupsResult]("DescribeSecurityGroups"),
		line[ec2.DescribeNetworkInterfacesRequest, ec2.DescribeNetworkInterfacesResult]("DescribeNetworkInterfaces"),
		line[ec2.CreateSecurityGroupRequest, ec2.CreateSecurityGroupResult]("CreateSecurityGroup"),
		line[ec2.DeleteSecurityGroupRequest, ec2.DeleteSecurityGroupResult]("DeleteSecurityGroup"),
		line[ec2.AuthorizeSecurityGroupIngressRequest, ec2.AuthorizeSecurityGroupIngressResult]("AuthorizeSecurityGroupIngress"),
		line[ec2.RevokeSecurityGroupIngressRequest, ec2.RevokeSecurityGroupIngressResult]("RevokeSecurityGroupIngress"),
		line[ec2.DescribeSecurityGroupRulesRequest, ec2.DescribeSecurityGroupRulesResult]("DescribeSecurityGroupRules"),
		line[ec2.ModifyInstanceAttributeRequest, ec2.ModifyInstanceAttributeResult]("ModifyInstanceAttribute"),
		line[ec2.DescribeVpcAttributeRequest, ec2.DescribeVpcAttributeResult]("DescribeVpcAttribute"),
		line[ec2.DescribeVolumesRequest, ec2.DescribeVolumesResult]("DescribeVolumes"),
		line[ec2.DescribeInstanceCreditSpecificationsRequest, ec2.DescribeInstanceCreditSpecificationsResult]("DescribeInstanceCreditSpecifications"),
		line[ec2.DescribeInstanceTypeOfferingsRequest, ec2.DescribeInstanceTypeOfferingsResult]("DescribeInstanceTypeOfferings"),
		line[ec2.AuthorizeSecurityGroupEgressRequest, ec2.AuthorizeSecurityGroupEgressResult]("AuthorizeSecurityGroupEgress"),
		line[ec2.RevokeSecurityGroupEgressRequest, ec2.RevokeSecurityGroupEgressResult]("RevokeSecurityGroupEgress"),
		line[ec2.ResetInstanceAttributeRequest, ec2.ResetInstanceAttributeResult]("ResetInstanceAttribute"),
		line[ec2.GetConsoleScreenshotRequest, ec2.GetConsoleScreenshotResult]("GetConsoleScreenshot"),
		line[ec2.GetPasswordDataRequest, ec2.GetPasswordDataResult]("GetPasswordData"),
		line[ec2.MonitorInstancesRequest, ec2.MonitorInstancesResult]("MonitorInstances"),
		line[ec2.UnmonitorInstancesRequest, ec2.UnmonitorInstancesResult]("UnmonitorInstances"),
		line[ec2.ModifyInstanceMetadataOptionsRequest, ec2.ModifyInstanceMetadataOptionsResult]("ModifyInstanceMetadataOptions"),
		line[ec2.ModifyInstanceMetadataDefaultsRequest, ec2.ModifyInstanceMetadataDefaultsResult]("ModifyInstanceMetadataDefaults"),
		line[ec2.GetInstanceMetadataDefaultsRequest, ec2.GetInstanceMetadataDefaultsResult]("GetInstanceMetadataDefaults"),
		line[ec2.ModifyInstanceCreditSpecificationRequest, ec2.ModifyInstanceCreditSpecificationResult]("ModifyInstanceCreditSpecification"),
		line[ec2.ModifyInstancePlacementRequest, ec2.ModifyInstancePlacementResult]("ModifyInstancePlacement"),
		line[ec2.ModifyInstanceMaintenanceOptionsRequest, ec2.ModifyInstanceMaintenanceOptionsResult]("ModifyInstanceMaintenanceOptions"),
		line[ec2.GetInstanceUefiDataRequest, ec2.GetInstanceUefiDataResult]("GetInstanceUefiData"),
		line[ec2.ReportInstanceStatusRequest, ec2.ReportInstanceStatusResult]("ReportInstanceStatus"),
		line[ec2.AssociateIamInstanceProfileRequest, ec2.AssociateIamInstanceProfileResult]("AssociateIamInstanceProfile"),
		line[ec2.DisassociateIamInstanceProfileRequest, ec2.DisassociateIamInstanceProfileResult]("DisassociateIamInstanceProfile"),
		line[ec2.ReplaceIamInstanceProfileAssociationRequest, ec2.ReplaceIamInstanceProfileAssociationResult]("ReplaceIamInstanceProfileAssociation"),
		line[ec2.DescribeIamInstanceProfileAssociationsRequest, ec2.DescribeIamInstanceProfileAssociationsResult]("DescribeIamInstanceProfileAssociations"),
		line[ec2.CreateLaunchTemplateRequest, ec2.CreateLaunchTemplateResult]("CreateLaunchTemplate"),
		line[ec2.CreateLaunchTemplateVersionRequest, ec2.CreateLaunchTemplateVersionResult]("CreateLaunchTemplateVersion"),
		line[ec2.DescribeLaunchTemplatesRequest, ec2.DescribeLaunchTemplatesResult]("DescribeLaunchTemplates"),
		line[ec2.DescribeLaunchTemplateVersionsRequest, ec2.DescribeLaunchTemplateVersionsResult]("DescribeLaunchTemplateVersions"),
		line[ec2.ModifyLaunchTemplateRequest, ec2.ModifyLaunchTemplateResult]("ModifyLaunchTemplate"),
		line[ec2.DeleteLaunchTemplateRequest, ec2.DeleteLaunchTemplateResult]("DeleteLaunchTemplate"),
		line[ec2.DeleteLaunchTemplateVersionsRequest, ec2.DeleteLaunchTemplateVersionsResult]("DeleteLaunchTemplateVersions"),
		line[ec2.GetLaunchTemplateDataRequest, ec2.GetLaunchTemplateDataResult]("GetLaunchTemplateData"),
		line[ec2.CreatePlacementGroupRequest, ec2.CreatePlacementGroupResult]("CreatePlacementGroup"),
		line[ec2.DeletePlacementGroupRequest, ec2.DeletePlacementGroupResult]("DeletePlacementGroup"),
		line[ec2.DescribePlacementGroupsRequest, ec2.DescribePlacementGroupsResult]("DescribePlacementGroups"),
		line[ec2.CopyImageRequest, ec2.CopyImageResult]("CopyImage"),
		line[ec2.DescribeImageAttributeRequest, ec2.ImageAttribute]("DescribeImageAttribute"),
		line[ec2.ModifyImageAttributeRequest, ec2.ModifyImageAttributeResult]("ModifyImageAttribute"),
		line[ec2.ResetImageAttributeRequest, ec2.ResetImageAttributeResult]("ResetImageAttribute"),
		line[ec2.EnableImageDeprecationRequest, ec2.EnableImageDeprecationResult]("EnableImageDeprecation"),
		line[ec2.DisableImageDeprecationRequest, ec2.DisableImageDeprecationResult]("DisableImageDeprecation"),
		line[ec2.EnableImageRequest, ec2.EnableImageResult]("EnableImage"),
		line[ec2.DisableImageRequest, ec2.DisableImageResult]("DisableImage"),
		line[ec2.EnableImageBlockPublicAccessRequest, ec2.EnableImageBlockPublicAccessResult]("EnableImageBlockPublicAccess"),
		line[ec2.DisableImageBlockPublicAccessRequest, ec2.DisableImageBlockPublicAccessResult]("DisableImageBlockPublicAccess"),
		line[ec2.GetImageBlockPublicAccessStateRequest, ec2.GetImageBlockPublicAccessStateResult]("GetImageBlockPublicAccessState"),
		line[ec2.EnableImageDeregistrationProtectionRequest, ec2.EnableImageDeregistrationProtectionResult]("EnableImageDeregistrationProtection"),
		line[ec2.DisableImageDeregistrationProtectionRequest, ec2.DisableImageDeregistrationProtectionResult]("DisableImageDeregistrationProtection"),
		line[ec2.DescribeIdFormatRequest, ec2.DescribeIdFormatResult]("DescribeIdFormat"),
		line[ec2.DescribeAggregateIdFormatRequest, ec2.DescribeAggregateIdFormatResult]("DescribeAggregateIdFormat"),
		line[ec2.DescribeIdentityIdFormatRequest, ec2.DescribeIdentityIdFormatResult]("DescribeIdentityIdFormat"),
		line[ec2.DescribePrincipalIdFormatRequest, ec2.DescribePrincipalIdFormatResult]("DescribePrincipalIdFormat"),
		line[ec2.ModifyIdFormatRequest, ec2.ModifyIdFormatResult]("ModifyIdFormat"),
		line[ec2.ModifyIdentityIdFormatRequest, ec2.ModifyIdentityIdFormatResult]("ModifyIdentityIdFormat"),
		line[ec2.DescribeAddressesAttributeRequest, ec2.DescribeAddressesAttributeResult]("DescribeAddressesAttribute"),
		line[ec2.GetSerialConsoleAccessStatusRequest, ec2.GetSerialConsoleAccessStatusResult]("GetSerialConsoleAccessStatus"),
		line[ec2.EnableSerialConsoleAccessRequest, ec2.EnableSerialConsoleAccessResult]("EnableSerialConsoleAccess"),
		line[ec2.DisableSerialConsoleAccessRequest, ec2.DisableSerialConsoleAccessResult]("DisableSerialConsoleAccess"),
		line[ec2.GetEbsEncryptionByDefaultRequest, ec2.GetEbsEncryptionByDefaultResult]("GetEbsEncryptionByDefault"),
		line[ec2.CreateVpcRequest, ec2.CreateVpcResult]("CreateVpc"),
		line[ec2.DeleteVpcRequest, ec2.DeleteVpcResult]("DeleteVpc"),
		line[ec2.ModifyVpcAttributeRequest, ec2.ModifyVpcAttributeResult]("ModifyVpcAttribute"),
		line[ec2.ModifyVpcTenancyRequest, ec2.ModifyVpcTenancyResult]("ModifyVpcTenancy"),
		line[ec2.CreateDefaultVpcRequest, ec2.CreateDefaultVpcResult]("CreateDefaultVpc"),
		line[ec2.CreateDefaultSubnetRequest, ec2.CreateDefaultSubnetResult]("CreateDefaultSubnet"),
		line[ec2.AssociateVpcCidrBlockRequest, ec2.AssociateVpcCidrBlockResult]("AssociateVpcCidrBlock"),
		line[ec2.DisassociateVpcCidrBlockRequest, ec2.DisassociateVpcCidrBlockResult]("DisassociateVpcCidrBlock"),
		line[ec2.CreateSubnetRequest, ec2.CreateSubnetResult]("CreateSubnet"),
		line[ec2.DeleteSubnetRequest, ec2.DeleteSubnetResult]("DeleteSubnet"),
		line[ec2.ModifySubnetAttributeRequest, ec2.ModifySubnetAttributeResult]("ModifySubnetAttribute"),
		line[ec2.AssociateSubnetCidrBlockRequest, ec2.AssociateSubnetCidrBlockResult]("AssociateSubnetCidrBlock"),
		line[ec2.DisassociateSubnetCidrBlockRequest, ec2.DisassociateSubnetCidrBlockResult]("DisassociateSubnetCidrBlock"),
		line[ec2.CreateDhcpOptionsRequest, ec2.CreateDhcpOptionsResult]("CreateDhcpOptions"),
		line[ec2.DescribeDhcpOptionsRequest, ec2.DescribeDhcpOptionsResult]("DescribeDhcpOptions"),
		line[ec2.AssociateDhcpOptionsRequest, ec2.AssociateDhcpOptionsResult]("AssociateDhcpOptions"),
		line[ec2.DeleteDhcpOptionsRequest, ec2.DeleteDhcpOptionsResult]("DeleteDhcpOptions"),
		line[ec2.CreateInternetGatewayRequest, ec2.CreateInternetGatewayResult]("CreateInternetGateway"),
		line[ec2.AttachInternetGatewayRequest, ec2.AttachInternetGatewayResult]("AttachInternetGateway"),
		line[ec2.DetachInternetGatewayRequest, ec2.DetachInternetGatewayResult]("DetachInternetGateway"),
		line[ec2.DeleteInternetGatewayRequest, ec2.DeleteInternetGatewayResult]("DeleteInternetGateway"),
		line[ec2.DescribeInternetGatewaysRequest, ec2.DescribeInternetGatewaysResult]("DescribeInternetGateways"),
		line[ec2.CreateRouteTableRequest, ec2.CreateRouteTableResult]("CreateRouteTable"),
		line[ec2.DescribeRouteTablesRequest, ec2.DescribeRouteTablesResult]("DescribeRouteTables"),
		line[ec2.DeleteRouteTableRequest, ec2.DeleteRouteTableResult]("DeleteRouteTable"),
		line[ec2.CreateRouteRequest, ec2.CreateRouteResult]("CreateRoute"),
		line[ec2.ReplaceRouteRequest, ec2.ReplaceRouteResult]("ReplaceRoute"),
		line[ec2.DeleteRouteRequest, ec2.DeleteRouteResult]("DeleteRoute"),
		line[ec2.AssociateRouteTableRequest, ec2.AssociateRouteTableResult]("AssociateRouteTable"),
		line[ec2.DisassociateRouteTableRequest, ec2.DisassociateRouteTableResult]("DisassociateRouteTable"),
		line[ec2.ReplaceRouteTableAssociationRequest, ec2.ReplaceRouteTableAssociationResult]("ReplaceRouteTableAssociation"),
		line[ec2.CreateNetworkAclRequest, ec2.CreateNetworkAclResult]("CreateNetworkAcl"),
		line[ec2.DescribeNetworkAclsRequest, ec2.DescribeNetworkAclsResult]("DescribeNetworkAcls"),
		line[ec2.DeleteNetworkAclRequest, ec2.DeleteNetworkAclResult]("DeleteNetworkAcl"),
		line[ec2.CreateNetworkAclEntryRequest, ec2.CreateNetworkAclEntryResult]("CreateNetworkAclEntry"),
		line[ec2.ReplaceNetworkAclEntryRequest, ec2.ReplaceNetworkAclEntryResult]("ReplaceNetworkAclEntry"),
		line[ec2.DeleteNetworkAclEntryRequest, ec2.DeleteNetworkAclEntryResult]("DeleteNetworkAclEntry"),
		line[ec2.ReplaceNetworkAclAssociationRequest, ec2.ReplaceNetworkAclAssociationResult]("ReplaceNetworkAclAssociation"),
		line[ec2.ModifySecurityGroupRulesRequest, ec2.ModifySecurityGroupRulesResult]("ModifySecurityGroupRules"),
		line[ec2.UpdateSecurityGroupRuleDescriptionsIngressRequest, ec2.UpdateSecurityGroupRuleDescriptionsIngressResult]("UpdateSecurityGroupRuleDescriptionsIngress"),
		line[ec2.UpdateSecurityGroupRuleDescriptionsEgressRequest, ec2.UpdateSecurityGroupRuleDescriptionsEgressResult]("UpdateSecurityGroupRuleDescriptionsEgress"),
		line[ec2.DescribeSecurityGroupReferencesRequest, ec2.DescribeSecurityGroupReferencesResult]("DescribeSecurityGroupReferences"),
		line[ec2.DescribeStaleSecurityGroupsRequest, ec2.DescribeStaleSecurityGroupsResult]("DescribeStaleSecurityGroups"),
		line[ec2.GetSecurityGroupsForVpcRequest, ec2.GetSecurityGroupsForVpcResult]("GetSecurityGroupsForVpc"),
		line[ec2.CreateNetworkInterfaceRequest, ec2.CreateNetworkInterfaceResult]("CreateNetworkInterface"),
		line[ec2.DeleteNetworkInterfaceRequest, ec2.DeleteNetworkInterfaceResult]("DeleteNetworkInterface"),
		line[ec2.AttachNetworkInterfaceRequest, ec2.AttachNetworkInterfaceResult]("AttachNetworkInterface"),
		line[ec2.DetachNetworkInterfaceRequest, ec2.DetachNetworkInterfaceResult]("DetachNetworkInterface"),
		line[ec2.ModifyNetworkInterfaceAttributeRequest, ec2.ModifyNetworkInterfaceAttributeResult]("ModifyNetworkInterfaceAttribute"),
		line[ec2.DescribeNetworkInterfaceAttributeRequest, ec2.DescribeNetworkInterfaceAttributeResult]("DescribeNetworkInterfaceAttribute"),
		line[ec2.ResetNetworkInterfaceAttributeRequest, ec2.ResetNetworkInterfaceAttributeResult]("ResetNetworkInterfaceAttribute"),
		line[ec2.AssignPrivateIpAddressesRequest, ec2.AssignPrivateIpAddressesResult]("AssignPrivateIpAddresses"),
		line[ec2.UnassignPrivateIpAddressesRequest, ec2.UnassignPrivateIpAddressesResult]("UnassignPrivateIpAddresses"),
		line[ec2.AssignIpv6AddressesRequest, ec2.AssignIpv6AddressesResult]("AssignIpv6Addresses"),
		line[ec2.UnassignIpv6AddressesRequest, ec2.UnassignIpv6AddressesResult]("UnassignIpv6Addresses"),
		line[ec2.AllocateAddressRequest, ec2.AllocateAddressResult]("AllocateAddress"),
		line[ec2.DescribeAddressesRequest, ec2.DescribeAddressesResult]("DescribeAddresses"),
		line[ec2.AssociateAddressRequest, ec2.AssociateAddressResult]("AssociateAddress"),
		line[ec2.DisassociateAddressRequest, ec2.DisassociateAddressResult]("DisassociateAddress"),
		line[ec2.ReleaseAddressRequest, ec2.ReleaseAddressResult]("ReleaseAddress"),
		line[ec2.DescribeVpcClassicLinkRequest, ec2.DescribeVpcClassicLinkResult]("DescribeVpcClassicLink"),
		line[ec2.DescribeVpcClassicLinkDnsSupportRequest, ec2.DescribeVpcClassicLinkDnsSupportResult]("DescribeVpcClassicLinkDnsSupport"),
	}
}

// serve runs the desk behind a dispatcher that believes everybody.
func serve(t *testing.T, d *desk) *httptest.Server {
	t.Helper()
	cfg := awsquery.Config{Service: ec2.Service(), Authenticate: func(r *http.Request) (awsquery.Verified, error) {
		return awsquery.Verified{Caller: cloud.Caller{Account: "123456789012"}, Query: r.URL.Query(), Body: r.Body}, nil
	}}
	h, err := awsquery.New(cfg, d, lines(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv
}
