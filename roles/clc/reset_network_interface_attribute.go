package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// ResetNetworkInterfaceAttribute switches an interface's source/destination
// check on, which is all that can be reset.
func (s *Service) ResetNetworkInterfaceAttribute(ctx context.Context, c *awsquery.Call, in *ec2.ResetNetworkInterfaceAttributeRequest) (*ec2.ResetNetworkInterfaceAttributeResult, error) {
	if in.SourceDestCheck == nil {
		return nil, cloud.Errorf(cloud.BadCombination, cloud.AnyResource, "", "No attributes specified.")
	}
	return nil, s.changeENI(ctx, c, *in.NetworkInterfaceId, func(_ *store.Tx, e *cloud.ENI) error {
		e.NoCheck = false
		return nil
	})
}
