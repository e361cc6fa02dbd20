package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// ModifyIdFormat asks for longer ids, which every resource has.
func (s *Service) ModifyIdFormat(_ context.Context, _ *awsquery.Call, in *ec2.ModifyIdFormatRequest) (*ec2.ModifyIdFormatResult, error) {
	return nil, keepLong(in.Resource, in.UseLongIds)
}
