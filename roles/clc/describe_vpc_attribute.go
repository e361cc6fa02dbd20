package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DescribeVpcAttribute tells one attribute of a VPC.
func (s *Service) DescribeVpcAttribute(ctx context.Context, c *awsquery.Call, in *ec2.DescribeVpcAttributeRequest) (*ec2.DescribeVpcAttributeResult, error) {
	var v cloud.VPC
	err := s.store.View(ctx, func(tx *store.Tx) (err error) {
		v, err = the(vpcKind(tx, c.Caller.Account), in.VpcId)
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &ec2.DescribeVpcAttributeResult{VpcId: in.VpcId}
	switch *in.Attribute {
	case "enableDnsSupport":
		out.EnableDnsSupport = boolValue(!v.NoDNS)
	case "enableDnsHostnames":
		out.EnableDnsHostnames = boolValue(v.DNSHostnames)
	case "enableNetworkAddressUsageMetrics":
		out.EnableNetworkAddressUsageMetrics = boolValue(v.UsageMetrics)
	default:
		return nil, cloud.Errorf(cloud.Unsupported, cloud.ResVPC, *in.VpcId, "This cloud does not have the attribute %s yet.", *in.Attribute)
	}
	return out, nil
}

// boolValue and textValue make attributes' values.
func boolValue(v bool) *ec2.AttributeBooleanValue { return &ec2.AttributeBooleanValue{Value: ptr(v)} }

func textValue(v string) *ec2.AttributeValue { return &ec2.AttributeValue{Value: ptr(v)} }
