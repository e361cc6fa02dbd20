package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// DescribeIdFormat tells which form of ids the caller's new resources get.
func (s *Service) DescribeIdFormat(_ context.Context, _ *awsquery.Call, in *ec2.DescribeIdFormatRequest) (*ec2.DescribeIdFormatResult, error) {
	formats, err := formatsOf(namedFormat(in.Resource)...)
	return &ec2.DescribeIdFormatResult{Statuses: formats}, err
}
