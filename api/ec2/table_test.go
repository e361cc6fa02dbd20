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
