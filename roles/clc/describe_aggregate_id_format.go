package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// DescribeAggregateIdFormat tells which form of ids new resources of the region
// get.
func (s *Service) DescribeAggregateIdFormat(context.Context, *awsquery.Call, *ec2.DescribeAggregateIdFormatRequest) (*ec2.DescribeAggregateIdFormatResult, error) {
	formats, err := formatsOf()
	return &ec2.DescribeAggregateIdFormatResult{Statuses: formats, UseLongIdsAggregated: ptr(true)}, err
}
