package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// DeleteNetworkInterface removes an interface that no instance has. An elastic
// IP it had is free then.
func (s *Service) DeleteNetworkInterface(ctx context.Context, c *awsquery.Call, in *ec2.DeleteNetworkInterfaceRequest) (*ec2.DeleteNetworkInterfaceResult, error) {
	return nil, s.update(ctx, c, func(tx *store.Tx) error {
		e, err := eniOf(tx, c.Caller.Account, *in.NetworkInterfaceId)
		if err != nil {
			return err
		}
		if e.Instance != "" {
			return cloud.Errorf(cloud.Invalid, cloud.ResENI, string(e.ID), "Network interface '%s' is currently in use.", e.ID)
		}
		return leave(tx, e)
	})
}
