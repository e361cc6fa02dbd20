package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
)

// UnmonitorInstances notes that instances need not be measured in detail.
func (s *Service) UnmonitorInstances(ctx context.Context, c *awsquery.Call, in *ec2.UnmonitorInstancesRequest) (*ec2.UnmonitorInstancesResult, error) {
	out, err := s.monitor(ctx, c, in.InstanceIds, false, "disabling")
	if err != nil {
		return nil, err
	}
	return &ec2.UnmonitorInstancesResult{InstanceMonitorings: out}, nil
}
