package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
)

// GetInstanceUefiData tells an instance's UEFI variables: none has any, they
// all boot by BIOS.
func (s *Service) GetInstanceUefiData(ctx context.Context, c *awsquery.Call, in *ec2.GetInstanceUefiDataRequest) (*ec2.GetInstanceUefiDataResult, error) {
	if _, err := s.instance(ctx, c.Caller.Account, *in.InstanceId); err != nil {
		return nil, err
	}
	return nil, cloud.Errorf(cloud.Unsupported, cloud.ResInstance, *in.InstanceId, "The instance '%s' boots in the mode legacy-bios and has no UEFI data.", *in.InstanceId)
}
