package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// AssignIpv6Addresses is refused with the reason: no guest has IPv6 yet.
func (s *Service) AssignIpv6Addresses(ctx context.Context, c *awsquery.Call, in *ec2.AssignIpv6AddressesRequest) (*ec2.AssignIpv6AddressesResult, error) {
	return nil, s.refuseIPv6(ctx, c.Caller.Account, *in.NetworkInterfaceId)
}

// UnassignIpv6Addresses is refused likewise: no interface has one.
func (s *Service) UnassignIpv6Addresses(ctx context.Context, c *awsquery.Call, in *ec2.UnassignIpv6AddressesRequest) (*ec2.UnassignIpv6AddressesResult, error) {
	return nil, s.refuseIPv6(ctx, c.Caller.Account, *in.NetworkInterfaceId)
}

func (s *Service) refuseIPv6(ctx context.Context, a cloud.AccountID, id string) error {
	return s.store.View(ctx, func(tx *store.Tx) error {
		if _, err := eniOf(tx, a, id); err != nil {
			return err
		}
		return noInterfaceIPv6()
	})
}
