package clc

import (
	"context"

	"ecc/api/awsquery"
	"ecc/api/ec2"
	"ecc/cloud"
	"ecc/store"
)

// RebootInstances asks running guests to reboot. It is an order that the node
// carries out once, counted so that neither a crash nor a repeat doubles it.
func (s *Service) RebootInstances(ctx context.Context, c *awsquery.Call, in *ec2.RebootInstancesRequest) (*ec2.RebootInstancesResult, error) {
	_, err := s.changeInstances(ctx, c, in.InstanceIds, func(_ *store.Tx, i *cloud.Instance) error {
		switch i.State() {
		case cloud.StateRunning:
			i.Desired.Reboots++
		case cloud.StatePending: // booting anyway
		default:
			return wrongState(i, "rebooted")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &ec2.RebootInstancesResult{}, nil
}
